#!/usr/bin/env python3
"""Writes manifests of any size, always the same bytes for the same arguments.

    generate.py --ingresses 100 --albconfigs 5 --out DIR [--paths 1] [--endpoints 2] [--seed 1]

Ingress I belongs to AlbConfig I modulo the number of AlbConfigs.  Each has a host and a
Service of its own, and a file of its own, so that a test can take one away:

    albconfig-K.yaml   AlbConfig web-K with two vSwitches and HTTP:80, IngressClass web-K
    service-NNNN.yaml  Service and EndpointSlice
    ingress-NNNN.yaml  Ingress with --paths paths
"""
import argparse
import os
import random

ALBCONFIG = """\
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata:
  name: web-{k}
spec:
  config:
    name: web-{k}
    addressType: Internet
    zoneMappings:
    - vSwitchId: vsw-1
    - vSwitchId: vsw-2
  listeners:
  - port: 80
    protocol: HTTP
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: web-{k}
spec:
  controller: ingress.k8s.alibabacloud/alb
  parameters:
    apiGroup: alibabacloud.com
    kind: AlbConfig
    name: web-{k}
"""

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: app-{i:04}
  namespace: shop
spec:
  type: ClusterIP
  selector:
    app: app-{i:04}
  ports:
  - name: http
    port: 80
    protocol: TCP
    targetPort: 8080
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: app-{i:04}-{suffix}
  namespace: shop
  labels:
    kubernetes.io/service-name: app-{i:04}
addressType: IPv4
ports:
- name: http
  port: 8080
  protocol: TCP
endpoints:{endpoints}
"""

ENDPOINT = """
- addresses:
  - {address}
  conditions:
    ready: true
    serving: true
    terminating: false
  targetRef:
    kind: Pod
    name: app-{i:04}-{e}
    namespace: shop"""

INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app-{i:04}
  namespace: shop
spec:
  ingressClassName: web-{k}
  rules:
  - host: app-{i:04}.example.com
    http:
      paths:{paths}
"""

PATH = """
      - path: {path}
        pathType: Prefix
        backend:
          service:
            name: app-{i:04}
            port:
              number: 80"""


def address(number):
    """The number'th host address of 10.0.0.0/8, without .0 and .255."""
    high, low = divmod(number, 254)
    return f"10.{high // 256}.{high % 256}.{low + 1}"


def text_of_endpoints(i, count):
    if not count:
        return " []"
    return "".join(ENDPOINT.format(i=i, e=e, address=address(i * count + e)) for e in range(count))


def text_of_paths(i, count):
    paths = [f"/part-{p}" for p in range(count - 1)] + ["/"]
    return "".join(PATH.format(i=i, path=path) for path in paths)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ingresses", type=int, required=True)
    parser.add_argument("--albconfigs", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--paths", type=int, default=1)
    parser.add_argument("--endpoints", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    os.makedirs(args.out, exist_ok=True)

    def write(name, text):
        with open(os.path.join(args.out, name), "w", encoding="utf-8") as f:
            f.write("---\n" + text)

    for k in range(args.albconfigs):
        write(f"albconfig-{k}.yaml", ALBCONFIG.format(k=k))
    for i in range(args.ingresses):
        suffix = "".join(rng.choices("bcdfghjklmnpqrstvwxz2456789", k=5))
        write(f"service-{i:04}.yaml", SERVICE.format(
            i=i, suffix=suffix, endpoints=text_of_endpoints(i, args.endpoints)))
        write(f"ingress-{i:04}.yaml", INGRESS.format(
            i=i, k=i % args.albconfigs, paths=text_of_paths(i, args.paths)))


if __name__ == "__main__":
    main()
