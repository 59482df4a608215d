"""ci/oss-fuzz/build.sh, run for real in a plain tree."""

import os
import shutil
import subprocess

import pytest

import vmsgspec


@pytest.mark.skipif(not shutil.which("clang-14"), reason="needs clang-14")
def test_build_and_run(tmp_path):
    """Two targets, with the environment that OSS-Fuzz gives; both run."""
    out = tmp_path / "out"
    env = {**os.environ, "OUT": str(out), "WORK": str(tmp_path / "work"), "CC": "clang-14",
           "CFLAGS": "-O1 -fsanitize=address,fuzzer-no-link",
           "LIB_FUZZING_ENGINE": "-fsanitize=fuzzer", "TARGETS": "wire oracle"}
    built = subprocess.run([vmsgspec.ROOT / "ci" / "oss-fuzz" / "build.sh"], env=env, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert built.returncode == 0, built.stdout[-3000:]
    for name in ("wire", "oracle"):
        ran = subprocess.run([out / f"fuzz_{name}", "-runs=500", "-seed=1"], cwd=tmp_path,
                             text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             timeout=120)
        assert ran.returncode == 0 and "Done 500 runs" in ran.stdout, ran.stdout[-2000:]


def test_projects_are_complete():
    for folder in ("oss-fuzz", "clusterfuzzlite"):
        for name in ("Dockerfile", "build.sh", "project.yaml"):
            assert (vmsgspec.ROOT / "ci" / folder / name).stat().st_size > 0
