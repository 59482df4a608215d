"""The pytest driver, from a user's own repository: a test for each scenario, and its fixtures."""

import os
import pathlib
import subprocess
import xml.etree.ElementTree as xml

import vmsgspec

DRIVER = pathlib.Path(vmsgspec.ROOT) / "ci" / "pytest"
FAULT = "ref:?fault=set-vqueue-takes-reserved"


def pytest_run(folder, *args, tool=vmsgspec.TOOL):
    """pytest in that folder, with the driver; its exit status, output, and the tests' outcomes."""
    report = folder / "junit.xml"
    env = {**os.environ, "PYTHONPATH": str(DRIVER), "VMSGSPEC": str(tool)}
    done = subprocess.run(
        [vmsgspec.PYTHON, "-m", "pytest", "-p", "pytest_vmsgspec", "-p", "no:cacheprovider",
         "-p", "no:randomly", f"--rootdir={folder}", f"--junitxml={report}", *args],
        cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        check=False)
    cases = {}
    if report.exists():
        for case in xml.parse(report).iter("testcase"):
            what = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
            cases[case.get("name")] = what[0] if what else "passed"
    return done, cases


def test_each_scenario_is_a_test(tmp_path):
    done, cases = pytest_run(tmp_path, "--vmsgspec-sut", "ref:", "-n", "2")
    listed = {s["id"] for s in vmsgspec.tool_json("list", "--role", "device")}
    assert done.returncode == 0, done.stdout
    assert set(cases) == listed
    assert "failure" not in cases.values()
    live = vmsgspec.run("ref:")
    assert {name for name, how in cases.items() if how == "passed"} == live.scenarios("pass")
    assert {name for name, how in cases.items() if how == "skipped"} == \
        live.scenarios("skip", "inconclusive")


def test_failure_shows_requirement_clause_and_trace(tmp_path):
    done, cases = pytest_run(tmp_path, "--vmsgspec-sut", FAULT, "-k", "set-vqueue/reserved")
    assert done.returncode == 1
    assert cases["device/set-vqueue/reserved-nonzero"] == "failure"
    for words in ("requirement: SET_VQUEUE with a non-zero reserved field", "dev.set-vqueue.2 (MUST)",
                  "reserved=1"):
        assert words in done.stdout, done.stdout


def test_a_broken_should_is_a_warning(tmp_path):
    args = ("--vmsgspec-sut", "ref:?fault=info-uuid-not-version-4", "-k", "device/get-device-info/")
    for spread in ((), ("-n", "2")):
        done, cases = pytest_run(tmp_path, *args, *spread)
        assert done.returncode == 0 and "passed" in cases.values(), done.stdout
        assert "PytestWarning: dev.get-device-info.8: " in done.stdout
    done, cases = pytest_run(tmp_path, *args, "-W", "error::pytest.PytestWarning")
    assert done.returncode == 1 and "failure" in cases.values()


def test_clauses_are_markers(tmp_path):
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    done, cases = pytest_run(tmp_path, "--vmsgspec-sut", "ref:", "-m", "dev.set-vqueue.2",
                             "--strict-markers")
    wanted = {s["id"] for s in vmsgspec.tool_json("list", "--role", "device")
              if "dev.set-vqueue.2" in s["clauses"]}
    assert done.returncode == 0, done.stdout
    assert set(cases) == wanted and wanted


def test_without_a_sut_nothing_is_added(tmp_path):
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    done, cases = pytest_run(tmp_path)
    assert done.returncode == 0 and cases == {"test_own": "passed"}


def test_fixtures_drive_single_scenarios(tmp_path):
    (tmp_path / "test_own.py").write_text(f'''
def test_one(vmsgspec):
    found = vmsgspec.scenario("device/set-vqueue/reserved-nonzero", "{FAULT}")
    assert found["verdict"] == "fail"
    assert {{f["clause"] for f in found["findings"]}} == {{"dev.set-vqueue.2"}}

def test_started(vmsgspec, vmsgspec_start):
    sut = vmsgspec_start(vmsgspec.path, "peer", "device", "--listen", "unix-listen:{{socket}}")
    outcome = vmsgspec.run(sut, select=["device/ping/*"])
    assert outcome.conforms and "bus.ping.1" in outcome.clauses("pass")
''')
    done, cases = pytest_run(tmp_path)
    assert cases == {"test_one": "passed", "test_started": "passed"}, done.stdout


def test_usage_is_told_in_one_line(tmp_path):
    for args, words in ((("--vmsgspec-sut", "nonsense:"), "nonsense"),
                        (("--vmsgspec-sut", "ref:", "--vmsgspec-arg=--no-such"), "no-such")):
        done, cases = pytest_run(tmp_path, *args, "-k", "set-vqueue/reserved")
        assert done.returncode == 1 and words in done.stdout, done.stdout
        assert "Traceback" not in done.stdout
    done, _ = pytest_run(tmp_path, "--vmsgspec-sut", "ref:", tool="/nowhere/vmsgspec")
    assert done.returncode == 4 and "--vmsgspec-tool" in done.stderr, done.stderr
