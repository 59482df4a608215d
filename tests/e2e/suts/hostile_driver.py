"""SUTs that misbehave as programs do, not as drivers do: `hostile_driver.py HOW [FILE]`.

FILE grows by a byte with each start.
"""

import os
import random
import signal
import socket
import struct
import sys

TRANSPORT, BUS = 0, 2
INFO, FEATURES, STATUS, SET_STATUS, EVENT_AVAIL = 0x02, 0x03, 0x07, 0x08, 0x41


def channel():
    return socket.socket(fileno=int(os.environ["VMSG_FD"]))


def message(msg_id, payload=b"", token=1, dev=0):
    return struct.pack("<BBHHH", TRANSPORT, msg_id, dev, token, 8 + len(payload)) + payload


def silent():
    """Takes every message and sends none."""
    sock = channel()
    while sock.recv(1 << 17):
        pass


def flood():
    """Sends the same request as fast as the socket takes it, and never reads."""
    sock = channel()
    try:
        while True:
            sock.send(message(STATUS))
    except OSError:
        pass


def chatter():
    """Asks for the status again and again, reads every answer, and gets nowhere."""
    sock = channel()
    try:
        while True:
            sock.send(message(STATUS))
            if not sock.recv(1 << 17):
                return
    except OSError:
        pass


def early():
    """Notifies a queue before anything else."""
    sock = channel()
    sock.send(message(INFO))
    sock.recv(1 << 17)
    sock.send(message(EVENT_AVAIL, struct.pack("<II", 0, 0)))
    while sock.recv(1 << 17):
        pass


def begin(sock):
    for request in (message(INFO), message(SET_STATUS, struct.pack("<I", 0), 2),
                    message(SET_STATUS, struct.pack("<I", 1), 3)):
        sock.send(request)
        sock.recv(1 << 17)


def dies():
    """Dies of a signal in the middle of its initialisation."""
    begin(channel())
    print("about to crash after ACKNOWLEDGE", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)


def closes():
    """Lets go of the socket in the middle of its initialisation."""
    sock = channel()
    begin(sock)
    sock.close()
    signal.pause()


def hangs():
    """Stops in the middle of its initialisation, and ignores what one does about that."""
    sock = channel()
    begin(sock)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        signal.pause()


def garbage():
    """Bytes without sense."""
    sock, noise = channel(), random.Random(1)
    try:
        for _ in range(200):
            sock.send(noise.randbytes(noise.randrange(1, 300)))
    except OSError:
        return
    while sock.recv(1 << 17):
        pass


def echo():
    """Sends back what it gets, after one request."""
    sock = channel()
    sock.send(message(INFO))
    while answer := sock.recv(1 << 17):
        sock.send(answer)


def moody():
    """Silent at its second to fifth start; else the driver whose command line follows FILE."""
    if 2 <= os.path.getsize(sys.argv[2]) <= 5:
        silent()
    else:
        os.execv(sys.argv[3], sys.argv[3:])


KINDS = {"silent": silent, "flood": flood, "chatter": chatter, "early": early, "dies": dies,
         "closes": closes, "hangs": hangs, "garbage": garbage, "echo": echo, "moody": moody}

if __name__ == "__main__":
    if len(sys.argv) > 2:
        with open(sys.argv[2], "a", encoding="ascii") as starts:
            starts.write("+")
    KINDS[sys.argv[1]]()
