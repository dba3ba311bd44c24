"""The code that all servers in this directory share: a clock that can be moved forward, counters, and routes for the test.

The servers themselves call only `logged_in`, `accepted` and `refused`.
"""

import json
import os
import re
import sys
import threading
from datetime import datetime, timezone
from socketserver import ThreadingMixIn
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import time_machine

CLOCK = time_machine.travel(datetime.now(timezone.utc), tick=True).start()
COUNTS = dict.fromkeys(["logins", "refreshed", "refused", "reused", "ok", "unauthorized", "forbidden"], 0)
NAMES = {"200": "ok", "401": "unauthorized", "403": "forbidden"}
RESOURCE = re.compile(r"/(orders|admin)\b")

changed = threading.Condition(threading.RLock())
# While refusals are delayed, every second refusal waits until the next refresh is accepted.
late = {"on": False, "refusals": 0}


def count(name):
    with changed:
        COUNTS[name] += 1
        changed.notify_all()


def logged_in():
    count("logins")


def accepted():
    with changed:
        late["on"] = False
        count("refreshed")


def refused(reused):
    count("refused")
    if reused:
        count("reused")


def hold_back():
    """Delays every second refusal for a limited time, so that a client that does not refresh fails with its own error."""
    with changed:
        late["refusals"] += 1
        held = late["refusals"] % 2 == 0
        if held:
            changed.wait_for(lambda: not late["on"], timeout=20)
    if held:
        # The response to the refresh is sent before the delayed refusal.
        threading.Event().wait(0.05)


def watched(app, live):
    """Adds the routes of the test in front of the server's WSGI application."""

    def control(name, query):
        if name == "forward":
            CLOCK.shift(int(query["seconds"][0]))
        if name == "late":
            late.update(on=query["on"] == ["true"], refusals=0)
        return {**COUNTS, "live": live()}

    def answer(environ, start_response):
        path = environ["PATH_INFO"]
        if path.startswith("/control/"):
            body = json.dumps(control(path.split("/")[-1], parse_qs(environ["QUERY_STRING"]))).encode()
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body]

        def begin(status, headers, *more):
            if RESOURCE.match(path):
                name = NAMES[status[:3]]
                count(name)
                if late["on"] and name != "ok":
                    hold_back()
            return start_response(status, headers, *more)

        return app(environ, begin)

    return answer


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # All calls of a test can arrive at the same time.
    request_queue_size = 512


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def serve(app, live):
    """Listens on a free loopback port. `live` returns the number of valid refresh tokens."""
    server = make_server("127.0.0.1", 0, watched(app, live), server_class=Threads, handler_class=Quiet)
    print(f"listening on {server.server_port}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # The operating system closes the test's end of the pipe even if the test is killed.
    sys.stdin.read()
    os._exit(0)
