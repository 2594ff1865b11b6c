# shellcheck shell=bash
# tls.sh - Ingresses with TLS Secrets, for scripts that made tls_shop(); $m is the folder of manifests.

ingress() { # NAME HOST SECRET
    cat >"$m/$1.yaml" <<END
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: $1, namespace: shop}
spec:
  ingressClassName: web
  tls: [{hosts: ["$2"], secretName: "$3"}]
  rules:
  - host: "$2"
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}
END
}
secret() { # NAME HOST DAYS: a new certificate and key
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -days "$3" \
        -addext "subjectAltName=DNS:$2" -keyout "$work/$1.key" -out "$work/$1.crt" 2>/dev/null
    cat "$work/$1.key" >>"$work/all.keys"
    write_secret "$1" "$work/$1.crt" "$work/$1.key"
}
write_secret() { # NAME CRT KEY
    cat >"$m/secret-$1.yaml" <<END
apiVersion: v1
kind: Secret
metadata: {name: $1, namespace: shop}
type: kubernetes.io/tls
data:
  tls.crt: $(base64 -w0 <"$2")
  tls.key: $(base64 -w0 <"$3")
END
}
