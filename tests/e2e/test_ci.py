"""What users copy into their CI: the gate, the GitHub action and the GitLab job, their shell steps
run for real against an example device."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

import vmsgspec

CI = vmsgspec.ROOT / "ci"
ACTION = yaml.safe_load((CI / "github" / "action.yml").read_text())
JOB = yaml.safe_load((CI / "gitlab" / "vmsgspec.yml").read_text())[".vmsgspec"]
REPORTS = {"report.json", "report.xml", "report.tap", "report.sarif", "report.md", "report.html",
           "annotations.txt"}
DEVICE = f"exec:exec {vmsgspec.PYTHON} tiny_device.py"
ARGUMENTS = "--ics tiny.ics.lua --select device/set-vqueue/reserved-nonzero"


@pytest.fixture
def project(tmp_path):
    """A user's repository: the example device, whole or broken, and its statement."""
    for name in ("tiny_device.py", "tiny.ics.lua"):
        shutil.copy(vmsgspec.EXAMPLES / name, tmp_path)
    return tmp_path


def broken(project):
    """SET_VQUEUE with a nonzero reserved field is taken."""
    path = project / "tiny_device.py"
    text = path.read_text()
    assert "if index or reserved or" in text
    path.write_text(text.replace("if index or reserved or", "if index or"))


def shell(command, project, **env):
    """Run in the user's repository, with the program that is already built."""
    env = {"PATH": "/usr/bin:/bin", "HOME": str(project), "VMSGSPEC": str(vmsgspec.TOOL), **env}
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL, timeout=120)


def gate(project, *args, **env):
    return shell([CI / "gate", "device", DEVICE, *ARGUMENTS.split(), *args], project, **env)


def test_gate(project):
    told = gate(project)
    assert told.returncode == vmsgspec.CONFORMS, told.stdout + told.stderr
    assert {p.name for p in (project / "vmsgspec-reports").iterdir()} == REPORTS
    assert "conforms: yes" in told.stdout and "::" not in told.stdout


def test_gate_fails(project):
    broken(project)
    summary = project / "summary.md"
    told = gate(project, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary),
                VMSGSPEC_REPORTS="out")
    assert told.returncode == vmsgspec.FAILS, told.stdout + told.stderr
    assert re.search(r"^::error title=dev\.set-vqueue\.2::", told.stdout, re.M), told.stdout
    assert summary.read_text().startswith("## virtio-msg conformance: does not conform")
    assert {p.name for p in (project / "out").iterdir()} == REPORTS
    (project / "known.lua").write_text(
        'return { { clause = "dev.set-vqueue.2", reason = "being mended" } }')
    told = gate(project, "--xfail", "known.lua", GITHUB_ACTIONS="true")
    assert told.returncode == vmsgspec.CONFORMS, told.stdout + told.stderr
    assert "::error" not in told.stdout


def test_gate_usage(project):
    assert shell([CI / "gate"], project).returncode == vmsgspec.USAGE
    told = shell([CI / "gate", "device", "exec:/nonexistent"], project)
    assert told.returncode == vmsgspec.NO_SUT and (project / "vmsgspec-reports").is_dir()


def test_gate_that_cannot_begin_says_nothing_of_conformance(project):
    """1 would say that the implementation does not conform."""
    (project / "file").write_text("")
    for env in ({"VMSGSPEC": "/nonexistent"}, {"VMSGSPEC_REPORTS": "file"}):
        told = gate(project, **env)
        assert told.returncode == vmsgspec.USAGE and told.stderr, told.stderr
    told = gate(project, "--no-such-option")
    assert told.returncode == vmsgspec.USAGE and "reports:" not in told.stderr


def test_shellcheck():
    scripts = [path for path in CI.iterdir()
               if path.is_file() and re.match(rb"#!/bin/(ba)?sh", path.read_bytes())]
    assert CI / "gate" in scripts and CI / "bootstrap" in scripts
    told = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


def action_env(**given):
    """The inputs, as the runner would put them into the environment of the step that judges."""
    inputs = {name: value.get("default", "") for name, value in ACTION["inputs"].items()}
    assert set(given) <= set(inputs)
    inputs.update(given)
    step = next(step for step in ACTION["runs"]["steps"] if step["name"] == "Judge")
    fill = lambda text: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: inputs[m[1]], text)
    return {name: fill(value) for name, value in step["env"].items()}


def test_github_action(project):
    """Its shell steps, in order; nothing of an input is in a script."""
    broken(project)
    env = {"GITHUB_ACTION_PATH": str(CI / "github"), "GITHUB_ACTIONS": "true",
           "GITHUB_ENV": str(project / "env"), "GITHUB_STEP_SUMMARY": str(project / "summary"),
           **action_env(role="device", sut=DEVICE, ics="tiny.ics.lua",
                        arguments="--select device/set-vqueue/reserved-nonzero")}
    statuses = []
    for step in ACTION["runs"]["steps"]:
        if "run" not in step:
            assert re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", step["uses"]) and "always()" in step["if"]
            continue
        assert step["shell"] == "bash" and "${{" not in step["run"]
        told = shell(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                     project, **env)
        statuses.append(told.returncode)
    assert statuses == [0, vmsgspec.FAILS], told.stdout + told.stderr
    assert "::error title=dev.set-vqueue.2::" in told.stdout
    assert (project / "summary").read_text()
    report = json.loads((project / ACTION["inputs"]["reports"]["default"] / "report.json").read_text())
    assert report["sut"]["name"] == "tiny"


def test_github_example():
    example = yaml.safe_load((CI / "github" / "example.yml").read_text())
    steps = example["jobs"]["conformance"]["steps"]
    [used] = [step for step in steps if "vmsgspec" in step.get("uses", "")]
    assert set(used["with"]) <= set(ACTION["inputs"])
    required = {name for name, value in ACTION["inputs"].items() if value.get("required")}
    assert required <= set(used["with"])


@pytest.mark.parametrize("status", [vmsgspec.CONFORMS, vmsgspec.FAILS])
def test_gitlab_job(project, status):
    if status:
        broken(project)
    env = {**{k: str(v) for k, v in JOB["variables"].items()}, "VMSGSPEC_ROLE": "device",
           "VMSGSPEC_SUT": DEVICE, "VMSGSPEC_ARGUMENTS": ARGUMENTS,
           "VMSGSPEC_SOURCE": str(vmsgspec.ROOT)}
    told = shell(["bash", "-eo", "pipefail", "-c", "\n".join(JOB["script"])], project, **env)
    assert told.returncode == status, told.stdout + told.stderr
    junit = JOB["artifacts"]["reports"]["junit"].replace("$VMSGSPEC_REPORTS", "vmsgspec-reports")
    assert JOB["artifacts"]["when"] == "always" and (project / junit).is_file()


@pytest.mark.parametrize("script", ["action", "job"])
def test_shellcheck_of_steps(tmp_path, script):
    steps = ([s["run"] for s in ACTION["runs"]["steps"] if "run" in s] if script == "action"
             else JOB["script"])
    for step in steps:
        (tmp_path / "step").write_text(f"#!/bin/bash\n{step}\n")
        told = subprocess.run(["shellcheck", "--exclude=SC2086", tmp_path / "step"], check=False,
                              capture_output=True, text=True)
        assert told.returncode == 0, told.stdout


def test_build_packages_are_enough_for_the_gate():
    """The group that `bootstrap build` installs holds what CMake asks for, and no test tool."""
    words = (CI / "packages").read_text().partition("# the tests")[0].split()
    assert {"cmake", "libjansson-dev", "liblua5.4-dev", "ninja-build"} <= set(words)
    assert not {"chromium", "python3-pytest", "clang-14"} & set(words)


def test_the_sum_says_each_failure_again(tmp_path):
    """Of our own check: what failed, and why, stands before the sums; a missing file is a failure."""
    (tmp_path / "e2e.xml").write_text(
        '<testsuite><testcase classname="a" name="good"/><testcase classname="a" name="bad">'
        '<failure message="m">the reason</failure></testcase></testsuite>')
    for names, last in ((["e2e"], "1 passed, 1 failed"), (["e2e", "unit"], "1 passed, 2 failed")):
        done = subprocess.run([vmsgspec.PYTHON, CI / "tally.py", tmp_path, *names],
                              capture_output=True, text=True)
        lines = done.stdout.splitlines()
        assert done.returncode == 1 and lines[-1] == last, done.stdout
        at = lines.index("FAILED: e2e: a bad")
        assert lines[at + 1].strip() == "the reason", done.stdout
