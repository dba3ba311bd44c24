#!/usr/bin/env python3
"""Removes each guard of the runtime, one at a time, in a copy of the repository, and writes down which test falls.

    tests/guards/remove.py [--target DIR] [--new] [NAME...]

Only guards whose name begins so, if names are given; only those that tests/GUARDS.md does not tell of yet, with `--new`. The
result goes to tests/GUARDS.md, in which the other guards' lines stay. Each guard is a text in a file and what stands there
without it; one that is no longer found is an error: the list is to follow the code. Needs python3 and nothing else.
"""

import os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from guards import GUARDS

TABLE = os.path.join(ROOT, "tests", "GUARDS.md")
# One command each. The first in which a test falls is the last that is run; `afresh-tests` brings the features.
UNITS = ["-p", "afresh", "-p", "afresh-tests", "--lib"]
BEHAVIOUR = ["-p", "afresh-tests", "--test", "behaviour"]
LONG = ["chaos::", "tenants::", "bounds::"]
SHORT = [*BEHAVIOUR, "--", *(word for room in LONG for word in ("--skip", room))]
STORES = ["-p", "afresh-tests", "--test", "stores"]
OTHERS = ["-p", "afresh-tests", "--test", "language", "--test", "wire", "--test", "parsers"]


def suites(file):
    """The nearest first: the cell is tested beside its code, the stores by their own suite, what is between them from outside."""
    if "/session/cell" in file:
        return [UNITS, SHORT, BEHAVIOUR, STORES, OTHERS]
    return [STORES, SHORT, BEHAVIOUR, UNITS, OTHERS] if "/store/" in file else [SHORT, UNITS, BEHAVIOUR, STORES, OTHERS]

# What `OFF` is in the copy.
SWITCH = """
pub(crate) fn guard_is_off(name: &str) -> bool {
    static OFF: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    OFF.get_or_init(|| std::env::var("AFRESH_GUARD_OFF").unwrap_or_default()) == name
}
"""


class Copy:
    """A copy of the repository, in which texts are replaced."""

    def __init__(self, target):
        self.path = os.path.join(target, "guards-copy")
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(ROOT, self.path, ignore=shutil.ignore_patterns("target", ".git"))
        self.env = dict(os.environ, CARGO_TARGET_DIR=target, RUST_BACKTRACE="0", CARGO_TERM_COLOR="never")

    def replace(self, file, old, new):
        path = os.path.join(self.path, file)
        source = open(path).read()
        found = old in source
        if found:
            open(path, "w").write(source.replace(old, new, 1))
        return found

    def append(self, file, text):
        with open(os.path.join(self.path, file), "a") as out:
            out.write(text)

    def fallen(self, suite, off=""):
        """The tests that fell; a suite that hangs counts as one, and one that does not compile is an error of the list."""
        env = dict(self.env, AFRESH_GUARD_OFF=off)
        # What the compiler takes is no sign of a test that hangs.
        built = subprocess.run(["cargo", "test", "-q", "--no-run", *suite], cwd=self.path, env=env, capture_output=True, text=True)
        if built.returncode:
            return ["(it does not compile: the list is to follow the code)", *re.findall(r"^error.*\n.*", built.stderr, re.M)[:2]]
        command = ["timeout", "400", "cargo", "test", "-q", "--no-fail-fast", *suite]
        run = subprocess.run(command, cwd=self.path, env=env, capture_output=True, text=True, errors="replace")
        # With -q the names stand in the list at the end.
        names = re.findall(r"^    ([a-z_0-9]+(?:::[a-z_0-9]+)*)$", run.stdout, re.M)
        if run.returncode == 124:
            names.append("(it hangs)")
        elif run.returncode and not names:
            names.append("(it does not end well)")
        return list(dict.fromkeys(names))

    def judge(self, name, file, off=""):
        tests = next((tests for suite in suites(file) if (tests := self.fallen(suite, off))), [])
        shown = ", ".join(f"`{test}`" for test in tests[:3]) + (f" and {len(tests) - 3} more" if len(tests) > 3 else "")
        print(f"{'ok  ' if tests else 'LIVE'} | {name} | {shown}", flush=True)
        return shown or "**none**"


def main(arguments):
    target = os.path.join(tempfile.gettempdir(), "afresh-guards-target")
    if arguments[:1] == ["--target"]:
        target, arguments = arguments[1], arguments[2:]
    lines = known_lines()
    todo = [guard for guard in GUARDS if not arguments or any(guard[0].startswith(start) for start in arguments if start != "--new")]
    if "--new" in arguments:
        todo = [guard for guard in (todo or GUARDS) if guard[0] not in lines]
    alone, together = [guard for guard in todo if "OFF" not in guard[3]], [guard for guard in todo if "OFF" in guard[3]]

    copy = Copy(target)
    copy.append("runtime/src/lib.rs", SWITCH)
    switched = []
    for name, file, old, new in together:
        # Where two guards share a text, the later one waits for its own build.
        if copy.replace(file, old, new.replace("OFF", f'crate::guard_is_off("{name}")')):
            switched.append(name)
    for name, file, old, new in together:
        if name in switched:
            lines[name] = copy.judge(name, file, off=name)
            write(lines)
    for name, file, old, new in alone + [guard for guard in together if guard[0] not in switched]:
        copy = Copy(target)
        if not copy.replace(file, old, new.replace("OFF", "true")):
            print(f"NOT FOUND | {name} | {file}", flush=True)
            lines[name] = "not found: the list is to follow the code"
            continue
        lines[name] = copy.judge(name, file)
        write(lines)


def known_lines():
    if not os.path.exists(TABLE):
        return {}
    return dict(re.findall(r"^\| (.*?) \| `.*?` \| (.*) \|$", open(TABLE).read(), re.M))


def write(lines):
    text = HEADER + "".join(f"| {name} | `{file}` | {lines[name]} |\n" for name, file, _, _ in GUARDS if name in lines)
    missing = [name for name, _, _, _ in GUARDS if name not in lines]
    if missing:
        text += f"\nOn the list and not taken out yet: {'; '.join(missing)}.\n"
    open(TABLE, "w").write(text)


HEADER = """# Guards

What each guard of the runtime is there for is told by the test that falls without it. Written by `tests/guards/remove.py`, which
takes them out one at a time; the first suite in which a test falls is the last that is asked.

| guard | where | what falls without it |
|---|---|---|
"""

if __name__ == "__main__":
    main(sys.argv[1:])
