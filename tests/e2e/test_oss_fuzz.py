"""ci/oss-fuzz/build.sh, run for real in a plain tree."""

import os
import re
import shutil
import subprocess

import pytest

import vmsgspec


@pytest.mark.skipif(not shutil.which("clang-14"), reason="needs clang-14")
def test_build_and_run(tmp_path):
    """All targets, in the way of OSS-Fuzz, each with its seeds and over them. Without a sanitizer and
    optimisation, which ci/test has elsewhere, for the sake of the time."""
    out = tmp_path / "out"
    env = {**os.environ, "OUT": str(out), "WORK": str(tmp_path / "work"), "CC": "clang-14",
           "CFLAGS": "-O0 -fsanitize=fuzzer-no-link", "LIB_FUZZING_ENGINE": "-fsanitize=fuzzer"}
    env.pop("TARGETS", None)
    built = subprocess.run([vmsgspec.ROOT / "ci" / "oss-fuzz" / "build.sh"], env=env, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
    assert built.returncode == 0, built.stdout[-3000:]
    names = {p.stem[len("target_"):] for p in (vmsgspec.ROOT / "fuzz").glob("target_*.c")} - {"sut"}
    assert len(names) > 8 and names == {p.name[len("fuzz_"):] for p in out.iterdir() if p.suffix != ".zip"}
    for name in sorted(names):
        corpus = tmp_path / name
        corpus.mkdir()
        if (vmsgspec.ROOT / "fuzz" / "seeds" / name).is_dir():
            shutil.unpack_archive(out / f"fuzz_{name}_seed_corpus.zip", corpus)
        seeds = len(list(corpus.iterdir()))
        assert seeds == len(list((vmsgspec.ROOT / "fuzz" / "seeds" / name).glob("*")))
        ran = subprocess.run([out / f"fuzz_{name}", f"-runs={seeds + 20}", "-seed=1", corpus], cwd=tmp_path,
                             text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        assert ran.returncode == 0 and "Done " in ran.stdout, f"{name}\n{ran.stdout[-2000:]}"


@pytest.mark.skipif(not shutil.which("clang-14"), reason="needs clang-14")
def test_three_lines_of_cmake(tmp_path):
    """docs/fuzzing.md: vmsgspec as a part of another project, up to the plan of how the target is built."""
    page = (vmsgspec.ROOT / "docs" / "fuzzing.md").read_text()
    lines = re.search(r"```cmake\n(.*?)```", page, re.S).group(1)
    (tmp_path / "vmsgspec").symlink_to(vmsgspec.ROOT)
    shutil.copy(vmsgspec.EXAMPLES / "tiny_device.c", tmp_path / "my_device.c")
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(mine C)\n" + lines)
    env = {**os.environ, "CC": "clang-14", "CFLAGS": "-g", "LIB_FUZZING_ENGINE": "-fsanitize=fuzzer,address"}
    for command in (("cmake", "-S", ".", "-B", "build-fuzz", "-G", "Ninja"),
                    ("ninja", "-C", "build-fuzz", "-n", "fuzz_my_device")):
        ran = subprocess.run(command, cwd=tmp_path, env=env, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=300)
        assert ran.returncode == 0, ran.stdout[-3000:]


def test_projects_are_complete():
    for folder in ("oss-fuzz", "clusterfuzzlite"):
        for name in ("Dockerfile", "build.sh", "project.yaml"):
            assert (vmsgspec.ROOT / "ci" / folder / name).stat().st_size > 0
