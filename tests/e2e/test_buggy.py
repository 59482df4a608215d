"""The buggy peers without a bug: whatever fuzzing finds with one is that bug's doing."""

import pytest

import vmsgspec

SUTS = {"device": f"lib:{vmsgspec.BUILD / 'libbuggy.so'}?isolate=no",
        "driver": f"lib:{vmsgspec.BUILD / 'libbuggy_driver.so'}?isolate=no",
        "bus": vmsgspec.program(vmsgspec.BUILD / "buggy_bus")}


@pytest.mark.parametrize("role", SUTS)
def test_sound_without_a_bug(role):
    statement = vmsgspec.ROOT / f"tests/buggy/{role}.ics.lua"
    outcome = vmsgspec.run(SUTS[role], role=role, ics=statement)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert len(outcome.clauses("pass")) > 40, str(outcome)


@pytest.mark.parametrize("role", ["device", "driver"])  # a bus would wait for what fuzzing loses
def test_sound_under_fuzzing(role, tmp_path):
    outcome = vmsgspec.vmsgspec("fuzz", "--role", role, "--sut", SUTS[role], "--out", tmp_path,
                                "--ics", vmsgspec.ROOT / f"tests/buggy/{role}.ics.lua",
                                "--runs", "1000", timeout=120)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
