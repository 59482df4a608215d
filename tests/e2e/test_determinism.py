"""The same seed sends the same bytes and gives the same verdicts; --jobs changes only the time."""

import collections

import pytest

import vmsgspec

RECORDING = vmsgspec.program(vmsgspec.PYTHON, vmsgspec.SUTS / "hostile.py", "record")
SOME = ("device/set-vqueue/*", "device/common-message-format/*", "device/ordering/*")


@pytest.fixture
def record(tmp_path):
    """Run against a recording SUT: what each connection was sent, in order, and the report."""
    def run(*args):
        path = tmp_path / "record"
        path.unlink(missing_ok=True)
        # Patience enough that a busy machine draws no fence that an idle one does not.
        outcome = vmsgspec.run(RECORDING, *args, "--timeout", "60", ics=vmsgspec.TINY_ICS,
                               select=SOME, env={"RECORD": str(path)}, timeout=240)
        assert outcome.status == vmsgspec.CONFORMS, str(outcome)
        connections = collections.defaultdict(list)
        for line in path.read_text().splitlines():
            pid, packet = line.split(" ")
            connections[pid].append(packet)
        return list(connections.values()), outcome
    return run


def verdicts(outcome):
    return ([(s["id"], s["verdict"], len(s["findings"])) for s in outcome.report["scenarios"]],
            [(c["id"], c["verdict"], c["exercised"]) for c in outcome.report["clauses"]])


def test_same_seed_same_bytes(record):
    first, one = record("--seed", "7")
    second, two = record("--seed", "7")
    assert first == second and first
    assert verdicts(one) == verdicts(two)


def test_other_seed_other_bytes_same_verdicts(record):
    first, one = record("--seed", "7")
    second, two = record("--seed", "8")
    assert first != second
    assert [v[:2] for v in verdicts(one)[0]] == [v[:2] for v in verdicts(two)[0]]


def test_jobs_equal_serial(record):
    serial, one = record("--seed", "3")
    parallel, two = record("--seed", "3", "--jobs", "4")
    assert sorted(serial) == sorted(parallel)
    assert verdicts(one) == verdicts(two)


@pytest.mark.sanitized
@pytest.mark.parametrize("fault", ["answers-swapped", "set-vqueue-partial-on-size"])
def test_verdicts_of_a_fault_are_reproducible(fault):
    def run(*args):
        return verdicts(vmsgspec.run(f"ref:?fault={fault}", *args, ics=vmsgspec.REFERENCE_ICS))

    assert run("--seed", "5") == run("--seed", "5") == run("--seed", "5", "--jobs", "3")


@pytest.mark.sanitized
def test_repeat_takes_the_next_seeds():
    """--repeat N is N runs with consecutive seeds; the worst verdict counts."""
    both = vmsgspec.run("ref:", "--seed", "1", "--repeat", "2", ics=vmsgspec.REFERENCE_ICS)
    first = vmsgspec.run("ref:", "--seed", "1", ics=vmsgspec.REFERENCE_ICS)
    second = vmsgspec.run("ref:", "--seed", "2", ics=vmsgspec.REFERENCE_ICS)
    for one, two, sum_ in zip(*(o.report["clauses"] for o in (first, second, both))):
        assert one["exercised"] + two["exercised"] == sum_["exercised"], sum_
