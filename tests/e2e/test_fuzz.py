"""`vmsgspec fuzz`: finds what is planted, makes it small, and what it saved shows it again."""

import os
import re
import select
import signal
import subprocess

import pytest

import vmsgspec

BUGGY = vmsgspec.BUILD / "buggy_device"
LIBRARY = f"lib:{vmsgspec.BUILD / 'libbuggy.so'}?isolate=no"
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


def test_over_exec_scenario_fails_and_passes(tmp_path):
    """The saved scenario fails with the bug, and passes with the bug switched off."""
    sut = vmsgspec.program(BUGGY)
    outcome = fuzz(sut, tmp_path, "--runs", "4000", "--timeout", "1", bug="features-trusts-count")
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    found = [name for name in findings(tmp_path) if name.startswith("crash-")]
    assert found, str(outcome)
    scenario = tmp_path / "findings" / found[0] / "scenario.lua"
    arguments = ("--scenario", scenario)
    broken = vmsgspec.run(sut, *arguments, select=["file/*"],
                          env={**QUICK, "BUGGY_BUG": "features-trusts-count"})
    assert broken.status == vmsgspec.FAILS and broken.scenarios("crashed"), str(broken)
    sound = vmsgspec.run(sut, *arguments, select=["file/*"], env=QUICK)
    assert not sound.scenarios("crashed", "wedged", "fail", "error"), str(sound)


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
])
def test_usage(args, mend):
    outcome = vmsgspec.vmsgspec("fuzz", *args)
    assert outcome.status == vmsgspec.USAGE and mend in outcome.err, str(outcome)


def test_not_startable(tmp_path):
    outcome = fuzz("exec:/nonexistent/device", tmp_path)
    assert outcome.status == vmsgspec.NO_SUT and "did not start" in outcome.err, str(outcome)


@pytest.mark.parametrize("role,fault", [("driver", "driver-pads-with-rubbish"), ("bus", "bus-pads-with-rubbish"),
                                        ("device", "answers-twice")])
def test_what_is_saved_shows_it_again(tmp_path, role, fault):
    """The script by replay, with the fault and without it; the capture by check, same clause."""
    outcome = fuzz(f"ref:?fault={fault}", tmp_path, "--runs", "40", role=role)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    name = findings(tmp_path)[0]
    folder = tmp_path / "findings" / name
    clause = re.match(r"(\S+): ", (folder / "trace.txt").read_text()).group(1)
    replay = ("replay", folder / "script", "--role", role, "--sut")
    broken = vmsgspec.vmsgspec(*replay, f"ref:?fault={fault}")
    assert broken.status == vmsgspec.FAILS and clause + ": " in broken.out, str(broken)
    sound = vmsgspec.vmsgspec(*replay, "ref:")
    assert sound.status == vmsgspec.CONFORMS and "nothing is found" in sound.out, str(sound)
    checked = vmsgspec.vmsgspec("check", folder / "capture.pcap")
    assert checked.status == vmsgspec.FAILS and clause in checked.out, str(checked)
    scenario = ("run", "--role", role, "--scenario", folder / "scenario.lua", "--select", "file/*", "--sut")
    assert vmsgspec.vmsgspec(*scenario, f"ref:?fault={fault}").status == vmsgspec.FAILS
    assert vmsgspec.vmsgspec(*scenario, "ref:").status == vmsgspec.CONFORMS


def test_replay_of_a_script_wants_a_role(tmp_path):
    (tmp_path / "script").write_bytes(bytes(5))
    outcome = vmsgspec.vmsgspec("replay", tmp_path / "script", "--sut", "ref:")
    assert outcome.status == 2 and "--role" in outcome.err, str(outcome)


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


def test_a_signal_to_the_whole_group_is_no_crash(tmp_path):
    """As a terminal or timeout(1) sends it: the campaign ends, and nothing is found for it."""
    started = tmp_path / "started"
    os.mkfifo(started)
    sut = f"exec:echo > '{started}'; exec {vmsgspec.TOOL} peer device"
    campaign = subprocess.Popen(
        [vmsgspec.TOOL, "fuzz", "--role", "device", "--sut", sut, "--out", tmp_path / "out",
         "--together", "1"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True)
    reader = os.open(started, os.O_RDONLY | os.O_NONBLOCK)
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
