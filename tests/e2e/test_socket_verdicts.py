"""The same reference peer is judged the same behind each kind of socket as in process: clean, and
with each of ten faults. A peer that dies in the middle ends the run.
"""

import contextlib
import subprocess

import pytest

import comparison
import vmsgspec

KINDS = ("unix", "stream", "tcp")


@contextlib.contextmanager
def peer_behind(kind, folder, run):
    """The peer, listening; yields its URI once it can be reached."""
    listen = "tcp-listen:127.0.0.1:0" if kind == "tcp" else f"unix-listen:{folder}/sut"
    options = "?framing=stream" if kind == "stream" else ""
    command = [str(vmsgspec.TOOL), *run.peer().split()[1:], "--listen", listen + options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        try:
            yield peer.stdout.readline().split()[-1] + options, peer
        finally:
            peer.kill()


def runs():
    for role, devices in (("device", "0"), ("driver", "")):
        for run in comparison.all_runs(role, devices=devices):
            yield pytest.param(run, id=run.name)


@pytest.mark.parametrize("run", runs())
def test_same_verdicts(run, tmp_path):
    for kind in KINDS:
        with peer_behind(kind, tmp_path, run) as (uri, _):
            outcome = vmsgspec.run(uri, *run.options(run.select), role=run.role)
        assert not comparison.differences(outcome.report, run.reference.report), str(outcome)
        assert outcome.status == run.reference.status, str(outcome)
    assert not run.fault or run.clause in run.reference.clauses("fail"), str(run.reference)
