"""A SUT behind a socket that somebody else started: connecting and listening, packets and streams."""

import contextlib
import socket
import subprocess
import threading

import pytest

import vmsgspec


@contextlib.contextmanager
def listening_peer(uri, *options):
    """The reference device behind a listening socket; yields where it can be reached."""
    command = [str(vmsgspec.TOOL), "peer", "device", "--listen", uri, *options]
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


@pytest.mark.parametrize("fault", ["msg-size-without-header", "msg-size-too-large",
                                   "big-endian-msg-size"])
def test_lying_size_in_a_stream_has_a_clear_verdict(fault):
    """Too small, too large, and so large that the rest never comes. Whether a size was sent
    big-endian shows only if nothing else comes after it."""
    with listening_peer("tcp-listen:127.0.0.1:0", "--fault", fault) as uri:
        outcome = vmsgspec.run(uri, "--devices", "0", "--timeout", "0.5",
                               "--select", "device/common-message-format/size-is-the-length")
    blamed = outcome.clauses("fail")
    assert blamed & {"dev.common-message-format.2", "dev.endianness.1"}, str(outcome)
    assert not outcome.scenarios("wedged", "error"), str(outcome)


@pytest.mark.parametrize("role", ["device", "driver"])
@pytest.mark.parametrize("connections", [0, 1, 2])
def test_a_peer_that_dies_ends_the_run(role, connections):
    """After some connections, in the middle of the next one."""
    server = socket.create_server(("127.0.0.1", 0))

    def die_in_the_middle():
        for i in range(connections + 1):
            with server.accept()[0] as connection:
                if role == "driver":
                    connection.sendall(bytes([0, 2, 0, 0, 1, 0, 8, 0]))  # GET_DEVICE_INFO
                connection.recv(8)
                if i == connections:
                    server.close()  # first, so that nobody connects between the two

    thread = threading.Thread(target=die_in_the_middle)
    thread.start()
    outcome = vmsgspec.run(f"tcp:127.0.0.1:{server.getsockname()[1]}", "--devices", "0", role=role)
    thread.join()
    assert outcome.status in (vmsgspec.FAILS, vmsgspec.NO_SUT), str(outcome)
    assert not outcome.scenarios("pass"), str(outcome)
    assert "cannot connect" in str(outcome.report), str(outcome)
