"""The manual page, and completion in the shells themselves."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

import vmsgspec

SHARE = vmsgspec.BUILD / "share"
ENV = {"PATH": f"{vmsgspec.BUILD}:/usr/bin:/bin", "TERM": "dumb", "HOME": "/nonexistent",
       "LC_ALL": "C.UTF-8"}


def commands():
    """Each command, and the options that its help tells of."""
    told = vmsgspec.vmsgspec("--help").err
    names = re.findall(r"^  ([a-z-]+) ", told, re.M)
    assert "run" in names and "compare" in names and "completion" in names
    return {name: set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)",
                                 vmsgspec.vmsgspec(name, "--help").err, re.M)) for name in names}


def test_manual_page_tells_what_the_help_tells():
    page = (SHARE / "vmsgspec.1").read_text()
    for name, options in commands().items():
        section = re.split(r"\n\.S[SH] ", page.partition(f".SS vmsgspec {name}\n")[2])[0]
        shown = {o.replace("\\-", "-") for o in re.findall(r"^\.B \\-\\-([a-z]+(?:\\-[a-z]+)*)", section,
                                                             re.M)}
        assert section and shown == options - {"help", "version"}, name


def test_manual_page_has_no_mistakes():
    told = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                           SHARE / "vmsgspec.1"], capture_output=True, text=True, check=False,
                          env={**ENV, "MANROFFSEQ": "", "MANWIDTH": "80"})
    assert told.returncode == 0 and not told.stderr, told.stderr


def bash(line, cwd="/"):
    """What bash would offer for this line."""
    script = (f"compopt() {{ :; }}; source {SHARE}/vmsgspec.bash; COMP_LINE=$1; "
              "COMP_POINT=${#COMP_LINE}; _vmsgspec; printf '%s\\n' \"${COMPREPLY[@]}\"")
    told = subprocess.run(["bash", "--norc", "-uc", script, "bash", line], capture_output=True,
                          text=True, check=True, env=ENV, cwd=cwd)
    assert not told.stderr, told.stderr
    return [word.rstrip() for word in told.stdout.splitlines() if word]


def test_bash_offers_every_option():
    every = commands()
    assert set(bash("vmsgspec ")) == {*every, "--help", "--version"}
    for name, options in every.items():
        offered = {word[2:] for word in bash(f"vmsgspec {name} ") if word.startswith("--")}
        assert offered == options, name


@pytest.mark.parametrize("line, offered", [
    ("vmsgspec ru", ["run", "rules"]),
    ("vmsgspec run --ro", ["--role"]),
    ("vmsgspec run --role d", ["device", "driver"]),
    ("vmsgspec run --role=b", ["bus"]),
    ("vmsgspec run --report ht", ["html="]),
    ("vmsgspec run --sut ex", ["exec:"]),
    ("vmsgspec run --seed ", []),
    ("vmsgspec compare --report ", ["text=", "json=", "markdown=", "html="]),
    ("vmsgspec run --ics my", ["my.ics.lua"]),
    ("vmsgspec run --report json=my", ["my.ics.lua"]),
    ("vmsgspec compare my", ["my.ics.lua"]),
    ("vmsgspec peer dr", ["driver"]),
    ("vmsgspec completion z", ["zsh"]),
])
def test_bash_values(tmp_path, line, offered):
    (tmp_path / "my.ics.lua").touch()
    assert sorted(bash(line, tmp_path)) == sorted(offered)


def typed(argv, setup, keys, wanted, cwd):
    """Types into an interactive shell until `wanted` is on the screen; what it showed."""
    child, screen = pty.fork()
    if child == 0:
        os.chdir(cwd)
        os.execvpe(argv[0], argv, ENV)
    shown, deadline = "", time.monotonic() + 60

    def read_until(pattern):
        nonlocal shown
        while not re.search(pattern, shown):
            if not select.select([screen], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"no {pattern} in {shown!r}")
            shown += os.read(screen, 4096).decode(errors="replace")

    try:
        os.write(screen, f"{setup}; echo rea''dy\n".encode())
        read_until("ready\r")
        shown = ""
        os.write(screen, keys.encode())
        read_until(wanted)
    finally:
        os.close(screen)
        os.waitpid(child, 0)


SHELLS = {"bash": (["bash", "--norc", "--noprofile", "-i"], f"source {SHARE}/vmsgspec.bash"),
          "zsh": (["zsh", "-f", "-i"], "autoload -Uz compinit; compinit -u -D; "
                                       f"source {SHARE}/vmsgspec.zsh")}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("keys, wanted", [
    ("vmsgspec compa\t", "vmsgspec compare "), ("vmsgspec run --role dri\t", "--role driver "),
    ("vmsgspec run --report sar\t", "sarif="), ("vmsgspec run --ics my\t", r"my\.ics\.lua"),
])
def test_typed(tmp_path, shell, keys, wanted):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "my.ics.lua").touch()
    typed(*SHELLS[shell], keys, wanted, tmp_path)


@pytest.mark.parametrize("line, offered", [
    ("vmsgspec comp", {"compare", "completion"}), ("vmsgspec run --role d", {"device", "driver"}),
    ("vmsgspec run --xf", {"--xfail"}), ("vmsgspec run --report mark", {"markdown="}),
    ("vmsgspec peer ", {"device", "driver", "bus"}),
])
def test_fish(tmp_path, line, offered):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    told = subprocess.run(
        ["fish", "--no-config", "-c", f"source {SHARE}/vmsgspec.fish; complete -C '{line}'"],
        capture_output=True, text=True, check=True, env={**ENV, "HOME": str(tmp_path)}, cwd=tmp_path)
    assert not told.stderr, told.stderr
    assert {row.partition("\t")[0] for row in told.stdout.splitlines()} == offered


def test_install(tmp_path):
    """What is installed, and that the installed program runs."""
    subprocess.run(["cmake", "--install", vmsgspec.BUILD, "--prefix", tmp_path], check=True,
                   capture_output=True, text=True)
    installed = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert installed >= {"bin/vmsgspec", "share/man/man1/vmsgspec.1", "include/vmsgspec_sut.h",
                         "share/bash-completion/completions/vmsgspec",
                         "share/zsh/site-functions/_vmsgspec",
                         "share/fish/vendor_completions.d/vmsgspec.fish",
                         "share/vmsgspec/schema/report.schema.json"}
    told = subprocess.run([tmp_path / "bin" / "vmsgspec", "run", "--role", "device", "--sut",
                           "ref:", "--select", "device/get-shm"], check=True, cwd="/",
                          capture_output=True, text=True)
    assert "conforms: yes" in told.stdout


def test_wrong_shell():
    for args, told in ((("tcsh",), "bash, zsh or fish"), ((), "bash, zsh or fish")):
        outcome = vmsgspec.vmsgspec("completion", *args)
        assert outcome.status == vmsgspec.USAGE and told in outcome.err
