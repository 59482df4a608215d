"""What hangs on the catalogue's entries: no clause that can be observed is left without a scenario
that provokes it and a fault that proves that it can fail."""

import vmsgspec

OBSERVED = ("wire", "memory", "upper")


def test_observable_clauses_have_scenario_and_fault():
    observed = [rule for rule in vmsgspec.tool_json("rules") if rule["observe"] in OBSERVED]
    assert len(observed) > 150
    # The layout of a shared memory shows in whatever passes through it.
    assert not [rule["id"] for rule in observed
                if not rule["scenarios"] and not rule["id"].startswith("amp.")]
    assert not [rule["id"] for rule in observed if rule["level"] != "MAY" and not rule["faults"]]


def test_others_say_why_not():
    others = [rule for rule in vmsgspec.tool_json("rules") if rule["observe"] not in OBSERVED]
    assert others
    assert not [rule["id"] for rule in others if not (rule["why"] or rule["restates"])]
