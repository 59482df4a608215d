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


def hostile(how, *args, select=SOME):
    sut = vmsgspec.program(vmsgspec.PYTHON, vmsgspec.SUTS / "hostile_driver.py", how)
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


def test_dead_driver_is_not_asked_a_hundred_times():
    outcome = hostile("hangs", "--jobs", "2", select=("driver/*",))
    gets_nowhere(outcome)
    assert len(outcome.report["scenarios"]) > 100


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
