"""Runs vmsgspec as a user does, and reads what it wrote.

VMSGSPEC_BUILD is the build folder (default: build/ of the checkout), VMSGSPEC_SPEC the folder of
the specification's text (default: ../shared/spec beside the checkout).
"""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import tempfile
import uuid

from pytest_vmsgspec import Outcome, CONFORMS, FAILS, NO_SUT, USAGE

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("VMSGSPEC_BUILD", ROOT / "build")).resolve()
SPEC = pathlib.Path(os.environ.get("VMSGSPEC_SPEC", ROOT.parent / "shared" / "spec"))
TOOL = BUILD / "vmsgspec"
SANITIZED = (TOOL.exists()
             and "VMSGSPEC_SANITIZE:BOOL=ON" in (BUILD / "CMakeCache.txt").read_text())
EXAMPLES = ROOT / "examples"
TINY_ICS = EXAMPLES / "tiny.ics.lua"
REFERENCE_ICS = ROOT / "tests" / "matrix" / "reference.ics.lua"
SUTS = ROOT / "tests" / "e2e" / "suts"
PYTHON = "/usr/bin/python3"

MARK = "E2E_MARK"  # an environment variable by which a test's processes are found again


def processes(mark):
    """Ids of living processes that inherited this mark."""
    wanted, found = f"{MARK}={mark}".encode(), []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (wanted in (folder / "environ").read_bytes().split(b"\0")
                    and (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z"):
                found.append(int(folder.name))
        except OSError:
            continue  # gone meanwhile, or another user's
    return found


def vmsgspec(*args, timeout=60, cwd=None, env=None, stdout=subprocess.PIPE, **popen):
    """One command, to its end. It must end in time, leave no process and trip no sanitizer."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        [str(TOOL), *map(str, args)], stdin=subprocess.DEVNULL, stdout=stdout,
        stderr=subprocess.PIPE, text=True, errors="replace", cwd=cwd, start_new_session=True,
        env={**os.environ, MARK: mark, **(env or {})}, **popen)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        for pid in processes(mark):
            os.kill(pid, signal.SIGKILL)
        raise AssertionError(f"vmsgspec {args} is still running after {timeout} s:\n{err}")
    left = processes(mark)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    outcome = Outcome(process.returncode, out or "", err)
    assert not left, f"vmsgspec {args} left processes behind: {left}\n{outcome}"
    assert "Sanitizer" not in err and "runtime error:" not in err, str(outcome)
    assert outcome.status in (CONFORMS, FAILS, USAGE, NO_SUT), str(outcome)
    return outcome


def program(*words):
    """The URI of a program; its path may hold anything."""
    return "exec:exec " + shlex.join(str(word) for word in words)


def run(sut, *args, ics=None, select=(), timeout=120, role="device", **popen):
    """`vmsgspec run`, with its JSON report."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.json"
        command = ["run", "--role", role, "--sut", sut, "--report", f"json={path}"]
        command += ["--ics", ics] if ics else []
        for glob in select:
            command += ["--select", glob]
        outcome = vmsgspec(*command, *args, timeout=timeout, **popen)
        if path.exists():
            outcome.report = json.loads(path.read_text())
        assert outcome.status == USAGE or outcome.report, f"no report\n{outcome}"
    return outcome


def tool_json(*args):
    """The JSON that a command prints."""
    outcome = vmsgspec(*args, "--json")
    assert outcome.status == 0, str(outcome)
    return json.loads(outcome.out)
