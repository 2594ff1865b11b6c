#!/usr/bin/env bash
# node_backends.sh - Services whose pods are reached through nodes: all nodes or those with pods,
# beside pods on virtual nodes; and pods that become ready by taking requests.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
mkdir "$m"
cat >"$m/web.yaml" <<'END'
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata: {name: web}
spec:
  config: {name: web, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}
  listeners: [{port: 80}]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: web}
spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  ingressClassName: web
  rules:
  - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}
END
service() { # POLICY BACKEND-TYPE
    cat >"$m/service.yaml" <<END
apiVersion: v1
kind: Service
metadata: {name: tea, namespace: shop, annotations: {service.beta.kubernetes.io/backend-type: $2}}
spec: {type: NodePort, externalTrafficPolicy: $1, ports: [{name: http, port: 80, nodePort: 30080}]}
END
}
node() { # NAME LABELS READY
    printf -- '---\napiVersion: v1\nkind: Node\nmetadata: {name: %s, labels: {%s}}\nspec: {providerID: cn-hangzhou.i-%s}\nstatus: {conditions: [{type: Ready, status: "%s"}]}\n' \
        "$1" "${2-}" "$1" "${3-True}"
}
pods() { # "IP NODE" ...
    cat <<END
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: tea-1, namespace: shop, labels: {kubernetes.io/service-name: tea}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
END
    local pod
    for pod; do printf -- '- {addresses: [%s], nodeName: %s}\n' "${pod% *}" "${pod#* }"; done
}
servers() {
    api ListServerGroupServers --MaxResults=100 |
        jq -c '[.Servers[] | [.ServerType, (if .ServerType == "Ecs" then .ServerId else .ServerIp end), .Port, .Weight]] | sort'
}
again() {
    mark
    exits 0 "a second apply" apply -f "$m"
    check "writes nothing" no_writes
}

service Cluster ecs
{ node a; node b; node c '' False; node v 'type: virtual-kubelet'; } >"$m/nodes.yaml"
pods '10.0.0.1 a' '10.0.0.2 v' >"$m/pods.yaml"
exits 0 "nodes are servers" apply -f "$m"
check "all that are ready, and pods on virtual nodes" equal "$(servers)" \
    '[["Ecs","i-a",30080,100],["Ecs","i-b",30080,100],["Eni","10.0.0.2",8080,100]]'
again
{ node b; node c; node v 'type: virtual-kubelet'; } >"$m/nodes.yaml"
mark
exits 0 "another node comes, one goes" apply -f "$m"
check "and that is all that changes" equal "$(servers)" \
    '[["Ecs","i-b",30080,100],["Ecs","i-c",30080,100],["Eni","10.0.0.2",8080,100]]'
check "of the servers of one group" equal "$(write_actions | grep -cv Servers)" 0
again

service Local ecs
pods '10.0.0.1 b' '10.0.0.2 v' '10.0.0.3 b' >"$m/pods.yaml"
mark
exits 0 "policy Local converges" apply -f "$m"
check "to the nodes with pods, weighted by them" equal "$(servers)" \
    '[["Ecs","i-b",30080,2],["Eni","10.0.0.2",8080,1]]'
again
group=$(api ListServerGroupServers --MaxResults=100 | jq -r '[.Servers[] | select(.ServerType == "Ecs")][0].ServerGroupId')
api RemoveServersFromServerGroup --ServerGroupId="$group" --Servers.1.ServerType=Ecs \
    --Servers.1.ServerId=i-b --Servers.1.Port=30080 --wait >/dev/null
mark
exits 0 "a node that someone removed" apply -f "$m"
check "is added again" equal "$(servers)" '[["Ecs","i-b",30080,2],["Eni","10.0.0.2",8080,1]]'

service Cluster eni
mark
exits 0 "back to pods it converges" apply -f "$m"
check "and no node is left" equal "$(servers)" \
    '[["Eni","10.0.0.1",8080,100],["Eni","10.0.0.2",8080,100],["Eni","10.0.0.3",8080,100]]'
again

# ---- a Service that does not say ----
cat >"$m/service.yaml" <<'END'
apiVersion: v1
kind: Service
metadata: {name: tea, namespace: shop}
spec: {type: NodePort, ports: [{name: http, port: 80, nodePort: 30080}]}
END
on_nodes='[["Ecs","i-b",30080,100],["Ecs","i-c",30080,100],["Eni","10.0.0.2",8080,100]]'
on_pods='[["Eni","10.0.0.1",8080,100],["Eni","10.0.0.2",8080,100],["Eni","10.0.0.3",8080,100]]'
again
SERVICE_FORCE_BACKEND_ENI=false exits 0 "the existing controller's variable" apply -f "$m"
check "leads to nodes" equal "$(servers)" "$on_nodes"
SERVICE_FORCE_BACKEND_ENI=true exits 0 "or, when it is true" apply -f "$m"
check "to pods" equal "$(servers)" "$on_pods"
exits 0 "the flag" apply -f "$m" --service-backend-type ecs
check "does the same" equal "$(servers)" "$on_nodes"
printf 'service-backend-type: ecs\n' >"$work/agent.yaml"
mark
exits 0 "the setting" apply -f "$m" --config "$work/agent.yaml"
check "too" no_writes
exits 0 "and without it pods are reached" apply -f "$m"
check "again" equal "$(servers)" "$on_pods"

# ---- a pod that becomes ready by taking requests ----
cat >"$m/pods.yaml" <<'END'
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: tea-1, namespace: shop, labels: {kubernetes.io/service-name: tea}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
- {addresses: [10.0.0.1], nodeName: a}
- {addresses: [10.0.0.9], nodeName: a, conditions: {ready: false}, targetRef: {kind: Pod, name: tea-9}}
---
apiVersion: v1
kind: Pod
metadata: {name: tea-9, namespace: shop}
spec: {readinessGates: [{conditionType: target-health.alb.k8s.alibabacloud}]}
status: {conditions: [{type: ContainersReady, status: "True"}]}
END
exits 0 "a pod that waits for ALB converges" apply -f "$m"
check "and is a server" equal "$(servers)" \
    '[["Eni","10.0.0.1",8080,100],["Eni","10.0.0.9",8080,100]]'
again
finish
