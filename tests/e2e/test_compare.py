"""vmsgspec compare: implementations and revisions side by side."""

import json
import os
import re

import jsonschema
import pytest

import vmsgspec
from browser import browser

SCHEMA = json.loads((vmsgspec.ROOT / "reports" / "schema" / "compare.schema.json").read_text())
CLAUSE = "dev.set-vqueue.2"
EVIL = "</script><img src=x onerror=alert(1)>|`\u202e\x1b[31m"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Paths of a good device, a broken one, one without memory, and a driver."""
    folder, paths = tmp_path_factory.mktemp("compare"), {}
    runs = {"good": ("ref:", "device", ()),
            "bad": ("ref:?fault=set-vqueue-takes-reserved", "device", ()),
            "lost": ("ref:", "device", ("--mem", "0")),
            "driver": ("ref:", "driver", ("--select", "driver/get-device-info"))}
    for name, (sut, role, args) in runs.items():
        paths[name] = folder / f"{name}.json"
        vmsgspec.run(sut, "--name", name, "--report", f"json={paths[name]}", *args, role=role)
    return paths


def compare(*paths, status, args=(), **popen):
    outcome = vmsgspec.vmsgspec("compare", *paths, *args, **popen)
    assert outcome.status == status, str(outcome)
    return outcome


def as_json(*paths, status):
    outcome = compare(*paths, status=status, args=("--report", "json=-"))
    told = json.loads(outcome.out)
    jsonschema.validate(told, SCHEMA)
    return told


@pytest.mark.sanitized
def test_worse_and_better(reports):
    told = as_json(reports["good"], reports["bad"], status=vmsgspec.FAILS)
    row = next(row for row in told["clauses"] if row["id"] == CLAUSE)
    assert row["verdicts"] == ["pass", "fail"] and row["trends"] == ["same", "worse"]
    assert told["reports"][1]["reference"] == 0 and told["reports"][1]["clauses"]["worse"] == 1
    assert all(s["trend"] == "worse" for s in told["scenarios"]) and told["scenarios"]
    told = as_json(reports["bad"], reports["good"], status=vmsgspec.CONFORMS)
    row = next(row for row in told["clauses"] if row["id"] == CLAUSE)
    assert row["trends"] == ["same", "better"]


def test_same(reports):
    told = as_json(reports["bad"], reports["bad"], status=vmsgspec.CONFORMS)
    assert {trend for row in told["clauses"] for trend in row["trends"]} == {"same"}
    assert "nothing got worse" in compare(reports["good"], status=vmsgspec.CONFORMS).out


def test_what_can_no_longer_be_told_is_lost(reports):
    told = as_json(reports["good"], reports["lost"], status=vmsgspec.FAILS)
    lost = [row for row in told["clauses"] if row["trends"][1] == "lost"]
    assert lost and all(row["verdicts"][0] == "pass" for row in lost)


def test_roles_are_not_mixed_up(reports):
    """Each is held against the first of its role."""
    told = as_json(reports["driver"], reports["good"], reports["bad"], status=vmsgspec.FAILS)
    assert [r["reference"] for r in told["reports"]] == [0, 1, 1]
    row = next(row for row in told["clauses"] if row["id"] == CLAUSE)
    assert row["verdicts"] == [None, "pass", "fail"]
    as_json(reports["driver"], reports["bad"], status=vmsgspec.CONFORMS)


def test_other_specification_is_another_clause(reports, tmp_path):
    other = {**json.loads(reports["bad"].read_text()), "spec": "virtio-msg-v9"}
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other))
    told = as_json(reports["good"], path, status=vmsgspec.CONFORMS)
    assert len([row for row in told["clauses"] if row["id"] == CLAUSE]) == 2


def test_text(reports):
    outcome = compare(reports["good"], reports["bad"], status=vmsgspec.FAILS)
    assert f"{CLAUSE} MUST: pass -> fail" in outcome.out
    assert outcome.out.splitlines()[-1] == "something got worse"
    assert "dev.get-shm.1 " not in outcome.out
    outcome = compare(reports["good"], reports["bad"], status=vmsgspec.FAILS, args=("--verbose",))
    assert "dev.get-shm.1 " in outcome.out


def test_markdown_and_html(reports, tmp_path):
    evil = {**json.loads(reports["bad"].read_text())}
    evil["sut"] = {"name": EVIL, "version": EVIL, "uri": EVIL}
    path = tmp_path / "evil.json"
    path.write_text(json.dumps(evil))
    html, markdown = tmp_path / "page.html", tmp_path / "page.md"
    compare(reports["good"], path, status=vmsgspec.FAILS,
            args=("--report", f"html={html}", "--report", f"markdown={markdown}"))
    text = markdown.read_text()
    assert "<img" not in text and "\x1b" not in text and "\u202e" not in text and "`" not in text
    columns = {line.count("|") for line in text.splitlines() if line.startswith("| B |")}
    assert columns == {11, 6}, "nobody adds a cell"
    changed, _, scenarios = text.partition("<details><summary>1 scenario changed")
    assert CLAUSE.replace("-", "&#45;") in changed and "reserved&#45;nonzero" not in changed
    assert "reserved&#45;nonzero" in scenarios
    with browser() as window:
        window.size(1280)
        window.open(html, CLAUSE)
        assert not window.all("img")
        assert window.js("return document.activeElement.id") == CLAUSE
        rows = window.visible("clause")
        window.one(".chip[data-verdict='same']").click()
        assert window.visible("clause") == [CLAUSE] and len(rows) > 100
        window.one("#reset").click()
        assert window.visible("clause") == rows
        assert "1 of 1 changed scenarios" in window.one("#count").text
        window.size(390)
        assert window.js("return document.documentElement.scrollWidth <= innerWidth")
        assert window.js("const box = document.querySelector('.reports').parentElement;"
                         "return box.scrollWidth <= box.clientWidth"), "no sideways scrolling"
        assert "92 pass" in window.one(".reports tbody").text
        assert not window.problems()


@pytest.mark.sanitized
@pytest.mark.parametrize("content, told", [
    ("", "it is no JSON"), ("{", "it is no JSON"), ("[1, 2", "it is no JSON"),
    ("[]", "must be an object"), ("[" * 100000, "nested deeper"), ("{}", "tool"),
    ('{"tool": {}, "sut": {"name": 3}}', "sut.name must be"), ("\0", "it is no JSON"),
    ("\x7fELF" + "{[" * 100, "it is no JSON"),
])
def test_bad_files(reports, tmp_path, content, told):
    path, page = tmp_path / "broken.json", tmp_path / "page.html"
    path.write_text(content)
    outcome = compare(reports["good"], path, status=vmsgspec.USAGE,
                      args=("--report", f"html={page}"))
    assert len(outcome.err.splitlines()) == 1
    assert str(path) in outcome.err and told in outcome.err
    assert not outcome.out and not page.exists()


@pytest.mark.parametrize("args, told", [
    ((), "vmsgspec compare old.json new.json"), (("nonexistent.json",), "nonexistent.json"),
    (("/",), "directory"), (("a.json", "--report", "tap=x"), "markdown"),
    (("a.json", "--report", "html"), "FORMAT=PATH"),
])
def test_wrong_usage(reports, tmp_path, args, told):
    os.symlink(reports["good"], tmp_path / "a.json")
    outcome = compare(*args, status=vmsgspec.USAGE, cwd=tmp_path)
    assert re.search(told, outcome.err, re.I), str(outcome)
