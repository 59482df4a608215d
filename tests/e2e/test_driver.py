"""Drivers in processes of their own: the reference driver, and programs that are no drivers."""

import pytest

import vmsgspec

REFERENCE = vmsgspec.program(vmsgspec.TOOL, "peer", "driver")
QUICK = ("--request-timeout-ms", "100")
SOME = ("driver/overview/starts-up", "driver/device-features/subset")
# Headers of the few messages that these programs send are well formed, and that is no feat.
FORM = {"drv.driver-limits.1", "drv.driver-limits.2", "drv.endianness.1",
        "drv.common-message-format.1", "drv.common-message-format.2", "drv.common-message-format.3",
        "any.prose.initiating-side", "any.prose.reserved-ids", "any.prose.event-not-response",
        "drv.prose.empty-request", "drv.get-device-status.1"}
BEGAN = FORM | {"drv.prose.early-discovery", "drv.set-device-status.1", "drv.set-device-status.2"}


def hostile(how, *args, select=SOME, words=()):
    sut = vmsgspec.program(vmsgspec.PYTHON, vmsgspec.SUTS / "hostile_driver.py", how, *words)
    return vmsgspec.run(sut, "--timeout", "0.5", *QUICK, *args, role="driver", select=select)


@pytest.mark.sanitized
def test_reference_driver_conforms():
    outcome = vmsgspec.run(REFERENCE, *QUICK, "--upper-tester", "true", "--jobs", "2",
                           "--transport-features", "0x1", role="driver")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert not outcome.scenarios("fail", "wedged", "crashed", "error"), str(outcome)
    drivers = {c for c in outcome.clauses("pass") if c.startswith("drv.")}
    assert len(drivers) >= 60, sorted(outcome.clauses("inconclusive"))


def test_nothing_need_be_declared():
    outcome = vmsgspec.run(REFERENCE, "--mem", "0", role="driver")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert len(outcome.clauses("pass")) >= 40, str(outcome)
    assert outcome.clause("drv.driver-notifications.3")["verdict"] == "not-observable"
    assert outcome.clause("drv.set-config.1")["verdict"] == "inconclusive"


def test_platform_data_replaces_enumeration():
    outcome = vmsgspec.run(REFERENCE, "--devices", "7,65535", role="driver", select=SOME)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert not any("GET_DEVICES" in m["text"] for s in outcome.report["scenarios"]
                   for m in s.get("trace", []))


def gets_nowhere(outcome):
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert outcome.scenarios("wedged") and not outcome.scenarios("pass", "error"), str(outcome)
    assert not outcome.clauses("fail"), str(outcome)
    assert outcome.clauses("pass") <= BEGAN, sorted(outcome.clauses("pass") - BEGAN)


@pytest.mark.sanitized
@pytest.mark.parametrize("how", ["silent", "flood", "chatter"])
def test_driver_that_gets_nowhere_is_wedged(how):
    gets_nowhere(hostile(how, select=SOME[1:2]))


# Verdict of the scenarios that are tried, unless they disturb the driver, and of those that are not.
NOWHERE = [("early", "fail", "inconclusive"), ("garbage", "fail", "inconclusive"),
           ("echo", "fail", "inconclusive"), ("chatter", "wedged", "wedged"),
           ("hangs", "wedged", "wedged"), ("silent", "wedged", "wedged"),
           ("dies", "crashed", "crashed")]


@pytest.mark.parametrize("how, tried, rest", NOWHERE, ids=[n[0] for n in NOWHERE])
def test_hopeless_driver_is_not_asked_a_hundred_times(how, tried, rest, tmp_path):
    starts = tmp_path / "starts"
    outcome = hostile(how, select=("driver/*",), words=(starts,))
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert starts.stat().st_size <= 3 + 3, str(outcome)  # the discovery, and three scenarios
    verdicts = [s["verdict"] for s in outcome.report["scenarios"]
                if not (s.get("reason") or "").startswith("not run")]
    assert len(verdicts) == 3 and tried in verdicts, str(outcome)
    assert set(verdicts) <= {tried, "inconclusive"}, str(outcome)
    assert len(outcome.scenarios(rest)) > 100, str(outcome)


def test_driver_that_worked_once_is_asked_again(tmp_path):
    """It runs in the discovery, so four scenarios without a word do not speak for the others."""
    blocks = [f"driver/{block}/*" for block in ("bus-messages", "overview")]
    outcome = hostile("moody", words=(tmp_path / "starts", vmsgspec.TOOL, "peer", "driver"),
                      select=blocks)
    assert len(outcome.scenarios("wedged")) == 4, str(outcome)
    assert outcome.scenarios("pass"), str(outcome)
    assert not [s for s in outcome.report["scenarios"] if "not run" in (s.get("reason") or "")]


@pytest.mark.sanitized
@pytest.mark.parametrize("how", ["dies", "closes"])
def test_driver_that_goes_is_crashed(how):
    outcome = hostile(how, select=SOME[:1])
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert outcome.scenarios("crashed") and not outcome.scenarios("pass", "error"), str(outcome)
    if how == "dies":
        assert "about to crash after ACKNOWLEDGE" in outcome.out, str(outcome)


@pytest.mark.sanitized
@pytest.mark.parametrize("how, clause", [
    ("early", "drv.prose.early-discovery"), ("garbage", "drv.common-message-format.2"),
    ("echo", "drv.error-signaling.1")])
def test_driver_that_says_the_wrong_thing_fails(how, clause):
    outcome = hostile(how, select=SOME[:1])
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert clause in outcome.clauses("fail"), str(outcome)
    assert not outcome.scenarios("pass", "error"), str(outcome)
