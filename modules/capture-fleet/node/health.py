#!/usr/bin/python3
"""Answers the load balancer's health check: 200 while something listens on the GENEVE port, else 503.

It looks at the kernel's table of sockets and not at the sink's unit, so that it also tells the truth when the unit
runs without listening. Environment: GENEVE_PORT, HEALTH_PORT, HEALTH_PATH.
"""
import http.server
import os
import socketserver


def listening(port):
    """Whether any UDP socket, IPv4 or IPv6, of a program or of the kernel, is bound to the port."""
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        try:
            with open(table, encoding="ascii") as sockets:
                next(sockets)
                if any(int(line.split()[1].rsplit(":", 1)[1], 16) == port for line in sockets):
                    return True
        except FileNotFoundError:
            continue
    return False


class Health(http.server.BaseHTTPRequestHandler):
    timeout = 5

    def do_GET(self):
        if self.path.split("?", 1)[0] != os.environ["HEALTH_PATH"]:
            status, text = 404, "not found\n"
        elif listening(int(os.environ["GENEVE_PORT"])):
            status, text = 200, "ok\n"
        else:
            status, text = 503, "nothing listens on the GENEVE port\n"
        body = text.encode("ascii")
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        """Silent: the load balancer asks several times per interval."""


class Server(http.server.ThreadingHTTPServer):
    def server_bind(self):
        """As the base class, without asking DNS for this node's name, which could delay the first answer."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


Server(("0.0.0.0", int(os.environ["HEALTH_PORT"])), Health).serve_forever()
