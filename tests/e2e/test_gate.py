"""--xfail and --baseline: what may fail, and what that does to the exit status and the reports."""

import json
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest

import vmsgspec

SCHEMA = json.loads((vmsgspec.ROOT / "reports" / "schema" / "report.schema.json").read_text())
FAULT = "ref:?fault=set-vqueue-takes-reserved"
CLAUSE, SCENARIO = "dev.set-vqueue.2", "device/set-vqueue/reserved-nonzero"
OTHER = "ref:?fault=get-config-offset-not-echoed"
QUICK = ("device/set-vqueue", "device/get-config")
HOSTILE = (vmsgspec.PYTHON, vmsgspec.SUTS / "hostile.py")


def entry(reason="known", **what):
    return "{ " + ", ".join(f'{k} = "{v}"' for k, v in {**what, "reason": reason}.items()) + " }"


@pytest.fixture
def gate(tmp_path):
    """Run with these entries; the report is checked against its schema."""
    def go(sut, *entries, select=QUICK, ics=vmsgspec.REFERENCE_ICS, args=()):
        path = tmp_path / "known.lua"
        path.write_text("return {\n" + ",\n".join(entries) + "\n}\n")
        outcome = vmsgspec.run(sut, "--xfail", path, *args, select=select, ics=ics)
        if outcome.report:
            jsonschema.validate(outcome.report, SCHEMA)
        return outcome
    return go


@pytest.mark.sanitized
@pytest.mark.parametrize("what", [
    {"clause": CLAUSE}, {"scenario": SCENARIO}, {"scenario": "device/*/reserved-nonzero"},
    {"clause": CLAUSE, "expires": "9999-12-31"},
])
def test_expected_failure(gate, what):
    outcome = gate(FAULT, entry("fixed in 1.3", **what))
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    report = outcome.report
    assert not report["conforms"], "the gate says nothing about conformance"
    assert report["gate"] == {"passes": True, "problems": []}
    assert outcome.clause(CLAUSE)["verdict"] == "fail"
    assert outcome.clause(CLAUSE)["expected"] == "fixed in 1.3"
    failed = [s for s in report["scenarios"] if s["verdict"] == "fail"]
    assert failed and all(s["expected"] == "fixed in 1.3" for s in failed)
    assert "gate: passes - 1 of 1 broken clauses expected" in outcome.out


def test_other_failure_is_not_expected(gate):
    outcome = gate(OTHER, entry(scenario="device/get-config/*/nothing-such"))
    assert outcome.status == vmsgspec.USAGE
    outcome = vmsgspec.run(OTHER, select=QUICK, ics=vmsgspec.REFERENCE_ICS)
    assert outcome.status == vmsgspec.FAILS and outcome.report["gate"] is None
    outcome = gate(OTHER)
    assert outcome.status == vmsgspec.FAILS and not outcome.report["gate"]["passes"]


@pytest.mark.parametrize("what", [{"clause": CLAUSE}, {"scenario": SCENARIO}])
def test_unexpected_pass_fails(gate, what):
    outcome = gate("ref:", entry(**what))
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert outcome.report["conforms"] and not outcome.report["gate"]["passes"]
    [problem] = outcome.report["gate"]["problems"]
    assert "passes" in problem and "entry 1" in problem and "known.lua" in problem


def test_glob_that_also_matches_what_passes(gate):
    outcome = gate(FAULT, entry(scenario="device/set-vqueue"))
    assert outcome.status == vmsgspec.FAILS
    passed = {s["id"] for s in outcome.report["scenarios"]
              if s["verdict"] == "pass" and s["id"].startswith("device/set-vqueue/")}
    assert len(outcome.report["gate"]["problems"]) == len(passed)


def test_expired(gate):
    outcome = gate(FAULT, entry(clause=CLAUSE, expires="2001-01-31"))
    assert outcome.status == vmsgspec.FAILS
    assert "expired on 2001-01-31" in outcome.report["gate"]["problems"][0]
    assert outcome.clause(CLAUSE)["expected"] is None


def test_unused(gate):
    """In a whole run each entry must be of use; one about what was not selected is let be."""
    rules = {r["id"] for r in vmsgspec.tool_json("rules")}
    unused = "drv.set-config.1"
    assert unused in rules
    outcome = gate(FAULT, entry(clause=CLAUSE), entry(clause=unused), select=())
    assert outcome.status == vmsgspec.FAILS
    [problem] = outcome.report["gate"]["problems"]
    assert "was not used" in problem and unused in problem
    outcome = gate(FAULT, entry(clause=CLAUSE), entry(clause="dev.get-shm.1"))
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)


@pytest.mark.parametrize("text, told", [
    ("return { { clause = 'dev.no-such.1', reason = 'x' } }", "no clause 'dev.no-such.1'"),
    ("return { { scenario = 'device/none/*', reason = 'x' } }", "device/none/*"),
    ("return { { clause = 'dev.set-vqueue.2' } }", "reason"),
    ("return {", "known.lua:1:"),
])
def test_bad_files_stop_before_the_run(tmp_path, text, told):
    path, started = tmp_path / "known.lua", tmp_path / "started"
    path.write_text(text)
    outcome = vmsgspec.vmsgspec("run", "--role", "device", "--sut", f"exec:touch {started}",
                                "--xfail", path)
    assert outcome.status == vmsgspec.USAGE and told in outcome.err, str(outcome)
    assert len(outcome.err.splitlines()) == 1 and not started.exists()


def test_crash_is_expected_by_scenario_only(gate):
    sut, select = vmsgspec.program(*HOSTILE, "crash"), ("device/set-vqueue/*",)
    outcome = gate(sut, entry(clause=CLAUSE), select=select, ics=vmsgspec.TINY_ICS)
    assert outcome.status == vmsgspec.FAILS
    assert {s["expected"] for s in outcome.report["scenarios"] if s["verdict"] == "crashed"} == {None}


def test_a_run_that_never_began_does_not_pass(gate):
    outcome = gate("exec:/nonexistent", entry(clause=CLAUSE))
    assert outcome.status == vmsgspec.NO_SUT and not outcome.report["gate"]["passes"]


def test_reports_show_it(gate, tmp_path):
    paths = {name: tmp_path / name for name in ("junit", "tap", "sarif", "markdown", "html")}
    args = [word for name, path in paths.items() for word in ("--report", f"{name}={path}")]
    gate(FAULT, entry("soon & <sure>", clause=CLAUSE), args=args)
    root = ElementTree.parse(paths["junit"]).getroot()
    assert root.get("failures") == "0"
    skipped = [s.get("message") for s in root.iter("skipped")]
    assert "expected failure: soon & <sure>" in skipped
    assert [s.get("failures") for s in root.iter("testsuite") if s.get("name") == "gate"] == ["0"]
    assert "# TODO soon & <sure>" in paths["tap"].read_text()
    results = json.loads(paths["sarif"].read_text())["runs"][0]["results"]
    assert results and all(r["suppressions"][0]["justification"] == "soon & <sure>" for r in results)
    assert "| expected |" in paths["markdown"].read_text()
    assert "Gate: passes" in paths["html"].read_text()
    assert "soon &#38; &#60;sure&#62;" in paths["html"].read_text()
    gate("ref:", entry("soon", clause=CLAUSE), args=args)
    root = ElementTree.parse(paths["junit"]).getroot()
    assert [s.get("failures") for s in root.iter("testsuite") if s.get("name") == "gate"] == ["1"]
    assert "\nnot ok" in paths["tap"].read_text()
    assert "Gate: fails" in paths["html"].read_text() + paths["markdown"].read_text()


@pytest.fixture(scope="module")
def baseline(tmp_path_factory):
    path = tmp_path_factory.mktemp("baseline") / "base.json"
    vmsgspec.run(FAULT, "--report", f"json={path}", ics=vmsgspec.REFERENCE_ICS)
    return path


def against(sut, baseline, *args, select=()):
    return vmsgspec.run(sut, "--baseline", baseline, *args, ics=vmsgspec.REFERENCE_ICS,
                        select=select)


@pytest.mark.sanitized
def test_baseline(baseline):
    outcome = against(FAULT, baseline)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert "baseline" in outcome.clause(CLAUSE)["expected"]
    assert against("ref:", baseline).status == vmsgspec.CONFORMS, "better is no regression"


def test_regression(baseline):
    outcome = against(OTHER, baseline)
    assert outcome.status == vmsgspec.FAILS
    assert any(p.startswith("dev.prose.response-echo fails, and was pass")
               for p in outcome.report["gate"]["problems"])


def test_a_pass_that_is_lost_is_a_regression(baseline):
    outcome = against(FAULT, baseline, "--mem", "0")
    assert outcome.status == vmsgspec.FAILS
    assert any("passed in the baseline, and is" in p for p in outcome.report["gate"]["problems"])
    outcome = against(FAULT, baseline, select=QUICK)
    assert outcome.status == vmsgspec.CONFORMS, "not selected is not lost\n" + str(outcome)


def test_baseline_and_expected_failures(baseline, tmp_path):
    path = tmp_path / "known.lua"
    path.write_text("return {" + entry(clause="dev.prose.response-echo") + "}")
    outcome = against(OTHER, baseline, "--xfail", path)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)


@pytest.mark.parametrize("change, told", [
    ({"role": "driver"}, "role driver"), ({"spec": "virtio-msg-v9"}, "virtio-msg-v9"),
    ({"clauses": []}, "never began"), ({"interrupted": True}, "cut short"),
    ({"clauses": 3}, "clauses must be a list"),
])
def test_baselines_that_do_not_fit(baseline, tmp_path, change, told):
    path = tmp_path / "other.json"
    path.write_text(json.dumps({**json.loads(baseline.read_text()), **change}))
    outcome = against("ref:", path)
    assert outcome.status == vmsgspec.USAGE and told in outcome.err, str(outcome)
