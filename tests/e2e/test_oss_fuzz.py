"""ci/oss-fuzz/build.sh, run for real in a plain tree."""

import os
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


def test_projects_are_complete():
    for folder in ("oss-fuzz", "clusterfuzzlite"):
        for name in ("Dockerfile", "build.sh", "project.yaml"):
            assert (vmsgspec.ROOT / "ci" / folder / name).stat().st_size > 0
