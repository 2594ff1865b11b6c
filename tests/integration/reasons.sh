#!/usr/bin/env bash
# reasons.sh - an object with a mistake is named with the reason wherever somebody may look:
# translate, plan, apply, drift, the log of run, and status; and what it has is not lost.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start
files=$work/files
mkdir "$files"

albconfig() { # NAME
    printf '%s\n' 'apiVersion: alibabacloud.com/v1' 'kind: AlbConfig' "metadata: {name: $1}" \
        'spec:' '  config: {zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}' \
        '  listeners: [{port: 80, protocol: HTTP}]'
}

ingress() { # NAME CLASS ANNOTATION
    printf '%s\n' 'apiVersion: networking.k8s.io/v1' 'kind: Ingress' \
        "metadata: {name: $1, namespace: shop, annotations: {$3}}" \
        "spec: {ingressClassName: $2, rules: [{host: $1.com, http: {paths: [{path: /, pathType:" \
        'Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]}'
}

slice() { # ADDRESS
    cat <<END
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: tea-1, namespace: shop, labels: {kubernetes.io/service-name: tea}}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [{addresses: [$1]}]
END
}

forgets() { ! says "$1"; }

servers() {
    api ListServerGroupServers --ServerGroupId="$(api ListServerGroups \
        | jq -r '.ServerGroups[] | select(.ServerGroupName == "shop-tea-80") | .ServerGroupId')" \
        | jq -r '[.Servers[] | select(.Status != "Removing") | .ServerIp] | sort | join(" ")'
}

albconfig web >"$files/web.yaml"
slice 10.0.0.1 >"$files/slice.yaml"
ingress good alb '' >"$files/good.yaml"
cat >"$files/class.yaml" <<'END'
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: web}}
---
apiVersion: v1
kind: Service
metadata: {name: tea, namespace: shop}
spec: {ports: [{port: 80, targetPort: 8080}]}
END
exits 0 "good manifests are applied" apply -f "$files"

ingress bad alb 'alb.ingress.kubernetes.io/order: "0"' >"$files/bad.yaml"
ingress lost abl '' >"$files/lost.yaml"
reason='[alb.ingress.kubernetes.io/order]: "0" is no order; give 1 to 1000'
word="there is no IngressClass 'abl', so it is passed over; is it 'alb'?"
for verb in translate plan apply drift; do
    exits 4 "$verb says that something was left out" "$verb" -f "$files" -o text
    check "$verb says why" says "Ingress shop/bad ($files/bad.yaml:1): metadata.annotations$reason"
    check "$verb says who is passed over" says "$word"
done
agent status
check "status says why after an apply" says "Ingress shop/bad ($files/bad.yaml:1): metadata.annotations$reason"
mv "$files/bad.yaml" "$work/bad"
exits 0 "who is passed over alone is a warning" apply -f "$files" -o text
agent status
check "status forgets who is gone" forgets "shop/bad"
mv "$work/bad" "$files/bad.yaml"
exits 4 "the bad one again" drift -f "$files" -o text
check "it is said what is in sync" says 'In sync but for 1 object with errors'

touch "$work/run.log"
run_start
check "run says why" eventually 20 logged "metadata.annotations${reason//\"/\\\"}"
check "run says who is passed over" eventually 20 logged "$word"
status_says() { agent status && says "$1"; }
check "status says why" eventually 20 status_says "Ingress shop/bad ($files/bad.yaml:1): metadata.annotations$reason"
run_stop

# The AlbConfig is gone, the load balancer stays and serves: its group follows the pods.
vpc=$(api ListLoadBalancers | jq -r '.LoadBalancers[0].VpcId')
rm "$files/web.yaml" "$files/bad.yaml" "$files/lost.yaml"
albconfig other >"$files/other.yaml"
slice 10.0.0.2 >"$files/slice.yaml"
check "the old pod serves" equal "$(servers)" 10.0.0.1
exits 4 "an Ingress without its AlbConfig is left out" apply -f "$files" --vpc-id "$vpc"
check "it is said why" says "there is no AlbConfig 'web'; create it, or name another"
check "the new pod serves" equal "$(servers)" 10.0.0.2
finish
