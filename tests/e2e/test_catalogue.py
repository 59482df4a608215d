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


# Readings that no quirk takes, and where they are proved to be no finding.
TAKEN_ELSEWHERE = {
    "bus.advertising-transport-parameters.6": "it has no wire form; the ICS declares it",
    "bus.assignment.2": "the reference bus does so whenever max-msg-size is commanded",
    "bus.assignment.3": "the reference bus does so with every device that is added",
    "drv.event-avail.2": "differs after 32,768 buffers only: bit-15-as-wrap of suts/driver.py",
}


def latitudes(rules, name):
    rule = rules[name]
    return rule["quirks"] or (latitudes(rules, rule["restates"]) if rule["restates"] else [])


def test_every_permission_and_reading_has_a_latitude():
    """Nobody is blamed for what the text allows: a peer takes it (tests/matrix runs them all)."""
    rules = {rule["id"]: rule for rule in vmsgspec.tool_json("rules")}
    open_text = [name for name, rule in rules.items() if rule["level"] == "MAY" or rule["readings"]]
    assert len(open_text) > 60
    bare = [name for name in open_text if not latitudes(rules, name) and name not in TAKEN_ELSEWHERE]
    assert not bare, f"no quirk takes the latitude of {bare}"
    assert TAKEN_ELSEWHERE.keys() <= set(open_text)
    assert not [name for name in TAKEN_ELSEWHERE if rules[name]["quirks"]]


def test_quirks_name_known_clauses():
    rules = {rule["id"]: rule for rule in vmsgspec.tool_json("rules")}
    for role in ("device", "driver", "bus"):
        for quirk in vmsgspec.tool_json("peer", role, "--list-quirks"):
            for clause in (quirk.get("clause") or "").split():
                assert clause in rules, f"{quirk['id']}: {clause}"
                assert quirk["id"] in rules[clause]["quirks"], f"{quirk['id']}: {clause}"
