"""What is legal is no finding: the freedoms that the text leaves (oddities.py), alone and together."""

import pytest

import oddities
import vmsgspec
from test_mutants import ICS, build

# Company that shares no line of blk.c, so that all of it holds at once.
TOGETHER = [
    ("reset-takes-reads", "generation-jumps", "ignores-no-interrupt", "small-windows", "no-uuid",
     "zero-padding", "odd-sizes-refused"),
    ("event-of-own-write", "generation-reset", "trailing-discarded", "no-blocks-discarded",
     "addresses-stay-after-queue-reset", "spurious-event-used", "bus-token-zero", "many-blocks"),
    ("changes-by-itself-announced", "status-keeps-undefined", "version-1-not-needed",
     "misaligned-refused", "extra-payload-discarded", "event-per-buffer", "no-ring-reset"),
    ("generation-changes-by-itself", "queues-need-features-ok", "own-messages-answered",
     "everything-writable", "pings-the-driver", "addresses-stay-after-reset"),
]
BY_NAME = {o.name: o for o in oddities.ODDITIES}


def no_finding(sut, *flags, ics=ICS):
    outcome = vmsgspec.run(sut + "?isolate=no", "--timeout", "0.5", *flags, ics=ics)
    found = [f"{s['id']}: {f['clause']}: {f['text']}"
             for s in outcome.report["scenarios"] for f in s["findings"]]
    assert not found, "\n".join([*found[:10], str(outcome)])
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert not outcome.scenarios("fail", "wedged", "crashed", "error"), str(outcome)


@pytest.mark.parametrize("oddity", oddities.ODDITIES, ids=lambda o: o.name)
def test_oddity_is_no_finding(oddity, tmp_path):
    sut = build(tmp_path, oddity.edits)
    for flags in ((), oddities.STRICT):
        no_finding(sut, *flags, *oddity.flags, ics=ICS if oddity.declared else None)


@pytest.mark.parametrize("names", TOGETHER, ids=" ".join)
def test_oddities_together(names, tmp_path):
    sut = build(tmp_path, [edit for name in names for edit in BY_NAME[name].edits])
    for flags in ((), oddities.STRICT, ("--max-msg-size", "52"), ("--mem", "0")):
        no_finding(sut, *flags)


@pytest.mark.parametrize("oddity", oddities.ODDITIES[::4], ids=lambda o: o.name)
def test_oddity_without_a_statement(oddity, tmp_path):
    """What is probed must be right, too."""
    if not oddity.flags:
        sut = build(tmp_path, oddity.edits)
        outcome = vmsgspec.run(sut + "?isolate=no", "--timeout", "0.5")
        assert not outcome.clauses("fail", "warn"), str(outcome)


def test_each_device_is_found_once(tmp_path):
    """Although windows may overlap: the next one need only begin behind the beginning of the last."""
    outcome = vmsgspec.run(build(tmp_path), select=["device/get-device-info/consistent"])
    assert "2 devices found by GET_DEVICES" in outcome.out, str(outcome)
