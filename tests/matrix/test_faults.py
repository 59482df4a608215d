"""The fault matrix: every planted fault is caught under its clause, and nothing else is blamed."""

import functools

import pytest

import peers
import vmsgspec

FAULTS = peers.listed("faults")
# Over exec: too, in the scenarios of the clause: one fault of each kind.
OVER_EXEC = ("answers-twice", "set-vqueue-takes-reserved", "answers-lying-size", "no-event-used",
             "strict-applies-mismatch", "change-without-event", "reset-never-completes")


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
    judge(fault, peers.run(peers.device_set(fault), *peers.flags(fault),
                           options=f"&fault={fault['id']}"))


@pytest.mark.parametrize("name", OVER_EXEC)
def test_fault_is_caught_over_exec(name):
    fault = next(f for f in FAULTS if f["id"] == name)
    judge(fault, vmsgspec.run(f"exec:exec {vmsgspec.TOOL} peer device --fault {name}",
                              *peers.flags(fault), ics=vmsgspec.REFERENCE_ICS,
                              select=(fault["clause"],)))


def test_every_clause_that_passes_can_fail():
    """A clause without a fault would pass whatever a SUT does."""
    broken = {fault["clause"] for fault in FAULTS}
    for devices in peers.MODELS:
        for flags in ((), peers.STRICT, peers.POLLING):
            passed = peers.run(devices, *flags).clauses("pass")
            unproved = {c for c in passed if levels()[c] != "MAY"} - broken
            assert not unproved, f"no fault breaks {sorted(unproved)}"


def test_faults_name_known_clauses():
    for fault in FAULTS:
        assert {fault["clause"], *(fault.get("also") or "").split()} <= set(levels()), fault["id"]
