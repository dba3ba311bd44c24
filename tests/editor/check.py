#!/usr/bin/env python3
"""Sends rust-analyzer the requests that an editor sends while a user reads and writes a trait. Run the script manually on a machine with
rust-analyzer: `tests/editor/check.py [rust-analyzer]`. It prints the failed checks and exits with status 1 if a check fails."""

import json, os, queue, re, subprocess, sys, tempfile, threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MANIFEST = f"""[package]
name = "edited"
version = "0.0.0"
edition = "2024"
[dependencies]
afresh = {{ path = "{ROOT}/runtime" }}
[workspace]
"""
HEAD = "use afresh::{api, Result};\npub struct Order { pub id: u64 }\n#[api]\npub trait Shop {\n"
BEFORE = '/// One order.\n#[get("/orders/{i‸placeholder‸d}")]\nasync fn order(&self, id: u64) -> Result<String>;\n'
AFTER = '#[get("/orders")]\nasync fn orders(&self) -> Result<Vec<String>>;\n'
TAIL = "}\npub async fn caller(shop: &ShopClient) { shop.or‸call‸der(7).await.unwrap(); shop.‸dot‸; }\n"
# Incomplete code, and the completion that the editor must offer at the mark `c`. Each piece of code is followed by
# another method.
HALVES = [
    ("", None), ("as", None), ("async fn", None), ("async fn half", None), ("async fn half(&self)", None),
    ('#[get("/x/{n}")]\nasync fn half(&self, n: ‸c‸) -> Result<()>;', "Order"),
    ('#[get("/x/{n}")]\nasync fn half(&self, n: Or‸c‸)', "Order"),
    ('#[get("/x")]\nasync fn half(&self) -> Result<Or‸c‸', "Order"),
    ('#[get("/x")]\nasync fn half(&self) -> Res‸c‸', "Result"),
    ("async fn half(&self) -> Result<()> { self.or‸c‸ }", "order"),
]


class Editor:
    def __init__(self, folder, server):
        self.uri = f"file://{folder}/src/lib.rs"
        self.answers, self.ready, self.number, self.version = queue.Queue(), threading.Event(), 0, 1
        self.server = subprocess.Popen([server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        threading.Thread(target=self.listen, daemon=True).start()
        status = {"experimental": {"serverStatusNotification": True}}
        options = {"checkOnSave": False, "cachePriming": {"enable": False}}
        self.ask("initialize", {"processId": os.getpid(), "rootUri": f"file://{folder}", "capabilities": status,
                                "initializationOptions": options})
        self.send({"method": "initialized", "params": {}})
        document = {"uri": self.uri, "languageId": "rust", "version": 1, "text": ""}
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        if not self.ready.wait(600):
            sys.exit("rust-analyzer did not become ready within 600 seconds")

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def listen(self):
        while True:
            length = 0
            while line := self.server.stdout.readline().strip():
                length = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else length
            if not length:
                return
            message = json.loads(self.server.stdout.read(length))
            if "method" not in message:
                self.answers.put(message)
            elif "id" in message:
                self.send({"id": message["id"], "result": None})
            elif message["method"] == "experimental/serverStatus" and message["params"]["quiescent"]:
                self.ready.set()

    def ask(self, method, params):
        while True:
            self.number += 1
            self.send({"id": self.number, "method": method, "params": params})
            answer = self.answers.get(timeout=120)
            if answer.get("error", {}).get("code") not in (-32801, -32802):  # the file has changed during the request
                return answer.get("result")

    def write(self, marked):
        """Writes the text without its marks into the file and records the positions of the marks."""
        self.marks, self.text = {}, ""
        for index, part in enumerate(marked.split("‸")):
            if index % 2:
                self.marks[part] = {"line": self.text.count("\n"), "character": len(self.text) - self.text.rfind("\n") - 1}
            else:
                self.text += part
        self.version += 1
        self.send({"method": "textDocument/didChange", "params": {
            "textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": [{"text": self.text}]}})

    def at(self, mark, what):
        return self.ask(f"textDocument/{what}", {"textDocument": {"uri": self.uri}, "position": self.marks[mark]})

    def home(self, mark):
        """Returns the words at the targets of go-to-definition."""
        ranges = [place["range"]["start"] for place in self.at(mark, "definition") or []]
        lines = self.text.split("\n")
        return [re.match(r"\w*", lines[start["line"]][start["character"]:])[0] for start in ranges]

    def offered(self, mark):
        found = self.at(mark, "completion") or []
        items = found["items"] if isinstance(found, dict) else found
        return {re.match(r"\w*", item["label"])[0] for item in items}


def check(editor):
    def hold(what, holds):
        if not holds:
            failed.append(what)

    failed = []
    editor.write(HEAD + BEFORE + AFTER + TAIL)
    hold("go-to-definition on a placeholder finds its parameter", editor.home("placeholder") == ["id"])
    hold("go-to-definition on a call finds the trait's method", editor.home("call") == ["order"])
    hold("hovering over a call shows its route", "GET /orders/{id}" in json.dumps(editor.at("call", "hover")))
    for half, wanted in HALVES:
        editor.write(HEAD + BEFORE + half + "\n" + AFTER + TAIL)
        hold(f"the other methods are still completed, with {half!r}", {"order", "orders"} <= editor.offered("dot"))
        hold(f"go-to-definition on a call still works, with {half!r}", editor.home("call") == ["order"])
        hold(f"completion offers {wanted}, with {half!r}", not wanted or wanted in editor.offered("c"))
    return failed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/src")
        for name, text in [("Cargo.toml", MANIFEST), ("src/lib.rs", "")]:
            with open(f"{folder}/{name}", "w") as file:
                file.write(text)
        os.environ.setdefault("CARGO_TARGET_DIR", f"{ROOT}/target/editor")
        editor = Editor(folder, sys.argv[1] if len(sys.argv) > 1 else "rust-analyzer")
        try:
            failed = check(editor)
        finally:
            editor.server.kill()
    print("\n".join(failed) or "all checks passed")
    sys.exit(bool(failed))
