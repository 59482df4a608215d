"""Reports, sections 7 and 8 of the SUT contract: their shape, and that their parts agree."""

import collections
import json
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest

import vmsgspec

SCHEMA = json.loads((vmsgspec.ROOT / "reports" / "schema" / "report.schema.json").read_text())
FAULTY = "ref:?fault=set-vqueue-takes-reserved"
HOSTILE = (vmsgspec.PYTHON, vmsgspec.SUTS / "hostile.py")
CASES = {
    "clean": ("ref:", vmsgspec.REFERENCE_ICS, ()),
    "faulty": (FAULTY, vmsgspec.REFERENCE_ICS, ()),
    "warning": ("ref:?fault=info-uuid-not-version-4", vmsgspec.REFERENCE_ICS, ()),
    "crashed": (vmsgspec.program(*HOSTILE, "crash"), vmsgspec.TINY_ICS,
                ("device/set-vqueue/*", "device/get-shm/*")),
    "silent": (vmsgspec.program(*HOSTILE, "silent"), vmsgspec.TINY_ICS, ("device/get-shm/*",)),
    "not-started": ("exec:/nonexistent", vmsgspec.TINY_ICS, ("device/get-shm/*",)),
}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    sut, ics, select = CASES[request.param]
    return request.param, vmsgspec.run(sut, ics=ics, select=select)


def test_schema(case):
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(case[1].report, SCHEMA)


def test_reason_names_the_device():
    """Of several devices, the reason is one's; the reader may look at another."""
    outcome = vmsgspec.run("ref:", select=("device/device-limits/config-beyond-*",))
    reason, = (s["reason"] for s in outcome.report["scenarios"])
    assert reason == "the configuration space of device 5 has 0 bytes, 1 are needed"


def test_parts_agree(case):
    _, outcome = case
    report = outcome.report
    clauses = {c["id"]: c for c in report["clauses"]}
    assert len(clauses) == len(report["clauses"])
    found = collections.Counter(f["clause"] for s in report["scenarios"] for f in s["findings"])
    assert set(found) <= set(clauses)
    for name, clause in clauses.items():
        assert (clause["findings"] > 0) == (found[name] > 0), clause
        broken = {"MUST": "fail", "SHOULD": "warn", "MAY": "fail"}[clause["level"]]
        assert (clause["verdict"] == broken) == (found[name] > 0), clause
    for kind in ("scenarios", "clauses"):
        counted = collections.Counter(entry["verdict"] for entry in report[kind])
        told = {verdict: n for verdict, n in report["totals"][kind].items() if n}
        assert told == counted
    for scenario in report["scenarios"]:
        if scenario["verdict"] in ("pass", "skip", "inconclusive"):
            assert not [f for f in scenario["findings"]
                        if clauses[f["clause"]]["verdict"] == "fail"], scenario


def test_conforms_is_the_exit_status(case):
    name, outcome = case
    assert outcome.report["conforms"] == (outcome.status == vmsgspec.CONFORMS), str(outcome)
    assert outcome.report["conforms"] == (name in ("clean", "warning")), str(outcome)
    assert (outcome.status == vmsgspec.NO_SUT) == (name == "not-started"), str(outcome)


def test_sut_is_named():
    report = vmsgspec.run("ref:", ics=vmsgspec.REFERENCE_ICS, select=("device/get-shm/*",)).report
    assert report["sut"]["name"] == "reference" and report["sut"]["uri"] == "ref:"
    assert report["spec"] == "virtio-msg-v2" and report["role"] == "device"


def test_declared_and_unobservable_are_no_passes():
    outcome = vmsgspec.run("ref:", ics=vmsgspec.REFERENCE_ICS)
    rules = {r["id"]: r for r in vmsgspec.tool_json("rules")}
    for clause in outcome.report["clauses"]:
        if clause["verdict"] == "pass":
            assert clause["exercised"] > 0, clause
        if rules[clause["id"]].get("observe") in ("none", "declaration"):
            assert clause["verdict"] != "pass", clause


@pytest.fixture(scope="module", params=["clean", "faulty", "crashed"])
def junit(request, tmp_path_factory):
    sut, ics, select = CASES[request.param]
    path = tmp_path_factory.mktemp("junit") / "report.xml"
    outcome = vmsgspec.run(sut, "--report", f"junit={path}", ics=ics, select=select)
    return outcome.report, ElementTree.parse(path).getroot()


def test_junit_counts(junit):
    report, root = junit
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    assert suites
    for suite in suites:
        cases = suite.findall("testcase")
        for attribute, tags in (("tests", None), ("failures", "failure"), ("errors", "error"),
                                ("skipped", "skipped")):
            wanted = [c for c in cases if tags is None or c.find(tags) is not None]
            assert int(suite.get(attribute, "0")) == len(wanted), attribute
    assert len(root.findall(".//testcase")) == len(report["scenarios"])


def test_junit_verdicts(junit):
    report, root = junit
    verdicts = collections.Counter()
    for case in root.iter("testcase"):
        assert case.get("name") and case.get("classname") and float(case.get("time")) >= 0
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        assert len(kinds) <= 1
        verdicts[kinds[0] if kinds else "pass"] += 1
        for bad in case.findall("failure"):
            assert bad.get("message")
    told = report["totals"]["scenarios"]
    assert verdicts["pass"] == told.get("pass", 0)
    bad = sum(told.get(verdict, 0) for verdict in ("fail", "wedged", "crashed", "error"))
    assert verdicts["failure"] + verdicts["error"] == bad
    assert verdicts["skipped"] == told.get("skip", 0) + told.get("inconclusive", 0)


def test_hostile_output_keeps_reports_readable(tmp_path):
    """What a SUT prints goes into reports: control characters, broken UTF-8, markup."""
    junk = tmp_path / "junk.sh"
    junk.write_text("printf 'a\\000b\\033[31m\\377\\376 ]]> <x> & \\001\\n' >&2\n"
                    "printf '\"\\\\ \\355\\240\\200\\n'\nexit 3\n")
    xml = tmp_path / "report.xml"
    outcome = vmsgspec.run(f"exec:sh {junk}", "--report", f"junit={xml}", ics=vmsgspec.TINY_ICS,
                           select=("device/get-shm/*",))
    ElementTree.parse(xml)
    jsonschema.validate(outcome.report, SCHEMA)
    assert "\033" not in outcome.out + outcome.err


def test_finding_says_the_seed_of_its_repetition(tmp_path):
    """A device that is broken from its fourth start on: in the second repetition, which has seed 8."""
    peer = f"{vmsgspec.TOOL} peer device"
    sut = (f"exec:echo >>{tmp_path}/starts; if [ $(wc -l <{tmp_path}/starts) -ge 4 ]; then "
           f"exec {peer} --fault set-vqueue-takes-reserved; fi; exec {peer}")
    wanted = "device/set-vqueue/reserved-nonzero"
    outcome = vmsgspec.run(sut, "--seed", "7", "--repeat", "2", "--devices", "0,5", select=[wanted])
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert [s["seed"] for s in outcome.report["scenarios"]] == [8]
    assert f"in {wanted}, seed 8, message" in outcome.out
    assert f"--select {wanted} --seed 8" in outcome.out
