"""SUTs that are no devices: judged for what they are, in bounded time, with nothing left behind."""

import pytest

import vmsgspec

# Few scenarios, of different kinds: each one against a dead SUT costs a timeout.
SOME = ("device/get-vqueue/*", "device/set-vqueue/reserved-nonzero", "device/get-shm/*")
SHORT = ("--timeout", "0.5")  # for SUTs that never answer, however long one waits
SECONDS = 120

# What a stream without a single answer can still show: the form of its headers.
FORM = {"dev.common-message-format.1", "dev.common-message-format.2", "dev.endianness.1",
        "any.prose.event-not-response", "any.prose.initiating-side", "any.prose.reserved-ids",
        "dev.prose.event-used-queue"}
NO_ANSWER = {"silent": set(), "one-byte": set(), "garbage": set(), "echo": FORM, "flood": FORM,
             "zeros": {"dev.common-message-format.1"},
             "huge": FORM - {"dev.common-message-format.2"}}


def hostile(how, *args, select=SOME, **kwargs):
    sut = vmsgspec.program(vmsgspec.PYTHON, vmsgspec.SUTS / "hostile.py", how)
    return vmsgspec.run(sut, *args, ics=vmsgspec.TINY_ICS, select=select, timeout=SECONDS,
                        **kwargs)


def assert_nothing_earned(outcome, but=frozenset()):
    assert not outcome.report["conforms"]
    assert not outcome.scenarios("pass"), str(outcome)
    unearned = outcome.clauses("pass") - but
    assert not unearned, f"passed without an answer: {sorted(unearned)}\n{outcome}"


@pytest.mark.sanitized
@pytest.mark.parametrize("how", NO_ANSWER)
def test_no_answer_earns_nothing(how):
    """No message of these is an answer, so nothing that asks for one passes."""
    outcome = hostile(how, *SHORT)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert_nothing_earned(outcome, but=NO_ANSWER[how])
    assert not outcome.scenarios("error"), str(outcome)


@pytest.mark.sanitized
@pytest.mark.parametrize("how", ["closes-at-once", "exits-at-once", "closes-and-stays"])
def test_gone_before_the_first_message(how):
    outcome = hostile(how, *SHORT)
    assert outcome.status in (vmsgspec.FAILS, vmsgspec.NO_SUT), str(outcome)
    assert_nothing_earned(outcome)


def test_deaf_sut_does_not_block_the_harness():
    outcome = hostile("deaf", *SHORT)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert_nothing_earned(outcome)


@pytest.mark.sanitized
def test_zeros_in_shape_do_not_conform():
    """Well-formed but empty answers: some clauses hold by the text, those about content do not."""
    outcome = hostile("zeros-in-shape", *SHORT, "--jobs", "2", select=("device/*",))
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert "dev.get-device-info.2" not in outcome.clauses("pass")
    for clause in ("dev.set-vqueue.5", "dev.device-features.2", "dev.set-config.3",
                   "dev.finalizing-initialization.2"):
        assert clause not in outcome.clauses("pass"), clause


@pytest.mark.sanitized
def test_crash_is_told_from_a_failure():
    outcome = hostile("crash", select=("device/set-vqueue/*", "device/get-shm/*"))
    assert outcome.status == vmsgspec.FAILS
    crashed = outcome.scenarios("crashed")
    assert any("set-vqueue" in name for name in crashed), str(outcome)
    assert any("get-shm" in name for name in outcome.scenarios("pass")), str(outcome)
    told = outcome.out + outcome.err
    assert "signal 11" in told or "Segmentation fault" in told, told
    assert "about to crash at SET_VQUEUE" in told, "the SUT's own output is not shown"


@pytest.mark.sanitized
def test_hang_is_wedged_and_ended():
    outcome = hostile("hang", select=("device/set-vqueue/reserved-nonzero", "device/get-shm/*"))
    assert outcome.status == vmsgspec.FAILS
    assert "device/set-vqueue/reserved-nonzero" in outcome.scenarios("wedged"), str(outcome)
    assert any("get-shm" in name for name in outcome.scenarios("pass")), str(outcome)


@pytest.mark.sanitized
@pytest.mark.parametrize("how", ["fork", "linger", "talk", "slow"])
def test_bad_manners_change_no_verdict(how):
    """vmsgspec.run() itself checks that no process is left."""
    outcome = hostile(how, select=("device/get-shm/*",))
    assert not outcome.scenarios("fail", "wedged", "crashed", "error"), str(outcome)
    assert outcome.scenarios("pass"), str(outcome)
    assert not outcome.clauses("fail"), str(outcome)


@pytest.mark.sanitized
@pytest.mark.parametrize("command", ["/nonexistent/program", "exec /nonexistent/program"])
def test_program_that_does_not_exist(command):
    outcome = vmsgspec.run(f"exec:{command}", ics=vmsgspec.TINY_ICS, select=SOME)
    assert outcome.status == vmsgspec.NO_SUT, str(outcome)
    assert_nothing_earned(outcome)
    assert "not found" in outcome.err or "No such file" in outcome.err, str(outcome)
