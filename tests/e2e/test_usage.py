"""Commands and exit statuses, section 5 of the SUT contract: wrong usage is told with the mend."""

import json
import os
import pathlib
import subprocess

import pytest

import vmsgspec

RUN = ("run", "--role", "device", "--sut")


@pytest.mark.sanitized
@pytest.mark.parametrize("args, told", [
    ((), "usage"),
    (("no-such-command",), "no-such-command"),
    (("run",), "--role"),
    (("run", "--role", "device"), "--sut"),
    (("run", "--role", "printer", "--sut", "ref:"), "device"),
    ((*RUN, "nosuch:thing"), "exec:"),
    ((*RUN, "no-scheme"), "exec:"),
    ((*RUN, "exec:"), "exec:"),
    ((*RUN, "ref:?fault=no-such-fault"), "no-such-fault"),
    ((*RUN, "ref:?quirk=no-such-quirk"), "no-such-quirk"),
    ((*RUN, "ref:?nonsense=1"), "nonsense"),
    ((*RUN, "ref:?devices=toaster@0"), "toaster"),
    ((*RUN, "ref:", "--report", "papyrus=x"), "json"),
    ((*RUN, "ref:", "--report", "json"), "FORMAT=PATH"),
    ((*RUN, "ref:", "--select", "device/no-such-block/*"), "no-such-block"),
    ((*RUN, "ref:", "--ics", "no-such-file.lua"), "no-such-file.lua"),
    ((*RUN, "ref:", "--seed", "pumpkin"), "--seed"),
    ((*RUN, "ref:", "--repeat", "0"), "--repeat"),
    ((*RUN, "ref:", "--jobs", "-1"), "--jobs"),
    ((*RUN, "ref:", "--max-msg-size", "51"), "52"),
    ((*RUN, "ref:", "--max-msg-size", "65536"), "65535"),
    ((*RUN, "ref:", "--notifications", "sometimes"), "polling"),
    ((*RUN, "ref:", "--mem", "lots"), "--mem"),
    ((*RUN, "ref:", "--no-such-flag"), "no-such-flag"),
    ((*RUN, "ref:", "stray"), "stray"),
    (("list", "--role", "printer"), "device"),
    (("list", "--select", "nothing/*"), "nothing"),
    (("rules", "--role", "printer"), "device"),
    (("rules", "--level", "WISH"), "MUST"),
    (("rules", "diff"), "FILE"),
    (("rules", "diff", "no-such-file.tex"), "no-such-file.tex"),
    (("peer",), "device"),
    (("peer", "printer"), "device"),
    (("peer", "device", "--fault", "no-such-fault"), "no-such-fault"),
    (("peer", "device"), "VMSG_FD"),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_wrong_usage(args, told):
    outcome = vmsgspec.vmsgspec(*args)
    assert outcome.status == vmsgspec.USAGE, str(outcome)
    assert told.lower() in outcome.err.lower(), str(outcome)
    assert not outcome.out, "errors go to standard error"


STATEMENTS = {
    "syntax": ("return {\n  role = \"device\",\n  name = = 1,\n}\n", ("3",)),
    "not a table": ("return 7\n", ("table",)),
    "nothing returned": ("local x = 1\n", ("return",)),
    "unknown field": ("return { colour = 'red' }\n", ("colour",)),
    "wrong type": ("return { max_msg_size = 'big' }\n", ("max_msg_size",)),
    "too small": ("return { max_msg_size = 8 }\n", ("max_msg_size", "52")),
    "wrong word": ("return { notifications = 'shout' }\n", ("notifications", "polling")),
    "wrong role": ("return { role = 'driver' }\n", ("role",)),
    "device number": ("return { devices = { 65536 } }\n", ("devices",)),
    "bus message": ("return { bus_messages = { 'GET_LOST' } }\n", ("bus_messages", "PING")),
    "no way to find devices": ("return { bus_messages = { 'PING' } }\n",
                               ("devices", "GET_DEVICES")),
    "configuration range": ("return { devices = { 0 }, config = { [0] = { writable = { { 1 } } } } "
                            "}\n", ("config", "length")),
    "endless": ("while true do end\n", ()),
    "greedy": ("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end return {}\n", ()),
    "files": ("return { name = io.open('/etc/passwd'):read('a') }\n", ("io",)),
    "commands": ("os.execute('true') return {}\n", ("os",)),
    "bytecode": ("\033Lua garbage", ()),
}


@pytest.mark.sanitized
@pytest.mark.parametrize("name", STATEMENTS)
def test_wrong_statement(name, tmp_path):
    """Told with the file, and the line or the field."""
    text, told = STATEMENTS[name]
    path = tmp_path / "wrong.ics.lua"
    path.write_text(text)
    outcome = vmsgspec.vmsgspec(*RUN, "ref:", "--ics", path, timeout=30)
    assert outcome.status == vmsgspec.USAGE, str(outcome)
    for word in ("wrong.ics.lua", *told):
        assert word in outcome.err, f"{word} is not told\n{outcome}"


def test_statement_that_is_a_folder(tmp_path):
    outcome = vmsgspec.vmsgspec(*RUN, "ref:", "--ics", tmp_path)
    assert outcome.status == vmsgspec.USAGE and str(tmp_path) in outcome.err, str(outcome)


@pytest.mark.sanitized
@pytest.mark.parametrize("args", [("--help",), ("run", "--help"), ("list", "--help"),
                                  ("rules", "--help"), ("peer", "--help")], ids=" ".join)
def test_help(args):
    outcome = vmsgspec.vmsgspec(*args)
    assert outcome.status == 0 and not outcome.out, "help goes to standard error"
    assert "usage" in outcome.err.lower()


def test_version():
    outcome = vmsgspec.vmsgspec("--version")
    assert outcome.status == 0 and "vmsgspec" in outcome.out + outcome.err


@pytest.mark.sanitized
def test_report_where_nothing_can_be_written(tmp_path):
    """Told before the run, not after it."""
    path = tmp_path / "no-such-folder" / "report.json"
    outcome = vmsgspec.vmsgspec(*RUN, "ref:", "--report", f"json={path}")
    assert outcome.status == vmsgspec.USAGE and str(path) in outcome.err, str(outcome)


def test_two_to_one_path(tmp_path):
    """What is written replaces nothing that is read or written beside it, by whatever name."""
    outcome = vmsgspec.vmsgspec(*RUN, "ref:", "--select", "device/ping/*", "--report", "json=a.json",
                                cwd=tmp_path)
    assert outcome.status == vmsgspec.CONFORMS
    before = (tmp_path / "a.json").read_bytes()
    (tmp_path / "link").symlink_to("a.json")
    (tmp_path / "x.lua").write_text("return {}")
    (tmp_path / "folder").mkdir()
    for args in ([*RUN, "ref:", "--capture", "new", "--report", "json=new"],
                 [*RUN, "ref:", "--report", "json=new", "--report", "html=folder/../new"],
                 [*RUN, "ref:", "--report", "json=link", "--report", "html=a.json"],
                 [*RUN, "ref:", "--baseline", "a.json", "--report", "json=link"],
                 [*RUN, "ref:", "--xfail", "x.lua", "--capture", "x.lua"],
                 ["compare", "a.json", "a.json", "--report", "html=link"],
                 ["compare", "a.json", "--report", "html=new", "--report", "json=./new"]):
        outcome = vmsgspec.vmsgspec(*args, cwd=tmp_path)
        assert outcome.status == vmsgspec.USAGE and outcome.err.count("\n") == 1, str(outcome)
        assert "own path" in outcome.err and not outcome.out
        assert not (tmp_path / "new").exists() and (tmp_path / "a.json").read_bytes() == before
    outcome = vmsgspec.vmsgspec(*RUN, "ref:", "--select", "device/ping/*", "--report",
                                "json=/dev/null", "--report", "html=/dev/../dev/null", cwd=tmp_path)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)


def test_report_on_a_full_disk(tmp_path):
    """A report that could not be written whole is no success, and no half report stays."""
    path = tmp_path / "report.json"
    command = f"ulimit -f 8; trap '' XFSZ; exec \"$@\" --report json={path}"
    done = subprocess.run(["bash", "-c", command, "bash", str(vmsgspec.TOOL), *RUN, "ref:", "--ics",
                           str(vmsgspec.REFERENCE_ICS)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode not in (0, -25), done.stderr
    assert str(path) in done.stderr, done.stderr
    assert not list(tmp_path.iterdir()), "half a report was left"


def test_report_into_a_full_device(tmp_path):
    full = tmp_path / "full"
    full.symlink_to("/dev/full")  # what is not a file is written to, not replaced
    outcome = vmsgspec.vmsgspec(*RUN, "ref:", "--ics", vmsgspec.REFERENCE_ICS, "--report",
                                f"json={full}")
    assert outcome.status != 0 and str(full) in outcome.err, str(outcome)
    assert pathlib.Path("/dev/full").is_char_device()


@pytest.mark.parametrize("args", [("list", "--json"), ("rules",), (*RUN, "ref:")],
                         ids=lambda args: args[0])
def test_standard_output_on_a_full_disk(args):
    with open("/dev/full", "w") as full:
        outcome = vmsgspec.vmsgspec(*args, stdout=full)
    assert outcome.status != 0, str(outcome)


def test_report_into_a_pipe(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    copy = tmp_path / "copy"
    with open(copy, "wb") as file, subprocess.Popen(["cat", str(fifo)], stdout=file) as cat:
        try:
            outcome = vmsgspec.vmsgspec(*RUN, "ref:", "--report", f"json={fifo}")
            cat.wait(timeout=20)
        finally:
            cat.kill()
    assert outcome.status in (0, 1) and json.loads(copy.read_text()), str(outcome)


@pytest.mark.sanitized
def test_list_names_scenarios_and_clauses():
    scenarios = vmsgspec.tool_json("list", "--role", "device")
    rules = {rule["id"] for rule in vmsgspec.tool_json("rules")}
    ids = [s["id"] for s in scenarios]
    assert len(ids) == len(set(ids)) > 50
    for scenario in scenarios:
        assert scenario["id"].startswith("device/") and scenario["clauses"], scenario
        assert set(scenario["clauses"]) <= rules, scenario


def test_select_by_clause_and_glob():
    by_clause = vmsgspec.tool_json("list", "--role", "device", "--select", "dev.set-vqueue.2")
    assert by_clause and all("dev.set-vqueue.2" in s["clauses"] for s in by_clause)
    one = vmsgspec.tool_json("list", "--role", "device", "--select", by_clause[0]["id"])
    assert [s["id"] for s in one] == [by_clause[0]["id"]]


def test_no_colour_without_a_terminal():
    for env in ({}, {"NO_COLOR": "1"}):
        outcome = vmsgspec.vmsgspec(*RUN, "ref:?fault=answers-twice", env=env)
        assert "\033" not in outcome.out + outcome.err
