#!/usr/bin/env bash
# network.sh - between the agent and the cloud: whose certificates are trusted, proxies, waits
# that a server asks for, and what is said when something else answers.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
unset http_proxy https_proxy no_proxy all_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY SSL_CERT_FILE

ask() { # ARGUMENT...: a read, without a state file
    last_run="alb-agent api ListRules $*"
    "$bin/alb-agent" api ListRules "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
}
works() {
    ask "$@"
    equal "$status" 0
}
fails_saying() { # TEXT ARGUMENT...
    local text=$1
    shift
    ask "$@"
    equal "$status" 1 && says "$text" && ! says testsecret
}

# ---- a CA of our own
new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
make_certificates() {
    openssl req -x509 "${new_key[@]}" -keyout "$work/ca.key" -out "$work/ca.pem" -days 1 \
        -subj "/CN=test CA" 2>"$work/openssl.err" \
        && openssl req "${new_key[@]}" -keyout "$work/key.pem" -out "$work/mock.csr" -subj "/CN=alb" \
            2>>"$work/openssl.err" \
        && openssl x509 -req -in "$work/mock.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -days 1 \
            -CAcreateserial -extfile <(printf 'subjectAltName=IP:127.0.0.1') -out "$work/mock.pem" \
            2>>"$work/openssl.err"
}
check "a CA and a certificate are made" make_certificates
mock_start --tls-cert "$work/mock.pem" --tls-key "$work/key.pem"
check "the mock serves HTTPS" equal "${mock_url%%:*}" https
check "with --ca-file its certificate is trusted" works --endpoint "$mock_url" --ca-file "$work/ca.pem"
with_environment() { SSL_CERT_FILE=$work/ca.pem works --endpoint "$mock_url"; }
check "and with SSL_CERT_FILE" with_environment
flag_wins() { SSL_CERT_FILE=$work/none.pem works --endpoint "$mock_url" --ca-file "$work/ca.pem"; }
check "the flag goes before the variable" flag_wins
mark
check "without them it is refused, and it is said why" \
    fails_saying "certificate problem" --endpoint "$mock_url"
check "and whom we trust" says "trusted are the CAs of /"
check "nothing was sent" equal "$(calls | wc -l)" 0
check "a CA file that is not there is told" \
    fails_saying "$work/none.pem: cannot be read" --endpoint "$mock_url" --ca-file "$work/none.pem"
check "a certificate for another host is refused" \
    fails_saying "localhost" --endpoint "${mock_url/127.0.0.1/localhost}" --ca-file "$work/ca.pem"
by_role() { # keys come over HTTPS too, from STS and its certificate
    printf 'a.b.c' >"$work/token"
    (
        unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET
        export ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/r ALIBABA_CLOUD_OIDC_TOKEN_FILE=$work/token \
            ALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::1:oidc-provider/p
        works --endpoint "$mock_url" --ca-file "$work/ca.pem" \
            && fails_saying "certificate problem" --endpoint "$mock_url"
    )
}
check "the calls for keys trust the same CA" by_role
works_through_verbs() {
    generate --ingresses 1 --albconfigs 1 --out "$work/m"
    agent plan -f "$work/m" --ca-file "$work/ca.pem"
    equal "$status" 2
}
check "every verb that calls takes --ca-file" works_through_verbs
mock_stop

# ---- a server that answers from a list
fake_pid='' fake_url=''
fake_start() { # ANSWERS, as JSON
    local line='' fifo=$work/fake.out.$RANDOM
    fake_stop
    : >"$work/fake.log"
    printf '%s' "$1" >"$work/answers.json"
    mkfifo "$fifo"
    python3 "$top/tests/support/fake_http.py" --answers "$work/answers.json" --log "$work/fake.log" \
        >"$fifo" 2>"$work/fake.err" &
    fake_pid=$!
    read -r -t 20 line <"$fifo" || not_ok "the fake starts" "$(cat "$work/fake.err")"
    rm -f "$fifo"
    fake_url=$line
}
fake_stop() {
    [ -z "$fake_pid" ] || kill "$fake_pid" 2>/dev/null
    [ -z "$fake_pid" ] || wait "$fake_pid" 2>/dev/null
    fake_pid=''
}
trap 'fake_stop; cleanup' EXIT
seen() { jq -r "$1" "$work/fake.log" | paste -sd' '; }

good='{"body": "{\"RequestId\": \"r\", \"Rules\": []}"}'
busy_until() { # HEADERS: refused once, then well
    fake_start "[{\"status\": 503, \"headers\": {$1}, \"body\": \"{\\\"Code\\\": \\\"ServiceUnavailable\\\"}\"}, $good]"
}
waited() { # AT LEAST, AT MOST milliseconds between the first two requests
    jq -se --argjson from "$1" --argjson to "$2" \
        'length == 2 and ((.[1].at - .[0].at) * 1000 | . >= $from and . < $to)' "$work/fake.log" >/dev/null
}
# The client's own wait before the second try is at most 200 ms.
waits() { # HEADERS AT_LEAST AT_MOST
    busy_until "$1"
    works --endpoint "$fake_url" && waited "$2" "$3"
}
check "Retry-After in seconds is waited for" waits '"Retry-After": "1"' 1000 10000
date='"Date": "Wed, 21 Oct 2015 07:28:00 GMT"'
check "and as a date, by the server's clock" \
    waits "$date, \"Retry-After\": \"Wed, 21 Oct 2015 07:28:01 GMT\"" 1000 10000
check "a date that has passed means now" \
    waits "$date, \"Retry-After\": \"Wed, 21 Oct 2015 07:27:00 GMT\"" 0 1000
check "x-acs-retry-after goes before it" \
    waits '"Retry-After": "100", "x-acs-retry-after": "600"' 600 10000

# ---- somebody else answers
page='{"status": 403, "headers": {"Content-Type": "text/html"}, "body": "<html>log in</html>"}'
fake_start "[$page]"
check "an HTML page is told apart" fails_saying "the reply is not from the API" --endpoint "$fake_url"
fake_start '[{"raw": "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"Rules\":"}]'
check "a truncated reply is told" fails_saying "closed in the middle of the reply" --endpoint "$fake_url"
fake_start '[{"raw": ""}]'
check "and one that never comes" fails_saying "closed without a reply" --endpoint "$fake_url"
check "after several tries" says "after 5 attempts"

# ---- proxies
fake_start "[$good]"
far=http://192.0.2.1:8080
through() { # VARIABLE: the request for 'far' goes to the proxy
    fake_start "[$good]"
    (export "$1=$fake_url" && works --endpoint "$far") \
        && equal "$(seen '.target | split("?")[0]')" "$far/"
}
check "http_proxy is used" through http_proxy
check "and HTTP_PROXY" through HTTP_PROXY
tunnels() {
    fake_start '[{"status": 403}]'
    (export "$1=$fake_url" && fails_saying "https://192.0.2.1" --endpoint https://192.0.2.1) \
        && equal "$(seen '.method + " " + .target' | cut -d' ' -f1,2)" "CONNECT 192.0.2.1:443"
}
check "https_proxy is used" tunnels https_proxy
check "and HTTPS_PROXY" tunnels HTTPS_PROXY
passes_by() {
    fake_start "[$good]"
    http_proxy=http://127.0.0.1:9 no_proxy=127.0.0.1 works --endpoint "$fake_url" \
        && equal "$(seen '.target | split("?")[0]')" /
}
check "no_proxy passes it by" passes_by
passes_by_upper() {
    fake_start "[$good]"
    HTTP_PROXY=http://127.0.0.1:9 NO_PROXY=127.0.0.1 works --endpoint "$fake_url"
}
check "and NO_PROXY" passes_by_upper
mock_start
metadata_is_direct() { # the proxy sees the calls, and never the keys
    fake_start "[$good]"
    (
        unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET
        export HOME=$work/nowhere http_proxy=$fake_url \
            METADATA_ENDPOINT=$mock_url
        works --endpoint "$far"
    ) && equal "$(seen '.target | split("?")[0]')" "$far/"
}
check "the metadata server is asked without a proxy" metadata_is_direct
finish
