"""The reference bus behind two listening sockets: a program for each pair of connections, which
inherits them as from exec:. A stream is cut into packets on the way.
"""

import contextlib
import os
import socket
import subprocess
import threading

import vmsgspec

HEADER = 8


def listener(kind, path):
    """A listening socket, and the URI that reaches it."""
    if kind == "tcp":
        server = socket.create_server(("127.0.0.1", 0))
        return server, f"tcp:127.0.0.1:{server.getsockname()[1]}"
    stream = kind == "stream"
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if stream else socket.SOCK_SEQPACKET)
    server.bind(str(path))
    server.listen()
    return server, f"unix:{path}" + ("?framing=stream" if stream else "")


def to_packets(stream, packets):
    """Until either ends."""
    held = b""
    with contextlib.suppress(OSError):
        while data := stream.recv(65536):
            held += data
            while len(held) >= HEADER and len(held) >= (size := held[6] | held[7] << 8) >= HEADER:
                packets.send(held[:size])
                held = held[size:]
    with contextlib.suppress(OSError):
        packets.shutdown(socket.SHUT_RDWR)


def to_stream(packets, stream):
    with contextlib.suppress(OSError):
        while data := packets.recv(65536):
            stream.sendall(data)
    with contextlib.suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)


def as_packets(connection, threads):
    """What the program inherits in place of a stream."""
    if connection.type == socket.SOCK_SEQPACKET:
        return connection
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for pump, ends in ((to_packets, (connection, ours)), (to_stream, (ours, connection))):
        threads.append(threading.Thread(target=pump, args=ends))
        threads[-1].start()
    return theirs


def serve_pair(command, near, far):
    threads = []
    ends = [as_packets(connection, threads) for connection in (near, far)]
    environment = {"VMSG_ROLE": "bus", "VMSG_REVISION": "1", "VMSG_MAX_MSG_SIZE": "264",
                   "VMSG_TRANSPORT_FEATURES": "0x0", "VMSG_NOTIFICATIONS": "events",
                   "VMSG_NOTIFICATION_PATH": "forward", "VMSG_REQUEST_TIMEOUT_MS": "1000",
                   "VMSG_DEVICES": "", "VMSG_DRIVER_FD": str(ends[0].fileno()),
                   "VMSG_DEVICE_FD": str(ends[1].fileno())}
    peer = subprocess.Popen(command, env={**os.environ, **environment},
                            pass_fds=[end.fileno() for end in ends])
    for end in ends:
        end.close()
    peer.wait()
    for thread in threads:
        thread.join()
    near.close()
    far.close()


@contextlib.contextmanager
def behind(kind, folder, run):
    """The URIs of both sides of that bus."""
    servers, uris = zip(*(listener(kind, folder / side) for side in ("near", "far")))
    command = [str(vmsgspec.TOOL), *run.peer().split()[1:]]

    def accept():
        with contextlib.suppress(OSError):  # the listeners are shut down at the end
            while True:
                serve_pair(command, *(server.accept()[0] for server in servers))

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield uris
    finally:
        for server in servers:
            server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for server in servers:
            server.close()
