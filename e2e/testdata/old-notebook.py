#!/usr/bin/python3
"""A stand-in for `jupyter-notebook` of notebook 5 and 6.0.

Why a stand-in: those versions do not run on the Python of today's Debian, and
what counts here is only how they begin. As they do, this one

- takes options that it does not know (sock among them) without a word,
- listens on 127.0.0.1 at its port, or the next one that is free,
- makes a token of its own: JUPYTER_TOKEN_FILE is unknown to it,
- writes nbserver-PID.json into JUPYTER_RUNTIME_DIR, one member a line,
- answers /api/status, to those who have the token only.
"""

import http.server
import json
import os
import re
import secrets
import sys

TOKEN = secrets.token_hex(24)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers /api/status."""

    def do_GET(self):
        if self.headers.get("Authorization") != "token " + TOKEN:
            return self.reply(403, {"message": "Forbidden"})
        if self.path.split("?")[0] != "/api/status":
            return self.reply(404, {"message": "Not Found"})
        return self.reply(200, {"connections": 0, "kernels": 0})

    def reply(self, code, body):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def option(name, default):
    """The last value of --NotebookApp.NAME=VALUE."""
    found = [m[1] for a in sys.argv if (m := re.fullmatch(f"--NotebookApp\\.{name}=(.*)", a))]
    return found[-1] if found else default


def listen():
    """A server on the first free port from the one asked for."""
    first = int(option("port", "8888"))
    for port in range(first, first + 50):
        try:
            return http.server.ThreadingHTTPServer((option("ip", "localhost"), port), Handler)
        except OSError:
            print(f"The port {port} is already in use, trying another port.", file=sys.stderr)
    sys.exit("no port is free")


def main():
    server = listen()
    port = server.server_address[1]
    folder = os.environ["JUPYTER_RUNTIME_DIR"]
    os.makedirs(folder, mode=0o700, exist_ok=True)
    info = {
        "base_url": "/",
        "hostname": "127.0.0.1",
        "notebook_dir": option("notebook_dir", os.getcwd()),
        "password": False,
        "pid": os.getpid(),
        "port": port,
        "secure": False,
        "token": TOKEN,
        "url": f"http://127.0.0.1:{port}/",
    }
    with open(os.path.join(folder, f"nbserver-{os.getpid()}.json"), "w") as f:
        json.dump(info, f, indent=2)
    server.serve_forever()


main()
