"""The commands in README.md and docs/ work: every block marked ```sh test is run, in order, in a
folder that looks like the checkout. ```sh test status=N says how its last command ends.
"""

import os
import re
import shutil
import signal
import subprocess

import pytest

import vmsgspec

BLOCK = re.compile(r"^```sh test(?: status=(\d))?\n(.*?)^```$", re.M | re.S)
PAGES = sorted(str(page.relative_to(vmsgspec.ROOT))
               for page in [vmsgspec.ROOT / "README.md", *(vmsgspec.ROOT / "docs").glob("*.md")]
               if BLOCK.search(page.read_text()))
LINK = re.compile(r"\]\(([^)#:]+)\)")


@pytest.mark.parametrize("page", PAGES)
def test_commands(page, tmp_path):
    for name in ("adapters", "ci", "tests"):
        (tmp_path / name).symlink_to(vmsgspec.ROOT / name)
    shutil.copytree(vmsgspec.EXAMPLES, tmp_path / "examples")
    (tmp_path / "build").symlink_to(vmsgspec.BUILD)
    blocks = BLOCK.findall((vmsgspec.ROOT / page).read_text())
    assert blocks
    for status, commands in blocks:
        if "cmake" in commands:
            continue  # ci/test and ci/demo build that way
        # A command that fails before the last ends the block, except one that waits for a file.
        shell = subprocess.Popen(["bash", "-e", "-c", commands], cwd=tmp_path, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, start_new_session=True,
                                 env={**os.environ, "PATH": "/usr/bin:" + os.environ["PATH"]})
        try:
            output, _ = shell.communicate(timeout=120)
        finally:
            try:
                os.killpg(shell.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        assert shell.returncode == int(status or 0), f"{commands}\n{output}"


def test_links():
    """Links between pages lead somewhere."""
    pages = [vmsgspec.ROOT / "README.md", *(vmsgspec.ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in LINK.findall(page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_statement_fields_are_documented():
    """The page names every field that the statement has."""
    page = (vmsgspec.ROOT / "docs" / "attach-a-device.md").read_text()
    outcome = vmsgspec.vmsgspec("run", "--help")
    flags = set(re.findall(r"--(devices|bus-messages|revision|max-msg-size|transport-features|"
                           r"notifications|notification-path|request-timeout-ms|attempts|"
                           r"upper-tester|optional|name|version)\b", outcome.err))
    assert len(flags) >= 10, outcome.err
    for flag in flags:
        assert f"`{flag.replace('-', '_')}`" in page, flag
