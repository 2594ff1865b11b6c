#!/usr/bin/env bash
# tls_secrets.sh - certificates of TLS Secrets are uploaded, served, renewed without a gap and
# repaired; a bad one harms its Ingress only; and their private keys are in nothing that is written.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
. "$top/tests/support/tls.sh"
need_binaries alb-agent alb-mock
command -v openssl >/dev/null || skip_all "openssl is not installed"
mock_start --pending-ms 5
export ALB_AGENT_LIST_LAG=0s # state files are lost here, and lists show all at once
m=$work/m
mkdir "$m" "$work/seen"
tls_shop "$m/web.yaml"
cas_name() { # NAME: as the existing controller names it, of the cluster id "default"
    local hash
    hash=$({ printf default; cat "$work/$1.crt" "$work/$1.key"; } | sha1sum)
    printf 'shop-%s-%.6s' "$1" "$hash"
}
listener() { api ListListeners --MaxResults=100 | jq -r '.Listeners[] | select(.ListenerPort == 443) | .ListenerId'; }
uploads() { api ListUserCertificateOrder --OrderType=UPLOAD --ShowSize=100; }
# The names of the listener's certificates, the default one first.
served() {
    local list
    list=$(uploads)
    api ListListenerCertificates --ListenerId="$(listener)" --CertificateType=Server --MaxResults=100 |
        jq -r --argjson all "$list" '[.Certificates[] | select(.Status == "Associated")] | sort_by(.IsDefault | not)
            | .[].CertificateId | split("-")[0] | tonumber as $id
            | [$all.CertificateOrderList[] | select(.CertificateId == $id) | .Name][0] // "gone"' | paste -sd' '
}
serves() { [ "$(served)" = "$1" ]; }
n=0
keep() { # STATUS NAME VERB ARGUMENT...: as exits, and keeps what was said
    exits "$@"
    n=$((n + 1))
    cp "$work/out" "$work/seen/$n.out"
    cp "$work/err" "$work/seen/$n.err"
}

secret a a.example.com 400
secret b b.example.com 20
ingress a a.example.com a
ingress b b.example.com b
keep 2 "a plan" plan -f "$m"
check "says what is uploaded" says "UploadUserCertificate"
check "and which ends soon" says "the certificate of Secret shop/b ends in 19 days; renew it"
keep 2 "a plan as JSON" plan -f "$m" -o json
keep 2 "a saved plan" plan -f "$m" --out "$work/seen/plan"
keep 0 "translate shows them" translate -f "$m" -o json
mark
keep 0 "it converges" apply -f "$m"
check "by one upload each" equal "$(write_calls | jq -r .action | grep -c UploadUserCertificate)" 2
check "under the names of the existing controller" equal \
    "$(uploads | jq -r '.CertificateOrderList[].Name' | sort | paste -sd' ')" "$(cas_name a) $(cas_name b)"
check "both are served" equal "$(served)" "$(cas_name a) $(cas_name b)"
mark
keep 0 "a second apply" apply -f "$m"
check "writes nothing" no_writes
keep 0 "all is in sync" plan -f "$m" -o json
keep 0 "and there is no drift" drift -f "$m" -o json
keep 0 "nor without the manifests" drift
keep 0 "status" status
check "says when each ends" says "($(cas_name b)): ends on $(openssl x509 -in "$work/b.crt" -noout -enddate | cut -d= -f2 | date -uf - +%F), in "

# ---- taken over: what another controller uploaded is found by its name
rm -f "$state"*
mark
keep 0 "a new state file" apply -f "$m"
check "uploads nothing again" no_writes

# ---- renewal: added before the old one is taken away, for the default and for another one
was=$(cas_name b)
secret b b.example.com 300
keep 2 "a plan of a renewal" plan -f "$m"
waits_for_upload() { grep -qE "after: [0-9, ]+\\(Certificate $(cas_name b) to be uploaded\\)" "$work/out"; }
check "says what waits for the upload, and after which step" waits_for_upload
mark
keep 0 "a renewed certificate" apply -f "$m"
check "takes the place of the old one" equal "$(served)" "$(cas_name a) $(cas_name b)"
check "which goes last" equal "$(write_calls | jq -r .action | paste -sd' ')" \
    "UploadUserCertificate AssociateAdditionalCertificatesWithListener DissociateAdditionalCertificatesFromListener"
check "and stays in the certificate service" eval 'uploads | jq -e --arg n "$was" "[.CertificateOrderList[].Name] | index(\$n)" >/dev/null'
secret a a.example.com 300
mark
keep 0 "a renewed default certificate" apply -f "$m"
check "is switched by one call" equal "$(write_calls | jq -r .action | paste -sd' ')" \
    "UploadUserCertificate UpdateListenerAttribute"
check "and served" equal "$(served)" "$(cas_name a) $(cas_name b)"

# ---- back to an earlier state: what was uploaded then is there still
now="$(cas_name a) $(cas_name b)"
revision=$("$bin/alb-agent" history --state "$state" -o json web | jq '[.. | .revision? // empty | numbers] | max')
keep 0 "the history" history web
keep 0 "and the newest state in it" show "web@$revision"
mark
keep 0 "a rollback" rollback web --to $((revision - 1))
check "uploads nothing" eval '! write_actions | grep -q Upload'
check "and serves the certificate of then" eval '! serves "$now"'
keep 0 "and after its end" rollback web --release
keep 0 "an apply" apply -f "$m"
check "serves those of now" serves "$now"

# ---- drift: by hand off the listener, and out of the certificate service
id_of() { uploads | jq -r --arg n "$1" '.CertificateOrderList[] | select(.Name == $n) | .CertificateId'; }
quietly api DissociateAdditionalCertificatesFromListener --ListenerId="$(listener)" \
    --Certificates.1.CertificateId="$(id_of "$(cas_name b)")-cn-hangzhou"
check "(it is off the listener)" eventually 10 serves "$(cas_name a)"
keep 2 "a certificate taken off by hand is drift" drift -f "$m"
keep 0 "and put back" apply -f "$m"
check "on the listener" equal "$(served)" "$(cas_name a) $(cas_name b)"
quietly api DissociateAdditionalCertificatesFromListener --ListenerId="$(listener)" \
    --Certificates.1.CertificateId="$(id_of "$(cas_name b)")-cn-hangzhou"
check "(it is off the listener)" eventually 10 serves "$(cas_name a)"
quietly api DeleteUserCertificate --CertId="$(id_of "$(cas_name b)")"
keep 0 "one that was deleted by hand" apply -f "$m"
check "is uploaded again" equal "$(served)" "$(cas_name a) $(cas_name b)"

# ---- a bad Secret harms its Ingress only, and what it had stays
write_secret b "$work/b.crt" "$work/a.key"
mark
keep 4 "a key of another certificate" apply -f "$m"
check "is named" says "Secret shop/b: the private key is not that of the certificate"
check "and changes nothing" no_writes
rm "$m/secret-b.yaml"
mark
keep 4 "a Secret that is not there" apply -f "$m"
check "is named, too" says "Secret shop/b: there is no such Secret"
check "and changes nothing either" no_writes
ingress c c.example.com c
secret c c.example.com 90
keep 4 "meanwhile another Ingress comes" apply -f "$m"
check "beside what was there" equal "$(served)" "$(cas_name a) $(cas_name b) $(cas_name c)"
rm "$m/b.yaml"
keep 0 "without the Ingress" apply -f "$m"
check "its certificate goes" equal "$(served)" "$(cas_name a) $(cas_name c)"

# ---- refused by the cloud: the key must not come back in an error
head -c 300 "$work/c.crt" >"$work/broken.crt"
printf -- '-----END CERTIFICATE-----\n' >>"$work/broken.crt"
write_secret c "$work/broken.crt" "$work/c.key"
keep 4 "a certificate that cannot be read" apply -f "$m"
check "is named" says "Secret shop/c: the certificate cannot be read"

# ---- the keys
# The second line of a key in PEM form, and in Base64 as the manifests have it.
grep -v -- ----- "$work/all.keys" | grep -E '.{60}' >"$work/needles"
for key in a b c; do base64 -w0 <"$work/$key.key" | cut -c60-120 >>"$work/needles"; done
check "there is something to be searched for" [ "$(wc -l <"$work/needles")" -ge 8 ]
check "and in what" [ "$(cat "$work"/seen/* | wc -c)" -gt 5000 ]
found() { grep -rlaFf "$work/needles" "$work/seen" "$state"* "$work/xdg" 2>/dev/null; }
check "the private keys are in no output, plan or state file" equal "$(found)" ''
rows() { python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]), sep="\n")' "$state" "$1"; }
check "the Secret is kept with its certificate" eval 'rows "SELECT body FROM object WHERE kind = '"'Secret'"'" | grep -c "BEGIN CERTIFICATE" >/dev/null'
check "and the journal has a placeholder" eval 'rows "SELECT params FROM call" | grep -cF "@PrivateKey(" >/dev/null'
finish
