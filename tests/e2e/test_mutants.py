"""Mistakes that implementers make (mutants.py) in a device that the harness does not know: each is
caught under the clause that it breaks, and no unrelated clause is blamed.
"""

import subprocess

import pytest

import mutants
import vmsgspec

BLK = [vmsgspec.SUTS / name for name in ("blk.c", "blk_rings.c", "blk.h")]
ICS = vmsgspec.SUTS / "blk.ics.lua"
ALL = [m for group in (mutants.HEADER_MISTAKES, mutants.ORDERING_MISTAKES,
                       mutants.FEATURE_MISTAKES, mutants.STATUS_MISTAKES, mutants.QUEUE_MISTAKES,
                       mutants.CONFIG_MISTAKES, mutants.OTHER_MISTAKES,
                       mutants.RING_MISTAKES) for m in group]


def changed(edits):
    """The files' texts by name, with these changes."""
    texts = {path.name: path.read_text() for path in BLK}
    for old, new in edits:
        count = sum(text.count(old) for text in texts.values())
        assert count == 1, f"{old!r} is there {count} times"
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    return texts


def build(folder, edits=()):
    """blk.c with these changes, as a shared object."""
    for name, text in changed(edits).items():
        (folder / name).write_text(text)
    subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-w", "-O0", "-shared", "-fPIC",
                    f"-I{vmsgspec.ROOT}", "-o", folder / "sut.so", folder / "blk.c",
                    folder / "blk_rings.c"], check=True)
    return f"lib:{folder / 'sut.so'}"


@pytest.mark.parametrize("mutant", ALL, ids=lambda m: m.name)
def test_mistake_is_caught_and_nothing_else(mutant, tmp_path):
    sut = build(tmp_path, mutant.edits)
    if not mutant.crashes:
        sut += "?isolate=no"
    outcome = vmsgspec.run(sut, "--timeout", "0.5", *mutant.flags, ics=ICS)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    failed = outcome.clauses("fail", "warn")
    assert failed <= set(mutant.clauses), f"also blamed: {sorted(failed - set(mutant.clauses))}" \
        f"\n{outcome}"
    if mutant.clauses:
        assert mutant.clauses[0] in failed, str(outcome)
    if mutant.crashes:
        assert outcome.scenarios("crashed"), str(outcome)


def test_there_are_enough():
    assert len(ALL) >= 60 and len({m.name for m in ALL}) == len(ALL)


@pytest.mark.sanitized
@pytest.mark.parametrize("flags", [(), mutants.STRICT, mutants.SMALL, ("--mem", "0")],
                         ids=" ".join)
def test_without_mistakes_it_conforms(flags, tmp_path):
    outcome = vmsgspec.run(build(tmp_path), *flags, ics=ICS)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert not outcome.clauses("fail", "warn"), str(outcome)
    assert len(outcome.clauses("pass")) > 60, str(outcome)
