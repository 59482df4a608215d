"""The fault matrix: every planted fault is caught under its clause, and nothing else is blamed."""

import functools

import pytest

import peers
import vmsgspec

FAULTS = peers.listed("faults")
# Over exec: too, one fault of each kind, where one scenario shows it: there, what never comes
# costs a timeout.
OVER_EXEC = {
    "answers-twice": "device/ordering/*",
    "answers-lying-size": "device/error-signaling/size-beyond-delivered",
    "set-vqueue-takes-reserved": "device/set-vqueue/*",
    "strict-applies-mismatch": "device/configuration-semantics-profiles/mismatch-strict",
    "change-without-event": "device/configuration-semantics-profiles/change-is-announced",
    "no-event-used": "device/device-notifications/many-at-once",
    "reset-never-completes": "device/set-device-status/reset-twice",
    "driver-does-not-confirm-queues": "driver/overview/starts-up",
    "driver-mixes-generations": "driver/configuration-semantics-profiles/changes-while-it-is-read",
    "driver-ignores-event-used": "driver/device-notifications/used-buffers-are-taken-back",
    "driver-gives-up-silently": "driver/error-signaling/no-features",
    "driver-keeps-first-generation": "driver/configuration-semantics-profiles/strict-writes",
    "bus-misroutes": "bus/transport-message-forwarding/to-each-device",
    "bus-waits-for-ever": "bus/error-signaling/lost-responses",
    "bus-doubles-events": "bus/runtime-notifications/each-notification-once",
}


@functools.lru_cache
def levels():
    return {rule["id"]: rule["level"] for rule in vmsgspec.tool_json("rules")}


def judge(fault, outcome):
    clause, also = fault["clause"], (fault.get("also") or "").split()
    wanted = "warn" if levels()[clause] == "SHOULD" else "fail"
    verdict = outcome.clause(clause)["verdict"]
    assert verdict == wanted, f"{fault['summary']} -- {clause} is {verdict}\n{outcome}"
    failed = outcome.clauses("fail")
    assert outcome.status == (vmsgspec.FAILS if failed else vmsgspec.CONFORMS), str(outcome)
    blamed = failed - {clause} - set(also)
    assert not blamed, f"{fault['summary']} -- also blamed: {sorted(blamed)}\n{outcome}"


@pytest.mark.sanitized
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["id"])
def test_fault_is_caught_under_its_clause(fault):
    """Live, and again in the capture of it."""
    judge(fault, peers.recorded(peers.model(fault), *peers.flags(fault),
                                options=f"&fault={fault['id']}{peers.options(fault)}"))


@pytest.mark.parametrize("fault", [f for f in FAULTS if f["role"] == "device"
                                   and "memory" in (f.get("needs") or "")],
                         ids=lambda fault: fault["id"])
def test_fault_is_caught_on_packed_rings(fault):
    """By the scenarios for packed rings alone."""
    judge(fault, peers.run(peers.model(fault), *peers.flags(fault), select=("*-packed*",),
                           options=f"&fault={fault['id']}&quirk=packed"))


@pytest.mark.parametrize("name", OVER_EXEC)
def test_fault_is_caught_over_exec(name):
    fault = next(f for f in FAULTS if f["id"] == name)
    role, extra = fault["role"], ()
    if role != "device":
        extra = ("--request-timeout-ms", "100")
    judge(fault, vmsgspec.run(vmsgspec.program(vmsgspec.TOOL, "peer", role, "--fault", name),
                              *peers.flags(fault), *extra, role=role,
                              ics=peers.MODELS[peers.model(fault)], select=(OVER_EXEC[name],)))


@pytest.mark.parametrize("model", peers.MODELS)
def test_every_clause_that_passes_can_fail(model):
    """A clause without a fault would pass whatever a SUT does."""
    broken = {fault["clause"] for fault in FAULTS if fault["role"] == peers.role(model)}
    for flags in ((), peers.STRICT, peers.POLLING, peers.SYNTHESIS):
        passed = peers.run(model, *flags).clauses("pass")
        unproved = {c for c in passed if levels()[c] != "MAY"} - broken
        assert not unproved, f"no fault breaks {sorted(unproved)}"


def test_faults_name_known_clauses():
    for fault in FAULTS:
        assert {fault["clause"], *(fault.get("also") or "").split()} <= set(levels()), fault["id"]
