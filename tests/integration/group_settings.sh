#!/usr/bin/env bash
# group_settings.sh - annotations of server groups reach the cloud, come back as they were
# sent, and change by one call.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
generate --ingresses 1 --albconfigs 1 --out "$m"
annotate() { # KEY VALUE ...
    local lines='' file=$m/ingress-0000.yaml
    cp "$work/plain.yaml" "$file"
    while [ $# -gt 0 ]; do
        lines+="    alb.ingress.kubernetes.io/$1: \"$2\"\n"
        shift 2
    done
    sed -i "0,/^metadata:/s|^metadata:.*|&\n  annotations:\n$lines|" "$file"
}
cp "$m/ingress-0000.yaml" "$work/plain.yaml"
group() { api ListServerGroups --ServerGroupNames.1=shop-app-0000-80 | jq -c '.ServerGroups[0]'; }
exits 0 "without annotations it converges" apply -f "$m"
check "a new group keeps its connections" equal "$(group | jq .UpstreamKeepaliveEnabled)" true
api UpdateServerGroupAttribute --ServerGroupId="$(group | jq -r .ServerGroupId)" \
    --UpstreamKeepaliveEnabled=false >/dev/null
mark
exits 0 "a group of which the annotation says nothing" apply -f "$m"
check "is left as it is" no_writes

annotate healthcheck-enabled true healthcheck-path /up healthcheck-protocol HTTPS \
    healthcheck-method GET healthcheck-code http_2xx,http_3xx healthcheck-httpversion HTTP1.0 \
    healthcheck-timeout-seconds 6 healthcheck-interval-seconds 7 healthy-threshold-count 4 \
    unhealthy-threshold-count 5 healthcheck-connect-port 8081 sticky-session true \
    cookie-timeout 1800 slow-start-enabled true slow-start-duration 60 \
    connection-drain-enabled true connection-drain-timeout 30 backend-keepalive true
mark
exits 0 "with every setting it converges" apply -f "$m"
check "by one call" equal "$(write_calls | jq -r .action | paste -sd' ')" UpdateServerGroupAttribute
check "the health check is as written" equal "$(group | jq -c '.HealthCheckConfig | [.HealthCheckPath,
    .HealthCheckProtocol, .HealthCheckMethod, .HealthCheckCodes, .HealthCheckHttpVersion, .HealthCheckTimeout,
    .HealthCheckInterval, .HealthyThreshold, .UnhealthyThreshold, .HealthCheckConnectPort]')" \
    '["/up","HTTPS","GET",["http_2xx","http_3xx"],"HTTP1.0",6,7,4,5,8081]'
check "so are the others" equal "$(group | jq -c '[.StickySessionConfig.CookieTimeout,
    .SlowStartConfig.SlowStartDuration, .ConnectionDrainConfig.ConnectionDrainTimeout,
    .UpstreamKeepaliveEnabled]')" '[1800,60,30,true]'
mark
exits 0 "a second apply" apply -f "$m"
check "writes nothing" no_writes

annotate healthcheck-enabled true healthcheck-protocol TCP backend-scheduler uch \
    backend-scheduler-uch-value user sticky-session true sticky-session-type Server cookie SESSION
mark
exits 0 "another set of settings converges" apply -f "$m"
check "by one call" equal "$(write_calls | jq -r .action | paste -sd' ')" UpdateServerGroupAttribute
check "slow start and drain are off again" equal "$(group |
    jq -c '[.SlowStartConfig.SlowStartEnabled // false, .ConnectionDrainConfig.ConnectionDrainEnabled // false]')" '[false,false]'
check "the scheduler hashes the parameter" equal "$(group | jq -c '[.Scheduler, .UchConfig.Value]')" '["Uch","user"]'
mark
exits 0 "a second apply" apply -f "$m"
check "writes nothing" no_writes

annotate healthcheck-enabled true healthcheck-timeout-seconds 999
mark
exits 4 "a setting out of range is exit 4" apply -f "$m"
check "and names the annotation, the value and the range" says "healthcheck-timeout-seconds]: 999 is out of range; give 1 to 300"
check "and changes nothing" no_writes
finish
