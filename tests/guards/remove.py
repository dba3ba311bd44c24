#!/usr/bin/env python3
"""Removes each guard of the runtime, one at a time, in a copy of the repository, and writes down which test falls.

    tests/guards/remove.py [--target DIR] [NAME...]     only guards whose name begins so, if names are given

The result is tests/GUARDS.md, unless names are given. Each guard is a text in a file and what stands there without it; one
that is no longer found is an error: the list is to follow the code. Needs python3 and nothing else; takes an hour or so.
"""

import os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from guards import GUARDS

# The first of these in which a test falls is the last that is run.
SUITES = [
    ["-p", "afresh", "--lib"],
    ["-p", "afresh-tests", "--test", "behaviour"],
    ["-p", "afresh-tests", "--test", "language", "--test", "wire", "--test", "parsers"],
]


def fallen(copy, suite, env):
    """The tests that fell; a suite that hangs counts as one, and one that does not compile is an error of the list."""
    # What the compiler takes is no sign of a test that hangs.
    subprocess.run(["cargo", "test", "-q", "--no-run", *suite], cwd=copy, env=env, capture_output=True)
    command = ["timeout", "400", "cargo", "test", "-q", "--no-fail-fast", *suite]
    run = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, errors="replace")
    if "could not compile" in run.stderr:
        return ["(it does not compile: the list is to follow the code)", *re.findall(r"^error.*", run.stderr, re.M)[:2]]
    # With -q the names stand in the list at the end.
    names = re.findall(r"^    ([a-z_0-9]+(?:::[a-z_0-9]+)*)$", run.stdout, re.M)
    if run.returncode == 124:
        names.append("(it hangs)")
    elif run.returncode and not names:
        names.append("(it does not end well)")
    return list(dict.fromkeys(names))


def main(arguments):
    target = os.path.join(tempfile.gettempdir(), "afresh-guards-target")
    if arguments[:1] == ["--target"]:
        target, arguments = arguments[1], arguments[2:]
    copy = tempfile.mkdtemp(prefix="afresh-guards-")
    shutil.copytree(ROOT, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target", ".git"))
    env = dict(os.environ, CARGO_TARGET_DIR=target, RUST_BACKTRACE="0", CARGO_TERM_COLOR="never", RUSTFLAGS="-Awarnings")
    lines = []
    for name, file, old, new in GUARDS:
        if arguments and not any(name.startswith(start) for start in arguments):
            continue
        path = os.path.join(copy, file)
        source = open(path).read()
        if source.count(old) < 1:
            print(f"NOT FOUND | {name} | {file}", flush=True)
            lines.append(f"| {name} | `{file}` | not found: the list is to follow the code |")
            continue
        open(path, "w").write(source.replace(old, new, 1))
        try:
            tests = next((tests for suite in SUITES if (tests := fallen(copy, suite, env))), [])
        finally:
            open(path, "w").write(source)
        shown = ", ".join(f"`{test}`" for test in tests[:3]) + (f" and {len(tests) - 3} more" if len(tests) > 3 else "")
        print(f"{'ok  ' if tests else 'LIVE'} | {name} | {shown}", flush=True)
        lines.append(f"| {name} | `{file}` | {shown or '**none**'} |")
    shutil.rmtree(copy)
    if not arguments:
        with open(os.path.join(ROOT, "tests", "GUARDS.md"), "w") as out:
            out.write(HEADER + "\n".join(lines) + "\n")


HEADER = """# Guards

What each guard of the runtime is there for is told by the test that falls without it. Written by `tests/guards/remove.py`, which
takes them out one at a time; the first suite in which a test falls is the last that is asked.

| guard | where | what falls without it |
|---|---|---|
"""

if __name__ == "__main__":
    main(sys.argv[1:])
