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

# ---- rules: the account has another quota than a new one
rules() { # N: as many paths of one Ingress
    cat >"$m/shop.yaml" <<END
apiVersion: v1
kind: Service
metadata: {name: tea, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: tea, namespace: shop}
subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 8080}]}]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: web}
spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {apiGroup: alibabacloud.com, kind: AlbConfig, name: web}}
END
    for n in $(seq 1 "$1"); do
        cat >>"$m/shop.yaml" <<END
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: tea-$n, namespace: shop}
spec:
  ingressClassName: web
  rules:
  - host: h$n.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}
END
    done
}
quota() { # N: what the account has, of rules and of rules that lead to a group
    rm -f "$state"* "$m/shop.yaml"
    mock_stop
    mock_start --pending-ms 5 --quota "loadbalancer_rules_num_standard_edition=$1" --quota servergroup_attached_num=off
    mark
}
settings() { # N
    printf 'quota: {loadbalancer_rules_num_standard_edition: %s, servergroup_attached_num: 500}\n' "$1" >"$work/agent.yaml"
}
refused() { calls | jq -c 'select(.status >= 400)' | wc -l; }
rules_are() { equal "$(api ListRules --MaxResults=1 | jq .TotalCount)" "$1"; }
sed -i -e '/port: 443/,$d' "$m/alb.yaml"
printf '  - {port: 80, protocol: HTTP}\n' >>"$m/alb.yaml"

quota 6
rules 8
agent apply -f "$m"
check "more rules than the account may have are refused by the cloud" equal "$(refused)" 1
check "which is believed: no call is made in vain" eval 'agent apply -f "$m"; [ "$status" = 7 ] && [ "$(refused)" = 1 ]'
check "and the plan says what can be done" says "8 rules are wanted and the quota is 6; spread the Ingresses over more AlbConfigs, or raise the quota and say so in the settings (quota.loadbalancer_rules_num_standard_edition)"
rules 6
exits 0 "with as many as there may be" apply -f "$m"
check "all is well" rules_are 6

quota 6
rules 8
settings 6
exits 7 "what the settings say is known before the first call" apply -f "$m" --config "$work/agent.yaml"
check "and the cloud refuses none" equal "$(refused)" 0

quota 120
rules 110
exits 7 "a new account has less" apply -f "$m"
settings 120
exits 0 "than one whose quota was raised" apply -f "$m" --config "$work/agent.yaml"
check "whose rules are all there" rules_are 110
check "and nobody warns of them" eval '! grep -q "may have 100" "$work/err"'
check "and the cloud refuses none" equal "$(refused)" 0
finish
