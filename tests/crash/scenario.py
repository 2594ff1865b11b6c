"""The manifests of the scenario, before and after the change: BEFORE, AFTER."""
import json

GROUP = "alb.ingress.kubernetes.io/"
INGRESSES = 4  # of each load balancer


def albconfig(k, ports, idle=15):
    name = "web-%d" % k
    return [
        {"apiVersion": "alibabacloud.com/v1", "kind": "AlbConfig", "metadata": {"name": name},
         "spec": {"config": {"name": name, "addressType": "Internet",
                             "zoneMappings": [{"vSwitchId": "vsw-1"}, {"vSwitchId": "vsw-2"}]},
                  "listeners": [{"port": port, "protocol": "HTTP", "idleTimeout": idle}
                                for port in ports]}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": name},
         "spec": {"controller": "ingress.k8s.alibabacloud/alb",
                  "parameters": {"apiGroup": "alibabacloud.com", "kind": "AlbConfig",
                                 "name": name}}},
    ]


def service(name, addresses):
    port = {"name": "http", "port": 80, "protocol": "TCP"}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"},
         "spec": {"ports": [dict(port, targetPort=8080)]}},
        {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
         "metadata": {"name": name + "-x", "namespace": "shop",
                      "labels": {"kubernetes.io/service-name": name}},
         "ports": [dict(port, port=8080)],
         "endpoints": [{"addresses": [a], "conditions": {"ready": True}} for a in addresses]},
    ]


def ingress(name, k, host, paths, **annotations):
    """'paths': path -> Service."""
    return {
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": name, "namespace": "shop",
                     "annotations": {GROUP + key.replace("_", "-"): value
                                     for key, value in annotations.items()}},
        "spec": {"ingressClassName": "web-%d" % k, "rules": [{"host": host, "http": {"paths": [
            {"path": path, "pathType": "Prefix",
             "backend": {"service": {"name": to, "port": {"number": 80}}}}
            for path, to in paths.items()]}}]}}


def shop(changed):
    objects = []
    for k in range(4 if changed else 3):
        ports = [80, 8080] if k == 1 else [80, 8081] if k == 2 and changed else [80]
        objects += albconfig(k, ports, idle=20 if k == 2 and changed else 15)
        for i in range(INGRESSES if k < 3 else 1):
            if changed and (k, i) == (1, 2):
                continue  # an Ingress that goes, with its Service
            name = "app-%d-%d" % (k, i)
            # A Service that is called something else now.
            to = "renamed" if changed and (k, i) == (0, 1) else name
            last = 9 if changed and (k, i) == (2, 1) else 2  # another pod
            objects += service(to, ["10.%d.%d.1" % (k, i), "10.%d.%d.%d" % (k, i, last)])
            more = {"listen_ports": '[{"HTTP": 80}, {"HTTP": 8080}]'} if (k, i) == (1, 0) else {}
            objects.append(ingress(name, k, name + ".example.com", {"/part": to, "/": to}, **more))
    objects += service("canary", ["10.9.0.1"])
    objects.append(ingress("canary", 0, "app-0-0.example.com", {"/": "canary"}, canary="true",
                           canary_weight="60" if changed else "10"))
    if changed:
        objects += service("top", ["10.9.1.1", "10.9.1.2"])
        objects.append(ingress("top", 0, "*.example.com", {"/top": "top"}, order="1"))
    return "".join("---\n%s\n" % json.dumps(o) for o in objects)


BEFORE, BALANCERS_BEFORE = shop(False), 3
AFTER, BALANCERS_AFTER = shop(True), 4
