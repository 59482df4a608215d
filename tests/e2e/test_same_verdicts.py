"""The same reference peer is judged the same through each adapter as in process: clean, and with
each of ten faults. Shared memory is in test_shm.py, what takes a booted Linux in tests/vm.
"""

import contextlib
import os
import subprocess

import pytest

import bus_behind_sockets
import comparison
import vmsgspec

SOCKETS = ("unix", "stream", "tcp")
WAYS = {"device": ("exec", "lib", *SOCKETS), "driver": ("exec", "lib", *SOCKETS),
        "bus": ("exec", *SOCKETS)}
ELSEWHERE = {  # adapter: its roles, compared where the first line says
    "ref": {"device", "driver", "bus"},  # what all are compared with
    "shm": {"device", "driver", "bus"}, "ivshmem": {"device", "driver", "bus"},
    "chardev": {"device", "driver"}, "bridge": {"driver"}, "vsock": {"device", "driver"},
}
# A stream between two machines for a bus: like tcp: but for the address.
UNCOMPARED = {("vsock", "bus")}
DEVICES = {"device": "0", "driver": "", "bus": ""}


@contextlib.contextmanager
def listening(kind, folder, run):
    """The peer, listening, once it can be reached."""
    listen = "tcp-listen:127.0.0.1:0" if kind == "tcp" else f"unix-listen:{folder}/sut"
    options = "?framing=stream" if kind == "stream" else ""
    command = [str(vmsgspec.TOOL), *run.peer().split()[1:], "--listen", listen + options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        try:
            yield [peer.stdout.readline().split()[-1] + options]
        finally:
            peer.kill()


def library(run):
    """In tests/peer_library.c, what the peer is told by its environment."""
    told = {"VMSGSPEC_TEST_ROLE": run.role}
    if run.fault:
        told["VMSGSPEC_TEST_FAULT"] = run.fault
    return [f"lib:{vmsgspec.BUILD}/libreference_peer.so"], {**os.environ, **told}


@contextlib.contextmanager
def reached(kind, folder, run):
    """The URIs of the peer, of both its sides if it is a bus, and the harness's environment."""
    if kind == "exec":
        yield [vmsgspec.program(vmsgspec.TOOL, *run.peer().split()[1:])], None
    elif kind == "lib":
        yield library(run)
    else:
        behind = bus_behind_sockets.behind if run.role == "bus" else listening
        with behind(kind, folder, run) as uris:
            yield uris, None


def runs():
    for role, devices in DEVICES.items():
        for run in comparison.all_runs(role, devices=devices):
            yield pytest.param(run, id=run.name)


@pytest.mark.parametrize("run", runs())
def test_same_verdicts(run, tmp_path):
    for kind in WAYS[run.role]:
        folder = tmp_path / kind
        folder.mkdir()
        with reached(kind, folder, run) as (uris, environment):
            far = ["--sut-device-side", uris[1]] if len(uris) > 1 else []
            outcome = vmsgspec.run(uris[0], *far, *run.options(run.select), role=run.role,
                                   env=environment)
        assert not comparison.differences(outcome.report, run.reference.report), f"{kind}: {outcome}"
        assert outcome.status == run.reference.status, f"{kind}: {outcome}"
    assert not run.fault or run.clause in run.reference.clauses("fail"), str(run.reference)


def test_no_adapter_is_forgotten():
    there = {(adapter["scheme"].removesuffix("-listen"), role)
             for adapter in vmsgspec.tool_json("adapters") for role in adapter["roles"]}
    here = {("unix" if way == "stream" else way, role) for role, ways in WAYS.items() for way in ways}
    elsewhere = {(scheme, role) for scheme, roles in ELSEWHERE.items() for role in roles}
    assert here | elsewhere | UNCOMPARED == there
