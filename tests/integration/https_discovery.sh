#!/usr/bin/env bash
# https_discovery.sh - an HTTPS listener without certificates in its AlbConfig gets those of the
# certificate service that suit its hosts, and follows them when they are renewed.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
command -v openssl >/dev/null || skip_all "openssl is not installed"
mock_start --pending-ms 5
m=$work/m
mkdir "$m"
tls_shop "$m/web.yaml"
ingress() { # NAME HOST
    cat >"$m/$1.yaml" <<END
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: $1, namespace: shop}
spec:
  ingressClassName: web
  tls: [{hosts: ["$2"]}]
  rules:
  - host: "$2"
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}
END
}
certificate() { # NAME DAYS HOST...: its id
    local name=$1 days=$2 sans='' host
    shift 2
    for host; do sans+=${sans:+,}DNS:$host; done
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -days "$days" \
        -addext "subjectAltName=$sans" -keyout "$work/$name.key" -out "$work/$name.crt" 2>/dev/null
    jq -n --arg name "$name" --rawfile cert "$work/$name.crt" --rawfile key "$work/$name.key" \
        '{Name: $name, Cert: $cert, Key: $key}' >"$work/$name.json"
    printf '%s-cn-hangzhou' "$(api UploadUserCertificate --json "$work/$name.json" | jq -r .CertId)"
}
listener() { api ListListeners --MaxResults=100 | jq -r '.Listeners[] | select(.ListenerPort == 443) | .ListenerId'; }
# The ids of the listener's certificates, the default one first.
served() {
    api ListListenerCertificates --ListenerId="$(listener)" --CertificateType=Server --MaxResults=100 |
        jq -r '[.Certificates[] | select(.Status == "Associated")] | sort_by(.IsDefault | not) | .[].CertificateId' | paste -sd' '
}

ingress a a.example.com
exits 4 "without a certificate the listener is left out" apply -f "$m"
check "and its host is named" says "none certificate found for host: a.example.com"
check "what needs none is there" [ "$(listener_ids | count)" = 1 ]

wild=$(certificate wild 400 '*.example.com')
exact=$(certificate exact 30 a.example.com)
other=$(certificate other 400 b.example.net)
exits 0 "with certificates it converges" apply -f "$m"
check "an exact name goes before a wildcard" equal "$(served)" "$exact"
mark
exits 0 "a second apply" apply -f "$m"
check "writes nothing" no_writes

ingress b b.example.com
ingress c b.example.net
exits 0 "more hosts bring more certificates" apply -f "$m"
check "each host has its own, and the default stays" equal "$(served)" "$exact $wild $other"

# ---- renewal: the new one is there before the old one goes
renewed=$(certificate renewed 365 a.example.com)
mark
exits 0 "a renewed certificate is found" apply -f "$m"
check "and takes the place of the one that ends first" equal "$(served)" "$renewed $wild $other"
check "by one call" equal "$(write_calls | jq -r .action | paste -sd' ')" UpdateListenerAttribute
rm "$m/a.yaml"
mark
exits 0 "without its host" apply -f "$m"
check "the default is another one" equal "$(served)" "$wild $other"
exits 0 "and then all is in sync" plan -f "$m"

# ---- more than one at a time
ingress d d.example.org
d=$(certificate d 100 d.example.org)
mark
exits 0 "a host and its certificate come, another goes" apply -f "$m"
before_after() { # every removal comes after every addition
    equal "$(write_calls | jq -r 'select(.action | test("Certificates")) | .action' | sort -u | paste -sd' ')" \
        AssociateAdditionalCertificatesWithListener
}
check "what is new is associated" before_after
check "beside what was there" equal "$(served)" "$wild $other $d"
finish
