"""pytest driver of vmsgspec: each scenario is a test.

    pytest --vmsgspec-role device --vmsgspec-sut exec:./mydevice

collects every scenario of that role as a test. Its clauses are its markers, so that -k chooses by
scenario and -m by clause (-k set-vqueue, -m dev.set-vqueue.2); "-m vmsgspec" leaves other tests
out. A scenario that could not tell anything is skipped, with the reason. pytest-xdist may spread
them.

Fixtures, with or without --vmsgspec-sut:

    vmsgspec        a Tool: runs scenarios against any SUT and returns what was found
    vmsgspec_start  starts a SUT that listens on a UNIX socket; it is stopped with the test

Needs nothing but pytest and the vmsgspec program: --vmsgspec-tool, or the environment's VMSGSPEC,
or the PATH.
"""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import warnings

import pytest

CONFORMS, FAILS, USAGE, NO_SUT = 0, 1, 2, 3  # exit statuses of vmsgspec
TOLD_NOTHING = ("skip", "inconclusive")  # verdicts of a scenario
BEFORE, AFTER = 24, 4  # lines of the trace that are shown around the first finding


class VmsgspecError(Exception):
    """vmsgspec could not do what it was asked; the text is its own."""


@dataclasses.dataclass
class Outcome:
    """One `vmsgspec run`: its exit status, what it printed, and its JSON report (None when the
    command line was wrong)."""

    status: int
    out: str
    err: str
    report: dict = None

    @property
    def conforms(self):
        return self.status == CONFORMS

    def clauses(self, *verdicts):
        """Ids of the clauses with one of these verdicts."""
        return {c["id"] for c in self.report["clauses"] if c["verdict"] in verdicts}

    def clause(self, wanted):
        return next(c for c in self.report["clauses"] if c["id"] == wanted)

    def scenarios(self, *verdicts):
        """Ids of the scenarios with one of these verdicts."""
        return {s["id"] for s in self.report["scenarios"] if s["verdict"] in verdicts}

    def scenario(self, wanted):
        return next(s for s in self.report["scenarios"] if s["id"] == wanted)

    def __str__(self):
        found = [f"{s['verdict']} {s['id']}: {f['clause']}: {f['text']}"
                 for s in (self.report or {}).get("scenarios", []) for f in s["findings"]]
        return "\n".join([f"exit status {self.status}", *found[:8], self.err[-2000:],
                          self.out[-2000:]])


class Tool:
    """The vmsgspec program. `defaults` are arguments of every run, as on the command line."""

    def __init__(self, path, role="device", sut=None, defaults=()):
        self.path, self.role, self.sut, self.defaults = str(path), role, sut, list(defaults)

    def command(self, *args, timeout=None):
        """Any command; returns the finished process, output as text."""
        return subprocess.run([self.path, *map(str, args)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=timeout,
                              check=False)

    def json(self, *args):
        """What a command prints with --json, as Python values."""
        done = self.command(*args, "--json")
        if done.returncode:
            raise VmsgspecError(done.stderr.strip())
        return json.loads(done.stdout)

    def list(self, role=None):
        """The scenarios of a role: dicts with id, requirement and clauses."""
        return self.json("list", "--role", role or self.role)

    def run(self, sut=None, *args, role=None, ics=None, select=(), timeout=None):
        """`vmsgspec run` against a SUT (its URI); select holds globs. Raises VmsgspecError when
        the command line is wrong, and TimeoutExpired after `timeout` seconds."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.json"
            command = ["run", "--role", role or self.role, "--sut", sut or self.sut,
                       "--report", f"json={path}"]
            command += ["--ics", str(ics)] if ics else []
            for glob in select:
                command += ["--select", glob]
            done = self.command(*command, *self.defaults, *args, timeout=timeout)
            if done.returncode == USAGE or not path.exists():
                raise VmsgspecError(done.stderr.strip())
            return Outcome(done.returncode, done.stdout, done.stderr,
                           json.loads(path.read_text(encoding="utf-8")))

    def scenario(self, scenario_id, sut=None, *args, **options):
        """One scenario by its id: its part of the report."""
        outcome = self.run(sut, *args, select=[scenario_id], **options)
        if outcome.report["not_started"]:
            raise VmsgspecError(outcome.report["not_started"])
        return outcome.scenario(scenario_id)


def trace_around(scenario):
    """The trace as lines, up to the first finding's message, else its end."""
    trace, seen = scenario["trace"], [f["message"] for f in scenario["findings"]]
    at = min(seen, default=len(trace) - 1)
    if not trace:
        return []
    first, last = max(0, at - BEFORE), min(len(trace), at + AFTER + 1)
    return ["", f"messages {first} to {last - 1} of {len(trace)}:"] + [
        f"{'>' if i in seen else ' '} {i:>5} {trace[i]['t_us']:>9} us {trace[i]['direction']:>8}  "
        f"{trace[i]['text']}" for i in range(first, last)]


def describe(scenario, requirement=""):
    """A failed scenario as text: requirement, findings, trace, how the SUT ended."""
    lines = [f"{scenario['verdict']}: {scenario['id']}"]
    lines += [f"requirement: {requirement}"] if requirement else []
    lines += [scenario["reason"]] if scenario["reason"] and not scenario["findings"] else []
    lines += [f"{f['clause']} ({f['level']}), message {f['message']}: {f['text']}"
              for f in scenario["findings"]]
    lines += trace_around(scenario)
    lines += ["", f"the SUT: {scenario['sut_end']}"] if scenario["sut_end"] else []
    lines += ["its output:", scenario["sut_output"]] if scenario["sut_output"] else []
    return "\n".join(lines)


class ScenarioFailed(Exception):
    """Carries the text that pytest shows."""


class ScenarioItem(pytest.Item):
    """A scenario as a test."""

    def __init__(self, *, tool, scenario, **options):
        super().__init__(**options)
        self.tool, self.scenario = tool, scenario
        for name in ("vmsgspec", *scenario["clauses"]):
            self.add_marker(name)

    def runtest(self):
        try:
            result = self.tool.scenario(self.scenario["id"])
        except VmsgspecError as error:
            raise ScenarioFailed(str(error)) from error
        if result["verdict"] in TOLD_NOTHING:
            pytest.skip(f"{result['verdict']}: {result['reason']}")
        if result["verdict"] != "pass":
            raise ScenarioFailed(describe(result, self.scenario["requirement"]))
        told = (f"{finding['clause']}: {finding['text']}" for finding in result["findings"])
        for text in dict.fromkeys(told):  # a SHOULD, once
            warnings.warn(pytest.PytestWarning(text))

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, self.name


def pytest_addoption(parser):
    group = parser.getgroup("vmsgspec", "conformance to virtio-msg")
    group.addoption("--vmsgspec-sut", metavar="URI", help="the implementation under test")
    group.addoption("--vmsgspec-role", metavar="ROLE", default="device",
                    choices=("device", "driver", "bus"), help="device (default), driver or bus")
    group.addoption("--vmsgspec-tool", metavar="PATH", help="the vmsgspec program")
    group.addoption("--vmsgspec-arg", metavar="ARG", action="append", default=[],
                    help="one more argument of `vmsgspec run`, as --vmsgspec-arg=--ics=my.ics.lua; "
                         "may be repeated")


def find_tool(config):
    wanted = config.getoption("--vmsgspec-tool") or os.environ.get("VMSGSPEC") or "vmsgspec"
    found = shutil.which(wanted)
    if not found:
        raise pytest.UsageError(f"{wanted}: no such program; build vmsgspec and give its path by "
                                "--vmsgspec-tool or in the environment as VMSGSPEC")
    return found


def make_tool(config):
    return Tool(find_tool(config), config.getoption("--vmsgspec-role"),
                config.getoption("--vmsgspec-sut"), config.getoption("--vmsgspec-arg"))


def pytest_configure(config):
    config.addinivalue_line("markers", "vmsgspec: a conformance scenario of vmsgspec")


def scenario_items(session):
    config, tool = session.config, make_tool(session.config)
    try:
        scenarios = tool.list()
    except VmsgspecError as error:
        raise pytest.UsageError(str(error)) from error
    for clause in sorted({clause for s in scenarios for clause in s["clauses"]}):
        config.addinivalue_line("markers", f"{clause}: a clause of virtio-msg")
    for scenario in scenarios:
        yield ScenarioItem.from_parent(session, name=scenario["id"], tool=tool, scenario=scenario,
                                       nodeid=f"vmsgspec::{scenario['id']}")


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose
def pytest_collection_modifyitems(session, config, items):
    if config.getoption("--vmsgspec-sut"):
        items.extend(scenario_items(session))


@pytest.fixture(scope="session")
def vmsgspec(pytestconfig):
    """The vmsgspec program, as a Tool."""
    return make_tool(pytestconfig)


def wait_for_socket(process, path, seconds):
    """Until the program listens. It may die instead, or never do."""
    for _ in range(seconds * 100):
        if path.exists():
            return
        try:
            status = process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        raise VmsgspecError(f"{process.args[0]} ended with status {status} before it listened")
    raise VmsgspecError(f"{process.args[0]} did not listen on {path} within {seconds} s")


@pytest.fixture
def vmsgspec_start(tmp_path):
    """Start a program that serves virtio-msg on a UNIX socket; returns its URI. "{socket}" in its
    arguments is replaced by the socket's path: vmsgspec_start("./mydevice", "--listen", "{socket}").
    """
    started = []

    def start(*command, seconds=10):
        path = tmp_path / f"sut-{len(started)}.socket"
        words = [str(word).replace("{socket}", str(path)) for word in command]
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        started.append(process)
        wait_for_socket(process, path, seconds)
        return f"unix:{path}"

    yield start
    for process in started:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
