"""Captures: what is recorded is judged as the live run was, whatever happens to the file. That this
holds for each fault and quirk is tested where those are run: tests/matrix.
"""

import os
import re
import signal
import struct
import subprocess
import time

import pytest

import captures
import vmsgspec

def agree(live, checked):
    assert captures.comparable(checked.report) == captures.comparable(live.report)
    assert checked.status == live.status, f"{live}\n{checked}"


@pytest.mark.sanitized
@pytest.mark.parametrize("role", captures.ICS)
def test_check_of_a_good_peer(tmp_path, role):
    path = tmp_path / "run.pcap"
    live = captures.record(path, role, "ref:", "--jobs", "3", "--repeat", "2",
                           select=["*/set-*", "*/*bus*"] if role != "bus" else ["*"])
    assert live.status == vmsgspec.CONFORMS, str(live)
    agree(live, captures.check(path))


def test_crashes_and_silence(tmp_path):
    """How a SUT ended is on the tape too."""
    for how in ("crash", "silent"):
        path = tmp_path / f"{how}.pcap"
        live = vmsgspec.run(vmsgspec.program(vmsgspec.PYTHON, vmsgspec.SUTS / "hostile.py", how),
                            "--capture", path, "--timeout", "0.2", ics=vmsgspec.TINY_ICS,
                            select=["device/get-shm/*"])
        agree(live, captures.check(path))


def test_a_sut_that_never_starts(tmp_path):
    path = tmp_path / "none.pcap"
    live = vmsgspec.run("exec:/nonexistent", "--capture", path, ics=vmsgspec.TINY_ICS,
                        select=["device/get-shm/*"])
    checked = captures.check(path)
    assert live.status == vmsgspec.NO_SUT and checked.status == vmsgspec.FAILS, str(checked)
    assert captures.comparable(checked.report) == captures.comparable(live.report)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small capture with findings, as bytes, and what its run reported."""
    path = tmp_path_factory.mktemp("small") / "small.pcap"
    live = captures.record(path, "device", "ref:?fault=set-vqueue-takes-reserved",
                           select=["device/set-vqueue/reserved*"])
    assert live.status == vmsgspec.FAILS, str(live)
    return path.read_bytes(), live


def test_standard_input(small):
    data, live = small
    done = subprocess.run([vmsgspec.TOOL, "check", "-", "--json"], input=data, capture_output=True)
    assert done.returncode == vmsgspec.FAILS, done.stderr
    assert live.report["clauses"][0]["id"].encode() in done.stdout


def test_pcapng(small, tmp_path):
    data, live = small
    path = tmp_path / "run.pcapng"
    path.write_bytes(captures.pcapng([p for _, p in captures.packets(data)]))
    agree(live, captures.check(path))


@pytest.mark.sanitized
def test_cut_off_at_every_record(small, tmp_path):
    """Whatever was whole is judged; a cut inside of a record is told, one between is a kill."""
    data, _ = small
    path = tmp_path / "cut.pcap"
    ends = [at for at, _ in captures.packets(data)][1:]
    for i, end in enumerate(ends[:: max(len(ends) // 12, 1)]):
        for cut in (end, end - 3):
            path.write_bytes(data[:cut])
            outcome = captures.check(path)
            if cut < ends[0]:
                assert outcome.status == vmsgspec.USAGE and "damaged" in outcome.err, str(outcome)
                continue
            assert outcome.report, str(outcome)
            damaged = outcome.err.count("\n") == 1 and "damaged at packet" in outcome.err
            assert damaged == (cut != end), str(outcome)
            assert outcome.status == (vmsgspec.USAGE if damaged else vmsgspec.FAILS)


def test_findings_up_to_the_damage(small, tmp_path):
    data, live = small
    path = tmp_path / "cut.pcap"
    found = next(at for at, p in captures.packets(data) if captures.kind(p) == captures.CLOSE
                 and b'"verdict":"fail"' in p)
    path.write_bytes(data[:found + 20])
    outcome = captures.check(path)
    assert outcome.status == vmsgspec.USAGE and "damaged" in outcome.err, str(outcome)
    broken = {c["id"] for c in live.report["clauses"] if c["verdict"] == "fail"}
    assert broken & {c["id"] for c in outcome.report["clauses"] if c["verdict"] == "fail"}


@pytest.mark.sanitized
def test_bit_flips(small, tmp_path):
    """Any flipped bit leaves a verdict or one clear line, never a crash."""
    data, _ = small
    path = tmp_path / "bent.pcap"
    for i in range(60):
        at = (i * 7919) % (len(data) - 1)
        bent = bytearray(data)
        bent[at] ^= 1 << i % 8
        path.write_bytes(bent)
        outcome = vmsgspec.vmsgspec("check", path)
        assert outcome.err.count("\n") <= 1, str(outcome)
        assert outcome.out or outcome.status == vmsgspec.USAGE, str(outcome)


def test_readable_while_it_grows_and_after_a_kill(tmp_path):
    """A driver that waits keeps the run alive; nobody waits for its end."""
    path = tmp_path / "run.pcap"
    process = subprocess.Popen(
        [vmsgspec.TOOL, "run", "--role", "device", "--ics", vmsgspec.TINY_ICS, "--timeout", "60",
         "--sut", vmsgspec.program(vmsgspec.PYTHON, vmsgspec.SUTS / "hostile.py", "silent"),
         "--capture", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if path.exists() and any(captures.kind(p) == captures.MESSAGE
                                     for _, p in captures.packets(path.read_bytes())):
                break
        else:
            pytest.fail("no message reached the file")
        grown = captures.check(path)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    killed = captures.check(path)
    for outcome in (grown, killed):
        assert outcome.err == "" and outcome.status == vmsgspec.FAILS, str(outcome)
        assert outcome.report["conforms"] is False


def test_a_full_disk(tmp_path):
    """What was captured before is valid, the run's report is told, and the status is no success."""
    path = tmp_path / "run.pcap"
    done = subprocess.run(
        ["bash", "-c", 'trap "" XFSZ; ulimit -f 40; exec "$@"', "bash", vmsgspec.TOOL, "run",
         "--role", "device", "--sut", "ref:", "--capture", path], capture_output=True, text=True)
    assert done.returncode == vmsgspec.USAGE, done.stderr
    assert done.stderr.count("\n") == 1 and "is not complete" in done.stderr, done.stderr
    assert "conforms: yes" in done.stdout
    outcome = captures.check(path)
    assert outcome.err == "" and outcome.report["totals"]["scenarios"]["pass"] > 5, str(outcome)


@pytest.mark.parametrize("path", ["/nonexistent/run.pcap", "/dev/full", "-"])
def test_a_path_that_cannot_be_written(path):
    outcome = vmsgspec.vmsgspec("run", "--role", "device", "--sut", "ref:", "--capture", path)
    assert outcome.status == vmsgspec.USAGE and outcome.out == "", str(outcome)
    assert outcome.err.count("\n") == 1, outcome.err


@pytest.mark.parametrize("command", [["run"], ["fuzz", "--runs", "300"]])
def test_who_reads_along_may_leave(tmp_path, command):
    """Then the capture ends, and is said to; the run does not."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["head", "-c", "2000", pipe], stdout=subprocess.PIPE) as reader:
        outcome = vmsgspec.vmsgspec(*command, "--role", "device", "--sut", "ref:", "--capture",
                                    pipe, cwd=tmp_path)
        assert len(reader.communicate(timeout=60)[0]) == 2000
    assert outcome.status == vmsgspec.USAGE, str(outcome)
    assert "is not complete: Broken pipe" in outcome.err
    assert "conforms: yes" in outcome.out or "0 new findings" in outcome.out


# ---- bare messages

@pytest.fixture(scope="module")
def bare_messages(tmp_path_factory):
    path = tmp_path_factory.mktemp("bare") / "run.pcap"
    captures.record(path, "device", "ref:", select=["device/get-shm/*"])
    return captures.bare(path.read_bytes())


@pytest.mark.sanitized
@pytest.mark.parametrize("form", [captures.pcap, captures.pcapng])
@pytest.mark.parametrize("role", ["device", "driver"])
def test_bare_messages(tmp_path, bare_messages, form, role):
    path = tmp_path / "bare.pcap"
    path.write_bytes(form(bare_messages[:60], linktype=147))
    outcome = captures.check(path, "--role", role)
    passed = [c["id"] for c in outcome.report["clauses"] if c["verdict"] == "pass"]
    assert any(c.startswith(role[:3] if role == "device" else "drv") for c in passed), str(outcome)
    assert outcome.report["sut"]["uri"] == ""


def test_bare_messages_blame(tmp_path, bare_messages):
    """A bit of the device's answer that must be zero; and an answer that is owed at the end."""
    path = tmp_path / "bare.pcap"
    answer = next(i for i, m in enumerate(bare_messages) if m[0] == 1)
    bent = list(bare_messages[:answer + 1])
    bent[answer] = bytes([bent[answer][0] | 0x80]) + bent[answer][1:]
    path.write_bytes(captures.pcap(bent))
    outcome = captures.check(path, "--role", "device")
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert "dev.common-message-format.1" in [c["id"] for c in outcome.report["clauses"]
                                             if c["verdict"] == "fail"]
    path.write_bytes(captures.pcap([m for m in bare_messages[:answer] if m[0] == 0]))
    assert not captures.check(path, "--role", "device").report["totals"]["clauses"].get("fail")
    owed = captures.check(path, "--role", "device", "--complete", "--devices", "0")
    assert owed.report["totals"]["clauses"]["fail"], str(owed)


def test_a_finding_amid_a_long_capture(tmp_path):
    """Most of a long trace is not kept; what stands around a finding is, in every report."""
    def answer(token, type_=1):
        return struct.pack("<BBHHHI", type_, 7, 0, token, 12, 0)
    messages = []
    for token in range(9000):
        messages += [struct.pack("<BBHHH", 0, 7, 0, token, 8), answer(token)]
    messages[8001] = answer(4000, 0x81)
    path = tmp_path / "long.pcap"
    path.write_bytes(captures.pcap(messages))
    paths = {name: tmp_path / name for name in ("text", "junit", "tap", "sarif", "markdown", "html")}
    outcome = captures.check(path, "--role", "device", "--devices", "0", *(
        word for name, to in paths.items() for word in ("--report", f"{name}={to}")))
    clause = "dev.common-message-format.1"
    [capture] = outcome.report["scenarios"]
    [finding] = [f for f in capture["findings"] if f["clause"] == clause]
    around = capture["trace"][finding["message"] - 2:finding["message"] + 3]
    assert [entry["hex"] for entry in around] == [m.hex() for m in messages[7999:8004]]
    assert capture["trace_dropped"] > 10000
    subprocess.run(["xmllint", "--noout", "--schema", vmsgspec.ROOT / "tests" / "junit.xsd",
                    paths["junit"]], check=True)
    for name, to in paths.items():
        text = re.sub("&#(\\d+);", lambda m: chr(int(m[1])), to.read_text())
        assert "GET_DEVICE_STATUS resp dev=0 tok=4000 type=0x81" in text, name
        assert "GET_DEVICE_STATUS req dev=0 tok=3999" in text, name


def test_a_driver_that_knows_its_devices(tmp_path):
    """From platform data, as nobody says; only what is declared, or GET_DEVICES, tells otherwise."""
    def get_status(dev):
        return struct.pack("<BBHHH", 0, 7, dev, dev, 8)
    def devices(bitmap):
        return (struct.pack("<BBHHHHH", 2, 2, 0, 9, 12, 0, 8),
                struct.pack("<BBHHHHHHB", 3, 2, 0, 9, 15, 0, 0, 8, bitmap))
    def blamed(messages, *args):
        path = tmp_path / "bare.pcap"
        path.write_bytes(captures.pcap(messages))
        report = captures.check(path, "--role", "driver", *args).report
        assert report["assumptions"] == "the capture begins where the connection does"
        return "drv.common-message-format.3" in [f["clause"] for s in report["scenarios"]
                                                 for f in s["findings"]]
    assert not blamed([get_status(3)])
    assert blamed([get_status(3)], "--devices", "0")
    assert not blamed([*devices(0x08), get_status(3)])
    assert blamed([*devices(0x01), get_status(3)])


def test_a_capture_of_a_network(tmp_path, bare_messages):
    """Frames of a protocol are no messages; that they are taken for some is told."""
    path = tmp_path / "bare.pcap"
    path.write_bytes(captures.pcap(bare_messages[:10], linktype=1))
    outcome = captures.check(path, "--role", "device")
    assert outcome.err.count("\n") == 1 and "Ethernet" in outcome.err, str(outcome)
    path.write_bytes(captures.pcap(bare_messages[:10], linktype=147))
    assert not captures.check(path, "--role", "device").err


def test_direction_by_flag(tmp_path, bare_messages):
    """A request that is said to come from the device is no request that a device may send."""
    path = tmp_path / "bare.pcap"
    path.write_bytes(captures.pcap([m for m in bare_messages if m[0] == 0][:3]))
    outcome = captures.check(path, "--role", "device", "--direction", "to-driver")
    assert "any.prose.initiating-side" in [c["id"] for c in outcome.report["clauses"]
                                           if c["verdict"] == "fail"], str(outcome)


USAGE = {
    "no file": [],
    "no such file": ["/nonexistent.pcap"],
    "no capture": [vmsgspec.TINY_ICS],
    "two files": ["a.pcap", "b.pcap"],
    "bare without a role": ["bare"],
    "bare bus": ["bare", "--role", "bus"],
    "rule": ["bare", "--role", "device", "--direction", "sideways"],
    "ours with a statement": ["ours", "--max-msg-size", "64"],
    "ours with a direction": ["ours", "--direction", "to-driver"],
    "ours of another role": ["ours", "--role", "driver"],
    "empty": ["empty"],
    "cut short by a snap length": ["snapped"],
    "a report over the capture": ["ours", "--report", "json=./ours"],
    "statement": ["bare", "--role", "device", "--ics", "/nonexistent.lua"],
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage(tmp_path, small, bare_messages, case):
    (tmp_path / "ours").write_bytes(small[0])
    (tmp_path / "bare").write_bytes(captures.pcap(bare_messages))
    data = bytearray(small[0])
    struct.pack_into("<I", data, captures.FILE_HEADER + 12, 9000)
    (tmp_path / "snapped").write_bytes(data)
    (tmp_path / "empty").write_bytes(captures.pcap([]))
    outcome = vmsgspec.vmsgspec("check", *USAGE[case], cwd=tmp_path)
    assert outcome.status == vmsgspec.USAGE and outcome.out == "", str(outcome)
    assert outcome.err.count("\n") == 1, outcome.err
    assert (tmp_path / "ours").read_bytes() == small[0]


def test_escapes(tmp_path):
    """A capture is written by anybody: no escape sequence of it reaches a terminal."""
    evil = "\x1b]0;owned\x07\u202e"
    path = tmp_path / "run.pcap"
    live = captures.record(path, "device", "ref:?fault=set-vqueue-takes-reserved", "--name", evil,
                           select=["device/set-vqueue/reserved*"])
    outcome = vmsgspec.vmsgspec("check", path)
    assert outcome.status == live.status
    for char in evil[0], evil[-1], "\x07":
        assert char not in outcome.out and char not in outcome.err
