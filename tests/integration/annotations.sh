#!/usr/bin/env bash
# annotations.sh - every kind of condition and action, canaries, response rules and both rule
# orders: what is created is read back as it was wanted, so a second apply writes nothing.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
. "$top/tests/support/resources.sh"
need_binaries alb-agent alb-mock
mock_start

manifests=$work/m
mkdir -p "$manifests"

albconfig() { # ORDER
    cat <<EOF
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata:
  name: web
  annotations: {alb-agent/rule-order: $1}
spec:
  config:
    zoneMappings: [{vSwitchId: vsw-mock-h}, {vSwitchId: vsw-mock-i}]
  listeners:
  - {port: 80, protocol: HTTP}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: web}}
EOF
}

service() { # NAME...
    local name
    for name in "$@"; do
        cat <<EOF
---
apiVersion: v1
kind: Service
metadata: {name: $name, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: $name, namespace: shop}
EOF
    done
}

# Annotations come on stdin, a line each: NAME VALUE.
ingress() { # NAME HOST PATH TYPE SERVICE PORT
    printf -- '---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n'
    printf '  name: %s\n  namespace: shop\n  annotations:\n    example.com/x: y\n' "$1"
    sed -nE "s|^ *([^ ]+) (.+)$|    alb.ingress.kubernetes.io/\1: '\2'|p"
    printf 'spec:\n  ingressClassName: alb\n  rules:\n  - host: %s\n    http:\n' "$2"
    printf '      paths: [{path: "%s", pathType: %s, backend: {service: {name: %s, port: {%s}}}}]\n' \
        "$3" "$4" "$5" "$6"
}

by_number='number: 80' by_annotation='name: use-annotation'

many() {
    service main canary tea
    ingress conditions a.com /tea Exact tea "$by_number" <<'EOF'
        conditions.tea [{"type":"Header","headerConfig":{"key":"k","values":["v","w*"]}},{"type":"Cookie","cookieConfig":{"values":[{"key":"c","value":"1"}]}},{"type":"QueryString","queryStringConfig":{"values":[{"key":"q","value":"1"}]}},{"type":"Method","methodConfig":{"values":["GET"]}},{"type":"SourceIp","sourceIpConfig":{"values":["10.0.0.0/8"]}},{"type":"Host","hostConfig":{"values":["b.com"]}}]
EOF
    ingress actions c.com / Prefix tea "$by_number" <<'EOF'
        actions.tea [{"type":"InsertHeader","InsertHeaderConfig":{"key":"k","value":"SLBId","valueType":"SystemDefined"}},{"type":"RemoveHeader","RemoveHeaderConfig":{"key":"r"}}]
        enable-cors true
        traffic-limit-qps 100
        traffic-limit-ip-qps 10
EOF
    ingress rewrite d.com '/s(/|$)(.*)' Prefix tea "$by_number" <<'EOF'
        rewrite-target /p/${2}
EOF
    ingress regex e.com '/v[0-9]+' Prefix tea "$by_number" <<'EOF'
        use-regex true
EOF
    ingress fixed f.com / Prefix x "$by_annotation" <<'EOF'
        actions.x [{"type":"FixedResponse","FixedResponseConfig":{"httpCode":"503","content":"away","contentType":"text/plain"}}]
EOF
    ingress redirect g.com / Prefix x "$by_annotation" <<'EOF'
        actions.x [{"type":"Redirect","RedirectConfig":{"host":"h.com","httpCode":"308"}}]
EOF
    ingress groups i.com / Prefix x "$by_annotation" <<'EOF'
        actions.x [{"type":"ForwardGroup","ForwardConfig":{"ServerGroups":[{"ServiceName":"main","ServicePort":80,"Weight":30},{"ServiceName":"canary","ServicePort":80,"Weight":70}],"ServerGroupStickySession":{"Enabled":true,"Timeout":600}}}]
EOF
    ingress response a.com '/*' ImplementationSpecific rh "$by_annotation" <<'EOF'
        rule-direction.rh Response
        conditions.rh [{"type":"ResponseStatusCode","responseStatusCodeConfig":{"values":["200","300"]}},{"type":"ResponseHeader","responseHeaderConfig":{"key":"k","values":["v"]}}]
        actions.rh [{"type":"RemoveHeader","RemoveHeaderConfig":{"key":"server"}}]
EOF
    ingress redirected j.com / Prefix tea "$by_number" <<'EOF'
        ssl-redirect true
        listen-ports [{"HTTP":80}]
        traffic-limit-qps 7
EOF
    ingress all n.com / Prefix main "$by_number" </dev/null
    ingress api n.com /api Prefix main "$by_number" </dev/null
    ingress main k.com / Prefix main "$by_number" </dev/null
    ingress weight k.com / Prefix canary "$by_number" <<'EOF'
        canary true
        canary-weight 20
EOF
    ingress header k.com / Prefix canary "$by_number" <<'EOF'
        order 1
        canary true
        canary-by-header location
        canary-by-header-value hz
EOF
    ingress cookie k.com / Prefix canary "$by_number" <<'EOF'
        order 2
        canary true
        canary-by-cookie try
EOF
    cat <<EOF
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: rest, namespace: shop}
spec:
  ingressClassName: alb
  defaultBackend: {service: {name: main, port: {number: 80}}}
EOF
}

types_of() { # MEMBER: the types that rules have, each once, in alphabetical order
    all_of ListRules Rules | jq -r ".$1[].Type" | sort -u | paste -sd' '
}

# A mirror needs a group that is there already.
mirror() { # ID
    ingress mirror l.com / Prefix tea "$by_number" <<EOF
        actions.tea [{"type":"TrafficMirror","TrafficMirrorConfig":{"targetType":"ForwardGroupMirror","mirrorGroupConfig":{"serverGroupTuples":[{"serverGroupID":"$1"}]}}}]
EOF
}

settles() { # WHAT: the second apply writes nothing, and there is no drift
    mark
    exits 0 "$1: the second apply is exit 0" apply -f "$manifests"
    check "$1: the second apply writes nothing" no_writes
    exits 0 "$1: drift finds none" drift -f "$manifests"
}

albconfig compatible >"$manifests/alb.yaml"
many >"$manifests/web.yaml"
exits 0 "every condition and action is applied" apply -f "$manifests"
vpc=$(api ListLoadBalancers | jq -r '.LoadBalancers[0].VpcId')
group=$(api CreateServerGroup --ServerGroupName=theirs "--VpcId=$vpc" \
    --HealthCheckConfig.HealthCheckEnabled=false | jq -r .ServerGroupId)
mirror "$group" >"$manifests/mirror.yaml"
exits 0 "and a mirror of it" apply -f "$manifests"
check "15 rules of requests" equal "$(all_of ListRules Rules | count)" 15
check "conditions of all types for requests" equal "$(types_of RuleConditions)" \
    "Cookie Header Host Method Path QueryString SourceIp"
check "actions of all types" equal "$(types_of RuleActions)" \
    "Cors FixedResponse ForwardGroup InsertHeader Redirect RemoveHeader Rewrite TrafficLimit TrafficMirror"
check "one rule of answers" equal \
    "$(api ListRules --Direction=Response | jq -c '[.Rules[] | .RuleConditions[].Type]')" \
    '["ResponseHeader","Host","Path","ResponseStatusCode"]'
settles compatible

albconfig specification >"$manifests/alb.yaml"
mark
exits 0 "the other order is applied" apply -f "$manifests"
check "it moves one rule" equal "$(writes) $(write_actions)" "1 UpdateRulesAttribute"
settles specification

sed -i 's/canary-weight: .20./canary-weight: '"'35'"'/' "$manifests/web.yaml"
mark
exits 0 "another weight is applied" apply -f "$manifests"
check "it is one call" equal "$(writes) $(write_actions)" "1 UpdateRulesAttribute"
check "the main rule has the rest" equal "$(all_of ListRules Rules | jq -c '[.RuleActions[]
    | .ForwardGroupConfig.ServerGroupTuples | select(. and length == 2) | map(.Weight)] | select(length > 0)[0]' |
    sort | paste -sd' ')" '[30,70] [65,35]'
settles 'another weight'

sed -i '/traffic-limit-ip-qps/d; s/,"ServerGroupStickySession":{[^}]*}//' "$manifests/web.yaml"
mark
exits 0 "a limit and a stickiness less are applied" apply -f "$manifests"
check "that is one call too" equal "$(writes) $(write_actions)" "1 UpdateRulesAttribute"
check "and both are gone" equal "$(all_of ListRules Rules | jq -c '.RuleActions[]
    | .TrafficLimitConfig.PerIpQps // .ForwardGroupConfig.ServerGroupStickySession.Enabled
    | select(.)' | paste -sd' ')" ''
settles 'what is not wanted any more'

sed -i '/canary-by-cookie/d' "$manifests/web.yaml"
sed -i "s/traffic-limit-qps: '100'/traffic-limit-qps: 'fast'/" "$manifests/web.yaml"
mark
exits 4 "a mistake in one Ingress is exit 4" apply -f "$manifests"
check "it is named" says 'traffic-limit-qps]: "fast" is no number of requests a second'
check "the limit of before stays" equal \
    "$(all_of ListRules Rules | jq -c '.RuleActions[].TrafficLimitConfig.QPS | select(. == 100)')" 100
finish
