"""Report formats as their readers take them: TAP by Perl's prove, SARIF by its rules, Markdown."""

import collections
import json
import re
import subprocess

import jsonschema
import pytest

import vmsgspec

FAULT = "set-vqueue-takes-reserved"
HOSTILE = (vmsgspec.PYTHON, vmsgspec.SUTS / "hostile.py")
CASES = {
    "clean": ("ref:", vmsgspec.REFERENCE_ICS, ()),
    "faulty": (f"ref:?fault={FAULT}", vmsgspec.REFERENCE_ICS, ()),
    "driver": ("ref:?fault=driver-sets-reserved-type-bits",
               vmsgspec.ROOT / "tests" / "matrix" / "driver.ics.lua", ("driver/get-*",)),
    "bus": ("ref:?fault=bus-misroutes", vmsgspec.ROOT / "tests" / "matrix" / "bus.ics.lua", ()),
    "warning": ("ref:?fault=info-uuid-not-version-4", vmsgspec.REFERENCE_ICS,
                ("device/get-device-info",)),
    "crashed": (vmsgspec.program(*HOSTILE, "crash"), vmsgspec.TINY_ICS, ("device/set-vqueue/*",)),
    "not-started": ("exec:/nonexistent", vmsgspec.TINY_ICS, ("device/get-shm/*",)),
}
FORMATS = ("tap", "sarif", "markdown", "html", "junit")
SARIF = json.loads((vmsgspec.ROOT / "tests" / "sarif.schema.json").read_text())


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory):
    """Name, JSON report, and the text of each other format, of one run."""
    sut, ics, select = CASES[request.param]
    folder = tmp_path_factory.mktemp("formats")
    args = [word for name in FORMATS for word in ("--report", f"{name}={folder / name}")]
    role = request.param if request.param in ("driver", "bus") else "device"
    outcome = vmsgspec.run(sut, *args, ics=ics, select=select, role=role)
    return request.param, outcome.report, {name: (folder / name).read_text() for name in FORMATS}


def test_tap(case, tmp_path):
    name, report, texts = case
    (tmp_path / "report.tap").write_text(texts["tap"])
    told = subprocess.run(["prove", "-e", "cat", tmp_path / "report.tap"], capture_output=True,
                          text=True, check=False)
    assert (told.returncode == 0) == report["conforms"], told.stdout + told.stderr
    assert "Parse errors" not in told.stdout + told.stderr
    lines = texts["tap"].splitlines()
    assert lines[1] == f"1..{len(report['scenarios'])}"
    results = [line for line in lines if re.match(r"(not )?ok \d+ - ", line)]
    for scenario, line in zip(report["scenarios"], results, strict=True):
        assert f" - {scenario['id']}" in line
        bad = scenario["verdict"] in ("fail", "wedged", "crashed", "error")
        assert line.startswith("not ok") == bad
        assert ("# SKIP" in line) == (scenario["verdict"] in ("skip", "inconclusive"))
    assert ("Bail out!" in texts["tap"]) == (name == "not-started")


def locations(result):
    yield from result["locations"]
    for flow in result.get("codeFlows", []):
        for thread in flow["threadFlows"]:
            assert thread["locations"]
            yield from (step["location"] for step in thread["locations"])


def test_sarif(case):
    """What the specification of SARIF 2.1.0 demands of what we use of it."""
    name, report, texts = case
    log = json.loads(texts["sarif"])
    jsonschema.Draft7Validator(SARIF).validate(log)
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert {rule["id"] for rule in rules} >= {c["id"] for c in report["clauses"]}
    for rule in rules:
        for key in ("shortDescription", "fullDescription", "help"):  # GitHub wants them all
            assert rule[key]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning") and result["kind"] == "fail"
        assert result["message"]["text"]
        for location in locations(result):
            physical = location["physicalLocation"]
            path = physical["artifactLocation"]["uri"]
            assert (vmsgspec.ROOT / path).is_file(), path
            assert physical["region"]["startLine"] >= 1
            assert location["logicalLocations"][0]["fullyQualifiedName"]
    for name_of_print in ("vmsgspecFinding/v2", "primaryLocationLineHash"):
        prints = [r["partialFingerprints"][name_of_print] for r in run["results"]]
        assert len(set(prints)) == len(prints)
    assert all(re.fullmatch("[0-9a-f]{16}:1", p) for p in prints)
    assert run["invocations"][0]["executionSuccessful"] == (name != "not-started")
    found = collections.Counter(f["clause"] for s in report["scenarios"] for f in s["findings"])
    told = collections.Counter()
    for result in run["results"]:
        told[result["ruleId"]] += result["occurrenceCount"]
    ended = [s for s in report["scenarios"] if s["verdict"] in ("wedged", "crashed", "error")]
    assert sum(told.values()) == sum(found.values()) + len(ended)
    assert {c: n for c, n in told.items() if not c.startswith("scenario.")} == found
    assert len(run["results"]) == len(ended) + len({(f["clause"], s["id"]) for s in
                                                    report["scenarios"] for f in s["findings"]})


def test_junit(case, tmp_path):
    """By what the schema of Jenkins' xunit plugin, the strictest of the common ones, lets be there."""
    path = tmp_path / "report.xml"
    path.write_text(case[2]["junit"])
    told = subprocess.run(["xmllint", "--noout", "--schema", vmsgspec.ROOT / "tests" / "junit.xsd",
                           path], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def test_markdown(case):
    name, report, texts = case
    text = texts["markdown"]
    assert text.startswith("## virtio-msg conformance: "
                           + ("conforms\n" if report["conforms"] else "does not conform\n"))
    assert len(text) < 65536, "GitHub takes no longer comment"
    assert text.count("<details>") == text.count("</details>")
    broken = {c["id"] for c in report["clauses"] if c["verdict"] in ("fail", "warn")}
    rows = re.findall(r"^\| (?:\*\*fail\*\*|warn) \| <code>(.*?)</code>", text, re.M)
    assert {row.replace("&#45;", "-") for row in rows} == broken
    assert ("not whole" in text) == (name == "not-started")


def test_of_what_is_broken_everywhere(tmp_path):
    """Ten thousand findings of one clause are no ten thousand alerts, and no wall in a comment."""
    paths = {name: tmp_path / name for name in ("markdown", "sarif")}
    report = vmsgspec.run("ref:?fault=sets-reserved-type-bits", *(
        word for name, path in paths.items() for word in ("--report", f"{name}={path}")),
        ics=vmsgspec.REFERENCE_ICS).report
    failed = [s["id"] for s in report["scenarios"] if s["findings"]]
    assert len(failed) > 200 and sum(len(s["findings"]) for s in report["scenarios"]) > 10000
    assert paths["sarif"].stat().st_size < 2_000_000
    text = re.sub("&#(\\d+);", lambda m: chr(int(m[1])), paths["markdown"].read_text())
    shown = re.findall("<details><summary>fail <code>(.*?)</code>", text)
    named = re.findall("^- fail <code>(.*?)</code>", text, re.M)
    [more] = re.findall("<summary>(\\d+) more, for which", text)
    [unnamed] = re.findall("And (\\d+) more", text)
    assert len(shown) == 25 and [*shown, *named] == failed[:len(shown) + len(named)]
    assert len(shown) + int(more) == len(failed) and len(named) + int(unnamed) == int(more)
    assert text.count("<pre>") == 3 and ", 6 times" in text


def test_html_is_self_contained(case):
    _, report, texts = case
    text = texts["html"]
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", text)
    for clause in report["clauses"]:
        assert f'id="{clause["id"]}"' in text
    for scenario in report["scenarios"]:
        assert f'id="{scenario["id"]}"' in text
        for entry in scenario["trace"]:
            if entry.get("hex"):
                spaced = re.sub("(..)", r"\1 ", entry["hex"]).strip()
                assert spaced[:23] in text


@pytest.mark.parametrize("name", ["json", "text", *FORMATS])
def test_full_disk(name):
    """One line, no success; what is no file cannot be whole."""
    outcome = vmsgspec.vmsgspec("run", "--role", "device", "--sut", "ref:", "--select",
                                "device/get-shm/*", "--report", f"{name}=/dev/full")
    assert outcome.status not in (vmsgspec.CONFORMS, vmsgspec.NO_SUT), str(outcome)
    told = [line for line in outcome.err.splitlines() if "/dev/full" in line]
    assert len(told) == 1 and "No space left" in told[0], outcome.err


def test_unwritable_path_fails_before_the_run(tmp_path):
    started = tmp_path / "started"
    outcome = vmsgspec.vmsgspec("run", "--role", "device", "--sut", f"exec:touch {started}",
                                "--report", f"html={tmp_path / 'no' / 'report.html'}")
    assert outcome.status == vmsgspec.USAGE and "no/report.html" in outcome.err
    assert not started.exists()


def test_help_names_every_format():
    told = vmsgspec.vmsgspec("run", "--role", "device", "--sut", "ref:", "--report", "none=x").err
    formats = re.search(r"it is one of (.*)", told)[1].split(", ")
    assert set(FORMATS) <= set(formats)
    text = " ".join(vmsgspec.vmsgspec("run", "--help").err.split())
    for name in formats:
        assert re.search(rf"also write a report: [^;]*\b{name}\b", text), name
        assert f"`{name}`" in (vmsgspec.ROOT / "docs" / "report.md").read_text(), name
