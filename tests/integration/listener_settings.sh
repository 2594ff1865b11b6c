#!/usr/bin/env bash
# listener_settings.sh - what an AlbConfig says of a listener reaches the cloud, comes back as it
# was sent, changes by one call, and is repaired: X-Forwarded headers, QUIC, logs, client
# certificates, tags.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
command -v openssl >/dev/null || skip_all "openssl is not installed"
mock_start --pending-ms 5
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=a.example -days 90 \
    -addext subjectAltName=DNS:a.example -keyout "$work/a.key" -out "$work/a.crt" 2>/dev/null
jq -n --rawfile cert "$work/a.crt" --rawfile key "$work/a.key" '{Name: "a", Cert: $cert, Key: $key}' >"$work/a.json"
cert=$(api UploadUserCertificate --json "$work/a.json" | jq -r .CertId)-cn-hangzhou
m=$work/m
mkdir "$m"
config() { # HTTP-SETTINGS HTTPS-SETTINGS MORE-LISTENERS
    cat >"$m/web.yaml" <<END
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata: {name: web}
spec:
  config:
    name: web
    zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]
    accessLogConfig: {logProject: project, logStore: alb_web}
  listeners:
  - {port: 80${1:+, $1}}
  - {port: 443, protocol: HTTPS, certificates: [{CertificateId: $cert}]${2:+, $2}}
${3-}
END
}
listener() { # PROTOCOL
    api ListListeners --MaxResults=100 | jq -c ".Listeners[] | select(.ListenerProtocol == \"$1\")"
}
quic="  - {port: 443, protocol: QUIC, certificates: [{CertificateId: $cert}]}"
again() {
    mark
    exits 0 "a second apply" apply -f "$m"
    check "writes nothing" no_writes
}

config
exits 0 "without settings it converges" apply -f "$m"
check "no switch is on" equal "$(listener HTTP | jq -c '[.XForwardedForConfig[] | select(. == true)]')" '[]'
again

config "xForwardedForConfig: {XForwardedForEnabled: true, XForwardedForProtoEnabled: true}" \
    "xForwardedForConfig: {XForwardedForClientCertSubjectDNEnabled: true, XForwardedForClientCertSubjectDNAlias: subject, XForwardedForClientCertIssuerDNEnabled: true, XForwardedForClientCertIssuerDNAlias: issuer}"
mark
exits 0 "headers are set" apply -f "$m"
check "by one call a listener" equal "$(write_calls | jq -r .action | paste -sd' ')" \
    "UpdateListenerAttribute UpdateListenerAttribute"
check "those that were given" equal "$(listener HTTP | jq -c '.XForwardedForConfig |
    [.XForwardedForEnabled, .XForwardedForProtoEnabled, .XForwardedForSLBPortEnabled]')" '[true,true,false]'
check "each alias in its place" equal "$(listener HTTPS | jq -c '.XForwardedForConfig |
    [.XForwardedForClientCertSubjectDNAlias, .XForwardedForClientCertIssuerDNAlias]')" '["subject","issuer"]'
again
api UpdateListenerAttribute --ListenerId="$(listener HTTP | jq -r .ListenerId)" \
    --XForwardedForConfig.XForwardedForEnabled=false --wait >/dev/null
mark
exits 0 "a switch that someone turned" apply -f "$m"
check "is turned back" equal "$(listener HTTP | jq .XForwardedForConfig.XForwardedForEnabled)" true
check "by one call" equal "$(writes)" 1

config "" "quicConfig: {quicUpgradeEnabled: true}" "$quic"
mark
exits 0 "an upgrade to QUIC converges" apply -f "$m"
check "the QUIC listener is made for it" equal "$(write_calls | jq -r .action | sort | uniq -c | grep -c CreateListener)" 1
check "it leads to the listener of the port" equal "$(listener HTTPS | jq -r .QuicConfig.QuicListenerId)" \
    "$(listener QUIC | jq -r .ListenerId)"
again
config
mark
exits 0 "without QUIC again it converges" apply -f "$m"
check "the upgrade goes before the listener" equal "$(write_calls |
    jq -r 'select(.action == "DeleteListener" or (.params | has("QuicConfig.QuicUpgradeEnabled"))) | .action' | paste -sd' ')" \
    "UpdateListenerAttribute DeleteListener"
check "no QUIC listener is left" equal "$(listener QUIC)" ""
again

config "logConfig: {accessLogRecordCustomizedHeadersEnabled: true, accessLogTracingConfig: {tracingEnabled: true, tracingSample: 100, tracingType: Zipkin}}, tags: [{key: team, value: shop}]"
mark
exits 0 "log settings and tags converge" apply -f "$m"
check "each by its call" equal "$(write_actions)" "TagResources UpdateListenerLogConfig"
check "the log traces" equal "$(listener HTTP | jq -c '.LogConfig |
    [.AccessLogRecordCustomizedHeadersEnabled, .AccessLogTracingConfig.TracingSample]')" '[true,100]'
again
config "logConfig: {accessLogRecordCustomizedHeadersEnabled: false}"
mark
exits 0 "log settings are switched off" apply -f "$m"
check "and the tag is taken away" equal "$(write_actions)" "UnTagResources UpdateListenerLogConfig"
check "no tracing is left" equal "$(listener HTTP | jq -c '.LogConfig |
    [.AccessLogRecordCustomizedHeadersEnabled, .AccessLogTracingConfig.TracingEnabled]')" '[false,false]'
again

config "" "caEnabled: true, caCertificates: [{CertificateId: 9-cn-hangzhou}]"
mark
exits 0 "client certificates are asked for" apply -f "$m"
check "by one call" equal "$(write_actions)" UpdateListenerAttribute
again
config
mark
exits 0 "they are not any more" apply -f "$m"
check "by one call" equal "$(write_actions)" UpdateListenerAttribute
again
finish
