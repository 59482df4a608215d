"""`replay`: a capture's one side, or a scenario file, is sent again and judged live."""

import json
import re

import pytest

import captures
import vmsgspec


def replay(path, sut, *args, **kwargs):
    return vmsgspec.vmsgspec("replay", path, "--sut", sut, *args, **kwargs)


@pytest.fixture(scope="module", params=captures.ICS)
def recorded(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("replay") / "run.pcap"
    live = captures.record(path, request.param, "ref:")
    assert live.status == vmsgspec.CONFORMS, str(live)
    return request.param, path


@pytest.mark.sanitized
def test_against_a_good_peer(recorded):
    outcome = replay(recorded[1], "ref:")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)


@pytest.mark.parametrize("fault", ["set-vqueue-takes-reserved", "answers-future-ids",
                                   "driver-cuts-ping-answer", "driver-sets-reserved-type-bits",
                                   "bus-misroutes", "bus-loses-requests"])
def test_against_a_faulty_peer(recorded, fault):
    role, path = recorded
    if fault.partition("-")[0] not in (role, {"device": "set", "bus": "bus"}.get(role),
                                       "answers" if role == "device" else None):
        pytest.skip("a fault of another role")
    outcome = replay(path, f"ref:?fault={fault}")
    assert outcome.status == vmsgspec.FAILS and "conforms: no" in outcome.out, str(outcome)


def test_another_capture_comes_of_it(recorded, tmp_path):
    role, path = recorded
    again = tmp_path / "again.pcap"
    outcome = replay(path, "ref:", "--capture", again)
    assert outcome.status == vmsgspec.CONFORMS
    assert captures.check(again).status == vmsgspec.CONFORMS
    sent = {p[captures.PSEUDO:] for _, p in captures.packets(path.read_bytes())
            if captures.kind(p) == captures.MESSAGE and not p[7] & 1}
    now = {p[captures.PSEUDO:] for _, p in captures.packets(again.read_bytes())
           if captures.kind(p) == captures.MESSAGE and not p[7] & 1}
    if role == "device":  # what answers a driver or a bus takes the tokens of now
        assert now <= sent and len(now) > 100


def test_a_program(tmp_path):
    path = tmp_path / "run.pcap"
    captures.record(path, "device", "ref:", select=["device/get-config/*"])
    outcome = replay(path, vmsgspec.program(vmsgspec.TOOL, "peer", "device"))
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    outcome = replay(path, "exec:/nonexistent")
    assert outcome.status == vmsgspec.NO_SUT and "did not start" in outcome.err, str(outcome)


def test_bare_messages(tmp_path):
    path = tmp_path / "bare.pcap"
    whole = tmp_path / "run.pcap"
    captures.record(whole, "device", "ref:", select=["device/get-shm/*"])
    path.write_bytes(captures.pcap(captures.bare(whole.read_bytes())[:40]))
    outcome = replay(path, "ref:", "--role", "device", "--ics", vmsgspec.REFERENCE_ICS)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    outcome = replay(path, "ref:")
    assert outcome.status == vmsgspec.USAGE and "--role" in outcome.err, str(outcome)


def test_says_where_memory_decided(recorded, tmp_path):
    """A capture does not hold memory. Whoever sends it again must not take less for the whole."""
    role, path = recorded
    outcome = replay(path, "ref:", "--report", f"json={tmp_path / 'report.json'}")
    [told] = [line for line in outcome.err.splitlines() if "does not hold DMA memory" in line]
    assert re.search(rf"in {role}/\S+ from message \d+ on \(.*available on queue", told), told
    report = json.loads((tmp_path / "report.json").read_text())
    reasons = [s["reason"] or "" for s in report["scenarios"]]
    if role == "driver":  # which waits for its buffers
        assert any(re.search(r"sent message \d+; DMA memory may decide that, since message \d+", r)
                   for r in reasons)
    plain = tmp_path / "plain.pcap"
    captures.record(plain, role, "ref:", "--mem", "0", select=[f"{role}/common-message-format/*"
                                                             if role != "bus" else "*"])
    assert "DMA memory" not in replay(plain, "ref:").err


def test_a_scenario_file(tmp_path):
    path = tmp_path / "mine.lua"
    path.write_text((vmsgspec.ROOT / "scenarios" / "device" / "get-shm.lua").read_text())
    outcome = replay(path, "ref:", "--role", "device")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert "file/" not in outcome.err
    outcome = replay(path, "ref:")
    assert outcome.status == vmsgspec.USAGE and "--role" in outcome.err, str(outcome)


def test_a_damaged_capture(tmp_path):
    """One line, whether something could be sent before the damage or not."""
    whole, path = tmp_path / "run.pcap", tmp_path / "cut.pcap"
    captures.record(whole, "device", "ref:", "--mem", "0", select=["device/get-config/*"])
    data = whole.read_bytes()
    places = [at for at, packet in captures.packets(data)]
    for at, words in ((places[3], "before anything that could be sent"),
                      (places[-9], "what came before it was sent")):
        path.write_bytes(data[:at + 20])
        outcome = replay(path, "ref:")
        assert outcome.status == vmsgspec.USAGE and outcome.err.count("\n") == 1, str(outcome)
        assert words in outcome.err and outcome.err.count("packet") == 1, outcome.err


def test_what_a_capture_has_no_use_for(recorded):
    role, path = recorded
    other = "driver" if role == "device" else "device"
    for args in (["--role", other], ["--seed", "2"], ["--repeat", "2"], ["--mem", "0"],
                 ["--direction", "to-device"]):
        outcome = replay(path, "ref:", *args)
        assert outcome.status == vmsgspec.USAGE and outcome.err.count("\n") == 1, str(outcome)
        assert args[0] in outcome.err and not outcome.out
    assert replay(path, "ref:", "--role", role).status == vmsgspec.CONFORMS


@pytest.mark.parametrize("args", [[], ["f"], ["f", "g", "--sut", "ref:"],
                                  ["/nonexistent", "--sut", "ref:"], ["zeros", "--sut", "ref:"],
                                  ["empty.lua", "--sut", "ref:", "--role", "device"]])
def test_wrong_usage(tmp_path, args):
    (tmp_path / "zeros").write_bytes(b"\0" * 100)
    (tmp_path / "empty.lua").write_text("return {}")
    outcome = vmsgspec.vmsgspec("replay", *args, cwd=tmp_path)
    assert outcome.status == vmsgspec.USAGE and outcome.err.count("\n") == 1, str(outcome)
    assert outcome.err.startswith("vmsgspec replay: ")
