#!/usr/bin/env python3
"""Records in `recorded.json` the requests that curl and Chromium send for unusual values. `tests/language/sockets/formats.rs` compares the
client with these requests. Run the script manually on a machine with curl and Chromium: `tests/formats/record.py [chromium]`."""

import json, os, re, signal, subprocess, sys, tempfile, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VALUES = [
    "a b", "a+b", "a&b=c", "100%", "%41", "a/b?c#d", "é", "🦀", "\"q\"", "'", "~!*'()", "-._", "\\", "<>{}|^`",
    "[]:;,@$", "", "tab\t", "\x01\x7f", "a\nb", "a\rb", "a\r\nb",
]
HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = """<meta charset=utf-8><script>
const values = %s;
const form = (method, enctype, action) => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.name = 'f' + Math.random();
  document.body.append(frame);
  const form = document.createElement('form');
  Object.assign(form, {method, enctype, action, target: frame.name, acceptCharset: 'utf-8'});
  values.forEach(value => {
    const field = document.createElement('input');
    Object.assign(field, {type: 'hidden', name: 'v' + value, value});
    form.append(field);
  });
  if (enctype == 'multipart/form-data') values.forEach(value => {
    const files = new DataTransfer();
    files.items.add(new File(['x'], 'f' + value, {type: 'text/plain'}));
    const field = document.createElement('input');
    field.type = 'file'; field.name = 'file'; field.files = files.files;
    form.append(field);
  });
  document.body.append(form);
  frame.onload = done;
  form.submit();
});
onload = async () => {
  await form('get', 'application/x-www-form-urlencoded', '/query');
  await form('post', 'application/x-www-form-urlencoded', '/form');
  await form('post', 'multipart/form-data', '/multipart');
  const pairs = new URLSearchParams(values.map(value => ['v' + value, value]));
  await fetch('/fetch-query?' + pairs);
  await fetch('/fetch-form', {method: 'POST', body: pairs});
  const data = new FormData();
  values.forEach(value => data.append('v' + value, value));
  values.forEach(value => data.append('file', new File(['x'], 'f' + value, {type: 'text/plain'})));
  await fetch('/fetch-multipart', {method: 'POST', body: data});
  for (const value of values.filter(value => value)) {
    await fetch('/component/' + encodeURIComponent(value));
    const url = new URL('/path/', location);
    url.pathname += value;
    await fetch(url);
    document.cookie = 'k=' + value;
    await fetch('/cookie');
    document.cookie = 'k=; max-age=0';
  }
  for (const method of ['HEAD', 'GET', 'POST'])
    await fetch('/empty', {method});
  await fetch('/done');
};
</script><body>""" % json.dumps(VALUES)


class Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def any(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == "/page":
            self.reply(PAGE.encode())
            return
        self.server.seen.append((self.command, self.requestline.split(" ")[1], dict(self.headers), body))
        if self.path == "/done":
            self.server.done.set()
        self.reply(b"")

    do_GET = do_POST = do_HEAD = any

    def reply(self, body):
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    def log_message(self, *_):
        pass


def told(seen):
    """Returns the requests in the order of arrival, grouped by the first segment of their paths."""
    out = {}
    for method, target, headers, body in seen:
        lower = {name.lower(): value for name, value in headers.items()}
        kind = re.split(r"[/?]", target)[1]
        if kind in ("favicon.ico", "done"):
            continue
        boundary = re.search("boundary=(.*)", lower.get("content-type", ""))
        text = body.decode("utf-8", "backslashreplace")
        entry = {"method": method, "target": target, "content-type": lower.get("content-type"),
                 "content-length": lower.get("content-length"), "cookie": lower.get("cookie"), "body": text}
        if boundary:
            entry["body"] = text.replace(boundary[1], "BOUNDARY")
            entry["content-type"] = entry["content-type"].replace(boundary[1], "BOUNDARY")
            entry["content-length"] = None
        if lower.get("cookie"):
            entry["cookie"] = lower["cookie"].encode("latin-1").decode("utf-8", "backslashreplace")
        out.setdefault(kind, []).append({name: value for name, value in entry.items() if value})
    return out


def curl(base):
    def run(path, *arguments):
        subprocess.run(["curl", "-s", "-o", "/dev/null", *arguments, base + path], check=True, timeout=20)

    fields = [part for value in VALUES for part in ("--data-urlencode", "v=" + value)]
    run("/query", "-G", *fields)
    run("/form", *fields)
    quoted = lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    parts = [part for value in VALUES for part in ("--form-string", "v=" + value)]
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
        file.flush()
        files = [part for value in VALUES
                 for part in ("-F", f"file=@{file.name};type=text/plain;filename=" + quoted("f" + value))]
        run("/multipart", *parts, *files)
    for value in VALUES:
        if value and "\n" not in value and "\r" not in value:
            run("/cookie", "-b", "k=" + value)
    run("/empty", "-I")
    run("/empty", "-X", "POST")
    run("/empty", "-d", "")


def chromium(base, done, program):
    with tempfile.TemporaryDirectory() as profile:
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 f"--user-data-dir={profile}"]
        browser = subprocess.Popen([program, *quiet, base + "/page"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            if not done.wait(90):
                sys.exit("the browser did not finish")
        finally:
            os.killpg(browser.pid, signal.SIGTERM)
            browser.wait(20)


def record(act):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.handle_error = lambda *_: None  # killing the browser breaks its connections
    server.seen, server.done = [], threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    act(f"http://127.0.0.1:{server.server_port}", server.done)
    server.shutdown()
    return told(server.seen)


if __name__ == "__main__":
    program = sys.argv[1] if len(sys.argv) > 1 else "chromium"
    recorded = {"values": VALUES, "curl": record(lambda base, _: curl(base)),
                "browser": record(lambda base, done: chromium(base, done, program))}
    with open(os.path.join(HERE, "recorded.json"), "w") as file:
        json.dump(recorded, file, indent=1, ensure_ascii=True)
        file.write("\n")
