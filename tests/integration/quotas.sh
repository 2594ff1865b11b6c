#!/usr/bin/env bash
# quotas.sh - more certificates than a load balancer may have: what fits is served, what does not
# is named, no call is refused, and in a full quota the old one goes before the new one comes.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
mkdir "$m"

config() { # FIRST LAST: the ids of additional certificates
    cat >"$m/alb.yaml" <<END
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata: {name: web}
spec:
  config: {name: web, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}
  listeners:
  - port: 443
    protocol: HTTPS
    certificates:
    - {CertificateId: 900-cn-hangzhou, IsDefault: true}
$(for i in $(seq "$1" "$2"); do printf '    - {CertificateId: %s-cn-hangzhou}\n' "$i"; done)
END
}
listener() { api ListListeners | jq -r '.Listeners[0].ListenerId'; }
certs() { # the additional ones, sorted
    api ListListenerCertificates --ListenerId="$(listener)" --MaxResults=100 |
        jq -r '[.Certificates[] | select(.IsDefault | not) | .CertificateId | sub("-.*"; "") | tonumber] | sort | @csv'
}
numbers() { seq -s, "$1" "$2"; }

config 101 125
exits 0 "as many as the quota allows" apply -f "$m"
check "are served" equal "$(certs)" "$(numbers 101 125)"

config 101 127
agent apply -f "$m"
check "two more are named" says "certificate 126-cn-hangzhou, 127-cn-hangzhou is not associated"
check "with the quota" says "the load balancer may have 25 besides the defaults"
check "and the others stay" equal "$(certs)" "$(numbers 101 125)"
check "no call is refused" equal "$(jq -c 'select(.status >= 400)' "$mock_log" | wc -l)" 0

config 102 126
exits 0 "in a full quota one changes" apply -f "$m"
check "for the other" equal "$(certs)" "$(numbers 102 126)"
check "and no call is refused" equal "$(jq -c 'select(.status >= 400)' "$mock_log" | wc -l)" 0
mark
exits 0 "a second apply" apply -f "$m"
check "writes nothing" no_writes
finish
