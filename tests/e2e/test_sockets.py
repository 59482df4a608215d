"""A SUT behind a socket that somebody else started: connecting and listening, packets and streams."""

import contextlib
import subprocess

import pytest

import vmsgspec


@contextlib.contextmanager
def listening_peer(uri):
    """The reference device behind a listening socket; yields where it can be reached."""
    command = [str(vmsgspec.TOOL), "peer", "device", "--listen", uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        try:
            yield peer.stdout.readline().split()[-1] if uri.startswith("tcp") else None
        finally:
            peer.kill()


def test_tcp_peer_on_a_free_port():
    with listening_peer("tcp-listen:127.0.0.1:0") as uri:
        outcome = vmsgspec.run(uri, "--select", "device/set-device-status/*")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert outcome.clause("dev.set-device-status.1")["verdict"] == "pass"


def test_lying_size_is_not_observable_over_a_stream():
    with listening_peer("tcp-listen:127.0.0.1:0") as uri:
        outcome = vmsgspec.run(uri, "--select", "device/error-signaling/size-beyond-delivered")
    assert outcome.scenarios("inconclusive") == {"device/error-signaling/size-beyond-delivered"}
    assert "packet boundaries" in str(outcome)


@pytest.mark.parametrize("uri", ["tcp:127.0.0.1:1", "unix:/nowhere/at/all"])
def test_nobody_there(uri):
    outcome = vmsgspec.run(uri)
    assert outcome.status == vmsgspec.NO_SUT and "cannot connect" in str(outcome)
