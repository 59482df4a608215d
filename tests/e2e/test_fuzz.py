"""`vmsgspec fuzz`: finds what is planted, makes it small, and what it saved shows it again."""

import os
import re
import select
import signal
import subprocess
import time

import pytest

import captures
import vmsgspec

BUGGY = vmsgspec.BUILD / "buggy_device"
LIBRARY = f"lib:{vmsgspec.BUILD / 'libbuggy.so'}?isolate=no"
# Steps of scripts, see fuzz/script.h.
FIRST_ANSWER_PASSES = "0307000000"
FEATURES_ANSWER_LIES = "032000020046"
QUICK = {"ASAN_OPTIONS": "detect_leaks=0:symbolize=0"}  # the same bugs, in less time


def fuzz(sut, out, *args, bug=None, role="device", **kwargs):
    env = {**QUICK, **({"BUGGY_BUG": bug} if bug else {})}
    return vmsgspec.vmsgspec("fuzz", "--role", role, "--sut", sut, "--out", out, *args, env=env,
                             timeout=120, **kwargs)


def findings(out):
    return sorted(p.name for p in (out / "findings").iterdir())


def test_in_process_finds_and_replays(tmp_path):
    """A hang in this very process: the worker is killed, the finding kept, and shown again."""
    outcome = fuzz(LIBRARY, tmp_path, "--runs", "4000", "--hang", "0.5", bug="config-odd-length")
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    found = [name for name in findings(tmp_path) if name.startswith("hang-")]
    assert found, str(outcome)
    folder = tmp_path / "findings" / found[0]
    for name in ("script", "scenario.lua", "trace.txt", "capture.pcap"):
        assert (folder / name).stat().st_size > 0, name
    again = ("--script", folder / "script", "--hang", "0.5")
    assert fuzz(LIBRARY, tmp_path, *again, bug="config-odd-length").status == vmsgspec.FAILS
    assert fuzz(LIBRARY, tmp_path, *again).status == vmsgspec.CONFORMS
    # The scenario's command ends, too: there the library is in a process of its own.
    command = re.search(r"^  vmsgspec (run .*)$", (folder / "trace.txt").read_text(), re.M)[1]
    for bug, status, verdict in (("config-odd-length", vmsgspec.FAILS, "1 wedged"), ("", vmsgspec.CONFORMS, "1 pass")):
        ran = subprocess.run(["sh", "-c", f"exec '{vmsgspec.TOOL}' {command} --timeout 1"], capture_output=True, text=True,
                             timeout=60, env={**os.environ, **QUICK, "BUGGY_BUG": bug})
        assert ran.returncode == status and verdict in ran.stdout, ran.stdout + ran.stderr


def test_in_process_death_at_the_first_questions(tmp_path):
    """What asks a library what it is lives on: it is asked in a process of its own."""
    outcome = fuzz(LIBRARY, tmp_path, "--runs", "300", "--hang", "2", bug="queue-freed-twice")
    assert outcome.status == vmsgspec.FAILS and "300 runs" in outcome.out, str(outcome)
    assert any(name.startswith("crash-") for name in findings(tmp_path)), str(outcome)


def test_code_that_is_counted_is_signal(tmp_path):
    """Of a library that clang has instrumented; with the same seed always the same."""
    def campaign(name, *flags):
        library = tmp_path / f"{name}.so"
        sources = [vmsgspec.ROOT / "tests/buggy" / f"{s}.c" for s in
                   ("parts", "device", "device_bus", "device_config", "device_queue", "device_ring", "device_setup")]
        subprocess.run(["clang-14", "-std=c17", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", *flags, "-I", vmsgspec.ROOT,
                        "-o", library, *sources], check=True)
        outs = [fuzz(f"lib:{library}?isolate=no", tmp_path / f"{name}-{i}", "--runs", "500").out for i in range(2)]
        signal = [re.search(r"corpus \d+, signal (\d+)", out)[1] for out in outs]
        assert signal[0] == signal[1], outs
        return int(signal[0])

    plain = campaign("plain")
    for name, flag in (("counters", "-fsanitize-coverage=inline-8bit-counters"),
                       ("guards", "-fsanitize-coverage=trace-pc-guard"), ("fuzzer", "-fsanitize=fuzzer-no-link")):
        assert campaign(name, flag) > plain + 100, name


def test_over_exec_scenario_fails_and_passes(tmp_path):
    """The saved scenario fails with the bug, and passes with the bug switched off."""
    sut = vmsgspec.program(BUGGY)
    outcome = fuzz(sut, tmp_path, "--runs", "4000", "--timeout", "1", bug="features-trusts-count")
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    found = findings(tmp_path)
    assert len(found) == 1 and found[0].startswith("crash-heap-buffer-overflow"), str(outcome)
    scenario = tmp_path / "findings" / found[0] / "scenario.lua"
    arguments = ("--scenario", scenario)
    broken = vmsgspec.run(sut, *arguments, select=["file/*"],
                          env={**QUICK, "BUGGY_BUG": "features-trusts-count"})
    assert broken.status == vmsgspec.FAILS and broken.scenarios("crashed"), str(broken)
    sound = vmsgspec.run(sut, *arguments, select=["file/*"], env=QUICK)
    assert sound.status == vmsgspec.CONFORMS and sound.scenarios("pass"), str(sound)


def test_a_crash_is_named_by_what_it_dies_of(tmp_path):
    """Dead at GET_SHM, which is noticed when other messages are on their way already."""
    text = (vmsgspec.EXAMPLES / "tiny_device.py").read_text()
    head = "    def get_shm(self, tail, shmid):\n"
    assert head in text
    mine = tmp_path / "dies.py"
    mine.write_text(text.replace(head, head + "        import os; os.abort()\n"))
    outcome = fuzz(f"exec:exec {vmsgspec.PYTHON} {mine}", tmp_path, "--runs", "300", "--seed", "3")
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert findings(tmp_path) == ["crash-signal-6-GET_SHM"], str(outcome)


def test_a_death_at_the_end_of_a_connection(tmp_path):
    """Of what it was sent before: found when the connection is closed, and `run` sees the same."""
    text = (vmsgspec.EXAMPLES / "tiny_device.py").read_text()
    head, tail = "    def get_shm(self, tail, shmid):\n", "        while packet := self.sock.recv(1 << 17):\n            self.receive(packet)\n"
    assert head in text and tail in text
    text = text.replace(head, head + "        self.asked = True\n")
    mine = tmp_path / "dies_late.py"
    mine.write_text(text.replace(tail, tail + "        if hasattr(self, 'asked'):\n            os.abort()\n"))
    sut = f"exec:exec {vmsgspec.PYTHON} {mine}"
    outcome = fuzz(sut, tmp_path / "out", "--runs", "70")
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert findings(tmp_path / "out") == ["crash-signal-6-end"], str(outcome)
    folder = tmp_path / "out" / "findings" / "crash-signal-6-end"
    assert "(1 steps)" in (folder / "trace.txt").read_text()
    again = vmsgspec.run(sut, "--scenario", folder / "scenario.lua", select=["file/*"])
    assert again.status == vmsgspec.FAILS and again.scenarios("crashed"), str(again)
    assert fuzz(sut, tmp_path, "--script", folder / "script").status == vmsgspec.FAILS


def test_a_report_at_the_end_of_a_scenario_is_a_crash(tmp_path):
    """A sanitizer exits; what is freed twice when the connection is closed does not pass."""
    scenario = tmp_path / "freed.lua"
    scenario.write_text("""return {{ name = "freed", requirement = "A queue that is reset is freed once.",
        clauses = { "dev.ordering.2" }, needs = { queue = true }, run = function(t)
            t:init("driver-ok")
            t:RESET_VQUEUE{ index = t.vq }
        end }}""")
    for bug, status, verdict in (("queue-freed-twice", vmsgspec.FAILS, "crashed"), (None, vmsgspec.CONFORMS, "pass")):
        outcome = vmsgspec.run(vmsgspec.program(BUGGY), "--scenario", scenario, select=["file/*"],
                               env={**QUICK, **({"BUGGY_BUG": bug} if bug else {})})
        assert outcome.status == status and outcome.scenarios(verdict), str(outcome)


@pytest.mark.parametrize("fault", ["driver-answers-requests", "driver-does-not-await-queue-reset", "driver-polls-for-ever",
                                   "driver-polls-reset-once", "bus-delivers-late-responses", "bus-holds-events-back",
                                   "bus-waits-for-ever", "reset-reported-too-early",
                                   "drops-repeated-token", "event-device-removed-answers"])
def test_scenarios_are_where_their_scripts_were(tmp_path, fault):
    """What is said to a SUT, and when: the fault shows in each scenario, and nothing without it."""
    role = fault.split("-")[0] if fault.split("-")[0] in ("driver", "bus") else "device"
    statement = vmsgspec.ROOT / f"tests/matrix/{role.replace('device', 'reference')}.ics.lua"
    outcome = fuzz(f"ref:?fault={fault}", tmp_path, "--runs", "1500", "--ics", statement, role=role)
    assert findings(tmp_path), str(outcome)
    for name in findings(tmp_path):
        scenario = tmp_path / "findings" / name / "scenario.lua"
        for sut, status in ((f"ref:?fault={fault}", vmsgspec.FAILS), ("ref:", vmsgspec.CONFORMS)):
            again = vmsgspec.run(sut, "--scenario", scenario, select=["file/*"], role=role, ics=statement)
            assert again.status == status, f"{name}: {again}"


def test_a_report_that_takes_long_is_no_hang(tmp_path):
    """Silent, because a sanitizer looks for symbols: it dies in the end, and that is the finding."""
    text = (vmsgspec.EXAMPLES / "tiny_device.py").read_text()
    head = "    def get_shm(self, tail, shmid):\n"
    assert head in text
    mine = tmp_path / "reports.py"
    mine.write_text(text.replace(head, head + """        import sys, time
        print("==1==ERROR: AddressSanitizer: SEGV on unknown address 0x60", file=sys.stderr, flush=True)
        time.sleep(1.2)
        print("    #0 0x1 in get_shm /x/shm.c:7:3", file=sys.stderr, flush=True)
        os._exit(1)
"""))
    outcome = fuzz(f"exec:exec {vmsgspec.PYTHON} {mine}", tmp_path / "out", "--runs", "60", "--timeout", "0.5")
    assert findings(tmp_path / "out") == ["crash-segv-get_shm"], str(outcome)


def test_a_driver_that_starts_slowly_meets_the_whole_script(tmp_path):
    """The first step waits for it, so that the second, which changes the features, is met too."""
    script = tmp_path / "script"
    script.write_bytes(bytes.fromhex(FIRST_ANSWER_PASSES + FEATURES_ANSWER_LIES))
    program = vmsgspec.BUILD / "buggy_driver"
    for bug, status in (("drv-features-trusted", vmsgspec.FAILS), (None, vmsgspec.CONFORMS)):
        outcome = fuzz(f"exec:sleep 0.2; exec {program}", tmp_path, "--script", script, bug=bug, role="driver")
        assert outcome.status == status, str(outcome)


@pytest.mark.parametrize("number, kept", [(signal.SIGTERM, False), (signal.SIGABRT, True)])
def test_a_death_that_does_not_show_again(tmp_path, number, kept):
    """By a signal that comes from outside it is no finding; by another one it is kept and marked."""
    text = (vmsgspec.EXAMPLES / "tiny_device.py").read_text()
    head = "    def get_shm(self, tail, shmid):\n"
    marker = tmp_path / "once"
    once = (f"        import os\n        if shmid == 7 and not os.path.exists({str(marker)!r}):\n"
            f"            open({str(marker)!r}, 'w').close()\n"
            f"            os.kill(os.getpid(), {int(number)})\n")
    assert head in text
    mine = tmp_path / "dies_once.py"
    mine.write_text(text.replace(head, head + once))
    out = tmp_path / "out"
    (out / "corpus").mkdir(parents=True)
    (out / "corpus" / "one").write_bytes(bytes((0, 10, 0, 1, 0, 7)))  # GET_SHM of region 7
    outcome = fuzz(f"exec:exec {vmsgspec.PYTHON} {mine}", out, "--runs", "60")
    assert marker.exists(), "no script asked for it"
    assert [name.endswith(".unstable") for name in findings(out)] == [True] * kept, str(outcome)


def test_broken_clause_is_a_finding(tmp_path):
    outcome = fuzz("ref:?fault=answers-twice", tmp_path, "--runs", "1000")
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert any(name.startswith("dev.ordering.2") for name in findings(tmp_path)), str(outcome)


def test_same_seed_same_findings_and_resumption(tmp_path):
    runs = []
    for name in ("a", "b"):
        outcome = fuzz("ref:", tmp_path / name, "--runs", "300", "--seed", "5")
        assert outcome.status == vmsgspec.CONFORMS, str(outcome)
        runs.append({p.name for p in (tmp_path / name / "corpus").iterdir()})
    assert runs[0] == runs[1] and len(runs[0]) > 20
    resumed = fuzz("ref:", tmp_path / "a", "--runs", "600", "--seed", "6")
    assert resumed.status == vmsgspec.CONFORMS, str(resumed)
    assert runs[0] <= {p.name for p in (tmp_path / "a" / "corpus").iterdir()}


def test_several_jobs(tmp_path):
    outcome = fuzz("ref:", tmp_path, "--runs", "400", "--jobs", "3")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert int(re.search(r"(\d+) runs", outcome.out)[1]) >= 400


@pytest.mark.parametrize("args, mend", [
    (("--role", "device"), "--sut"),
    (("--sut", "ref:"), "--role"),
    (("--role", "device", "--sut", "ref:", "--time", "soon"), "10m"),
    (("--role", "device", "--sut", "ref:", "--script", "/nonexistent"), "/nonexistent"),
    (("--role", "device", "--sut", "ref:", "--out", "/proc/nothing"), "/proc/nothing"),
    (("--role", "driver", "--sut", "ref:", "--together", "2"), "leave it out"),
    (("--role", "device", "--sut", "ref:", "--capture", "/nonexistent/all.pcap"), "/nonexistent/all.pcap"),
    (("--role", "device", "--sut", "ref:", "--capture", "/dev/full"), "/dev/full"),
])
def test_usage(args, mend):
    outcome = vmsgspec.vmsgspec("fuzz", *args)
    assert outcome.status == vmsgspec.USAGE and mend in outcome.err, str(outcome)


def test_not_startable(tmp_path):
    outcome = fuzz("exec:/nonexistent/device", tmp_path)
    assert outcome.status == vmsgspec.NO_SUT and "did not start" in outcome.err, str(outcome)


@pytest.mark.parametrize("role,fault,runs", [
    ("driver", "driver-pads-with-rubbish", 40), ("bus", "bus-pads-with-rubbish", 40), ("device", "answers-twice", 40),
    ("device", "no-event-used", 300), ("driver", "driver-ignores-event-used", 40),
    ("driver", "driver-chain-out-of-order", 40), ("driver", "driver-gives-up-silently", 3000)])
def test_what_is_saved_shows_it_again(tmp_path, role, fault, runs):
    """The script by replay, with the fault and without it; the capture by check, same clause."""
    statement = ("--upper-tester", "true", "--attempts", "3", "--request-timeout-ms", "1000")
    outcome = fuzz(f"ref:?fault={fault}", tmp_path, "--runs", runs, *statement, role=role)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    name = findings(tmp_path)[0]
    folder = tmp_path / "findings" / name
    clause = re.match(r"(\S+): ", (folder / "trace.txt").read_text()).group(1)
    replay = ("replay", folder / "script", "--role", role, *statement, "--sut")
    broken = vmsgspec.vmsgspec(*replay, f"ref:?fault={fault}")
    assert broken.status == vmsgspec.FAILS and clause + ": " in broken.out, str(broken)
    sound = vmsgspec.vmsgspec(*replay, "ref:")
    assert sound.status == vmsgspec.CONFORMS and "nothing is found" in sound.out, str(sound)
    checked = vmsgspec.vmsgspec("check", folder / "capture.pcap")
    assert checked.status == vmsgspec.FAILS and clause in checked.out, str(checked)
    scenario = ("run", "--role", role, "--scenario", folder / "scenario.lua", "--select", "file/*", *statement,
                "--sut")
    assert vmsgspec.vmsgspec(*scenario, f"ref:?fault={fault}").status == vmsgspec.FAILS
    assert vmsgspec.vmsgspec(*scenario, "ref:").status == vmsgspec.CONFORMS


def test_replay_of_a_script_wants_a_role(tmp_path):
    (tmp_path / "script").write_bytes(bytes(5))
    outcome = vmsgspec.vmsgspec("replay", tmp_path / "script", "--sut", "ref:")
    assert outcome.status == 2 and "--role" in outcome.err, str(outcome)


def test_devices_that_go_and_come_are_clean(tmp_path):
    """Over sockets what a removed device was sent may be unread when it is added again."""
    outcome = fuzz(vmsgspec.program(vmsgspec.BUILD / "vmsgspec", "peer", "device"), tmp_path, "--runs", "1000",
                   "--ics", vmsgspec.ROOT / "tests/matrix/reference.ics.lua")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert findings(tmp_path) == []


@pytest.mark.parametrize("role", ["driver", "bus"])
def test_sound_peers_are_clean(tmp_path, role):
    outcome = fuzz("ref:", tmp_path, "--runs", "1500", "--seed", "7", role=role)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)


def test_fields_of_the_statement_are_flags(tmp_path):
    """As of `run`: here the only device number that is spoken to, and one that is wrong."""
    outcome = fuzz("ref:?devices=entropy@9", tmp_path, "--runs", "20", "--devices", "9")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    outcome = fuzz("ref:", tmp_path, "--runs", "20", "--revision", "x")
    assert outcome.status == vmsgspec.USAGE and "revision" in outcome.err, str(outcome)


@pytest.mark.parametrize("role,fault,jobs", [("device", "answers-twice", 3), ("driver", "driver-pads-with-rubbish", 1),
                                             ("bus", "bus-pads-with-rubbish", 2)])
def test_capture_of_a_campaign(tmp_path, role, fault, jobs):
    """All connections of all workers in one file; check blames the clauses that the campaign found."""
    path = tmp_path / "all.pcap"
    outcome = fuzz(f"ref:?fault={fault}", tmp_path, "--runs", "60", "--jobs", jobs, "--capture", path, role=role)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    sessions = {p[12:16] for _, p in captures.packets(path.read_bytes()) if captures.kind(p) == captures.CLOSE}
    assert len(sessions) > jobs
    checked = captures.check(path)
    assert checked.status == vmsgspec.FAILS and checked.err == "", str(checked)
    found = {re.match(r"(\S+): ", (tmp_path / "findings" / name / "trace.txt").read_text()).group(1)
             for name in findings(tmp_path)}
    assert found == {c["id"] for c in checked.report["clauses"] if c["verdict"] == "fail"}
    rows = {s["id"] for s in checked.report["scenarios"] if s["verdict"] == "fail"}
    assert rows == {f"fuzz/{name}" for name in findings(tmp_path)}
    assert checked.report["role"] == role and checked.report["sut"]["uri"] == f"ref:?fault={fault}"
    replayed = vmsgspec.vmsgspec("replay", path, "--sut", "ref:")
    assert replayed.status == vmsgspec.CONFORMS, str(replayed)


@pytest.mark.parametrize("role", ["device", "driver", "bus"])
def test_capture_of_a_clean_campaign(tmp_path, role):
    path = tmp_path / "all.pcap"
    assert fuzz("ref:", tmp_path, "--runs", "150", "--capture", path, role=role).status == vmsgspec.CONFORMS
    checked = captures.check(path)
    assert checked.status == vmsgspec.CONFORMS and checked.err == "", str(checked)
    assert [s["id"] for s in checked.report["scenarios"]] == ["fuzz"]
    assert sum(c["verdict"] == "pass" for c in checked.report["clauses"]) > 20, str(checked)


@pytest.mark.parametrize("bug,verdict", [("shm-null", "crashed"), ("config-odd-length", "wedged")])
def test_capture_when_the_sut_takes_its_process_along(tmp_path, bug, verdict):
    """The connection ends on the tape, too, in that of the campaign and in that of the finding."""
    path = tmp_path / "all.pcap"
    outcome = fuzz(LIBRARY, tmp_path, "--runs", "1500", "--hang", "0.5", "--capture", path, bug=bug)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    of_finding = next(tmp_path.glob(f"findings/{'hang' if verdict == 'wedged' else 'crash'}-*/capture.pcap"))
    for file in (path, of_finding):
        checked = captures.check(file)
        assert checked.status == vmsgspec.FAILS and checked.err == "", str(checked)
        assert verdict in {s["verdict"] for s in checked.report["scenarios"]}, str(checked)


def test_capture_grows_and_outlives_a_kill(tmp_path):
    path = tmp_path / "all.pcap"
    campaign = subprocess.Popen(
        [vmsgspec.TOOL, "fuzz", "--role", "device", "--sut", "ref:", "--out", tmp_path / "out", "--jobs", "2",
         "--capture", path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    try:
        while not (path.exists() and path.stat().st_size > 100000):
            assert campaign.poll() is None and time.monotonic() < deadline
        grown = captures.check(path)
    finally:
        os.killpg(campaign.pid, signal.SIGKILL)
        campaign.wait()
    for outcome in (grown, captures.check(path)):
        assert any(c["verdict"] == "pass" for c in outcome.report["clauses"]), str(outcome)
        assert not any(c["verdict"] == "fail" for c in outcome.report["clauses"]), str(outcome)


def test_capture_on_a_full_disk(tmp_path):
    path = tmp_path / "all.pcap"
    done = subprocess.run(
        ["bash", "-c", 'trap "" XFSZ; ulimit -f 400; exec "$@"', "bash", vmsgspec.TOOL, "fuzz", "--role", "device",
         "--sut", "ref:", "--runs", "600", "--jobs", "2", "--out", tmp_path / "out", "--capture", path],
        capture_output=True, text=True)
    assert done.returncode == vmsgspec.USAGE, done.stderr
    assert done.stderr.count("\n") == 1 and "is not complete" in done.stderr, done.stderr
    checked = captures.check(path)
    assert checked.err == "" and any(c["verdict"] == "pass" for c in checked.report["clauses"]), str(checked)


def test_capture_of_one_script(tmp_path):
    outcome = fuzz("ref:?fault=answers-twice", tmp_path, "--runs", "100")
    script = tmp_path / "findings" / findings(tmp_path)[0] / "script"
    for command in (("fuzz", "--script", script), ("replay", script)):
        path = tmp_path / f"{command[0]}.pcap"
        outcome = vmsgspec.vmsgspec(*command, "--role", "device", "--sut", "ref:?fault=answers-twice", "--capture", path)
        assert outcome.status == vmsgspec.FAILS, str(outcome)
        checked = captures.check(path)
        assert checked.status == vmsgspec.FAILS and checked.err == "", str(checked)
    outcome = vmsgspec.vmsgspec("replay", script, "--role", "device", "--sut", "ref:", "--report", "json=x")
    assert outcome.status == vmsgspec.USAGE and "--report" in outcome.err, str(outcome)


def test_what_is_seen_once_has_the_trace_of_then(tmp_path):
    """The first connection after the one that asks what there is breaks a clause, and none after it."""
    sut = (f"exec:cd '{tmp_path}'; mkdir asked 2>&- && exec {vmsgspec.TOOL} peer device; "
           f"mkdir broken 2>&- && exec {vmsgspec.TOOL} peer device --fault answers-twice; exec {vmsgspec.TOOL} peer device")
    outcome = fuzz(sut, tmp_path / "out", "--runs", "100")
    assert outcome.status == vmsgspec.FAILS and "1 did not show again" in outcome.out, str(outcome)
    (name,) = findings(tmp_path / "out")
    assert name.startswith("dev.ordering.2") and name.endswith(".unstable")
    came = re.findall(r"^<- .*", (tmp_path / "out" / "findings" / name / "trace.txt").read_text(), re.M)
    assert len(set(came)) == len(came) - 1, came


def test_commands_of_a_finding_can_be_pasted(tmp_path):
    """With the statement and what else the campaign was told, whatever is in the names."""
    folder = tmp_path / "a user's own"
    folder.mkdir()
    (folder / "it's.lua").write_text(vmsgspec.REFERENCE_ICS.read_text())
    outcome = fuzz("ref:?fault=answers-twice", folder, "--runs", "100", "--ics", folder / "it's.lua", "--seed", "3",
                   "--max-msg-size", "100", "--attempts", "4", "--mem", "32K", "--timeout", "1")
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    text = (folder / "findings" / findings(folder)[0] / "trace.txt").read_text()
    commands = re.findall(r"^  vmsgspec (.*)$", text, re.M)
    assert len(commands) == 2, text
    for command in commands:
        for option in ("--seed 3", "--max-msg-size 100", "--attempts 4", "--mem 32K", "--timeout 1", "it'\\''s.lua"):
            assert option in command, command
        again = subprocess.run(["sh", "-c", f"exec '{vmsgspec.TOOL}' {command}"], capture_output=True, text=True,
                               timeout=60)
        assert again.returncode == vmsgspec.FAILS and "dev.ordering.2" in again.stdout, again.stdout + again.stderr


def test_a_signal_to_the_whole_group_is_no_crash(tmp_path):
    """As a terminal or timeout(1) sends it: the campaign ends, and nothing is found for it."""
    started = tmp_path / "started"
    os.mkfifo(started)
    sut = f"exec:echo > '{started}'; exec {vmsgspec.TOOL} peer device"
    campaign = subprocess.Popen(
        [vmsgspec.TOOL, "fuzz", "--role", "device", "--sut", sut, "--out", tmp_path / "out",
         "--together", "1"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True)
    reader = os.open(started, os.O_RDWR)  # a writer of its own: no end of file between the SUTs
    try:
        starts = b""
        while starts.count(b"\n") < 3:  # what is asked first, and the first scripts
            assert campaign.poll() is None, campaign.stderr.read()
            assert select.select([reader], [], [], 60)[0], "no SUT was started"
            starts += os.read(reader, 1)
        os.killpg(campaign.pid, signal.SIGTERM)
        err = campaign.communicate(timeout=60)[1]
    finally:
        campaign.kill()
        os.close(reader)
    assert campaign.returncode == vmsgspec.CONFORMS, err
    assert not findings(tmp_path / "out"), err
