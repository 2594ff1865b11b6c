#!/usr/bin/env python3
"""A server on a free port that answers from a list, for what the mock does not do.

    fake_http.py --answers FILE --log FILE

FILE holds a JSON list; the n-th request gets the n-th answer, later ones the last:
{"status": 503, "headers": {"Retry-After": "1"}, "body": "..."}, or {"raw": "..."}, byte for
byte.  Its address is printed; every request is logged as one JSON object a line.
"""
import argparse
import json
import socketserver
import threading
import time

lock = threading.Lock()


class Handler(socketserver.StreamRequestHandler):
    def read(self):
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) < 2:
            return None
        headers = {}
        for raw in self.rfile:
            name, colon, value = raw.decode("latin-1").partition(":")
            if not colon:
                break
            headers[name.strip().lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        return {"method": line[0], "target": line[1], "headers": headers,
                "body": body.decode("latin-1"), "at": time.monotonic()}

    def handle(self):
        request = self.read()
        if not request:
            return
        with lock:
            n = len(self.server.seen)
            self.server.seen.append(request)
            with open(self.server.log, "a", encoding="utf-8") as log:
                log.write(json.dumps(request) + "\n")
        with open(self.server.answers, encoding="utf-8") as f:
            answers = json.load(f)
        self.wfile.write(self.bytes_of(answers[min(n, len(answers) - 1)]))

    @staticmethod
    def bytes_of(answer):
        if "raw" in answer:
            return answer["raw"].encode("latin-1")
        body = answer.get("body", "").encode()
        headers = {"Content-Length": len(body), "Connection": "close",
                   "Content-Type": "application/json"}
        headers.update(answer.get("headers", {}))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {answer.get('status', 200)} X\r\n{head}\r\n".encode() + body


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", required=True)
    parser.add_argument("--log", required=True)
    options = parser.parse_args()
    with Server(("127.0.0.1", 0), Handler) as server:
        server.answers, server.log, server.seen = options.answers, options.log, []
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


main()
