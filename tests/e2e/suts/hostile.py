"""SUTs that misbehave as programs do, not as devices do: `hostile.py HOW`.

Those that answer at all are the tiny device with one habit added.
"""

import os
import pathlib
import random
import signal
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "examples"))
sys.dont_write_bytecode = True
from tiny_device import Tiny  # noqa: E402


def channel():
    return socket.socket(fileno=int(os.environ["VMSG_FD"]))


def silent():
    """Takes every message and answers none."""
    sock = channel()
    while sock.recv(1 << 17):
        pass


def deaf():
    """Never even reads."""
    signal.pause()


def closes_at_once():
    channel().close()


def exits_at_once():
    sys.exit(3)


def closes_and_stays():
    """Lets go of the socket, but not of life."""
    channel().close()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        signal.pause()


def answering(answer):
    """Send answer(message) for each message, whatever it was."""
    sock = channel()
    while message := sock.recv(1 << 17):
        reply = answer(message)
        if reply:
            sock.send(reply)


def garbage():
    noise = random.Random(1)
    answering(lambda m: noise.randbytes(noise.randrange(1, 300)))


def echo():
    answering(lambda m: m)


def zeros():
    answering(lambda m: bytes(len(m)))


def zeros_in_shape():
    """The header of a proper response, its payload all zeros."""
    answering(lambda m: bytes([m[0] | 1]) + m[1:6] + (52).to_bytes(2, "little") + bytes(44)
              if len(m) >= 8 and not m[1] & 0x40 else None)


def huge():
    """One packet far above any size that msg_size can say, for each message."""
    answering(lambda m: m[:8].ljust(150_000, b"x"))


def one_byte():
    answering(lambda m: b"\0")


def flood():
    """Sends EVENT_USED as fast as the socket takes it, and never reads."""
    sock = channel()
    event = bytes([0, 0x42, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0])
    try:
        while True:
            sock.send(event)
    except OSError:
        pass


class Crashing(Tiny):
    """Dies of a signal at SET_VQUEUE."""

    def receive(self, message):
        if message[1:2] == b"\x0a":
            print("about to crash at SET_VQUEUE", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGSEGV)
        super().receive(message)


class Hanging(Tiny):
    """Stops answering at SET_VQUEUE, ignores SIGTERM and the closed socket."""

    def receive(self, message):
        if message[1:2] == b"\x0a":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                signal.pause()
        super().receive(message)


class Forking(Tiny):
    """A good device that leaves a child behind, which holds the socket and ignores SIGTERM."""

    def serve(self):
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                signal.pause()
        super().serve()


class Lingering(Tiny):
    """A good device that does not exit when its socket is closed."""

    def serve(self):
        super().serve()
        while True:
            signal.pause()


class Talkative(Tiny):
    """A good device that prints more than any pipe holds."""

    def receive(self, message):
        sys.stdout.write("x" * 100_000 + "\n")
        sys.stderr.write("y" * 100_000 + "\n")
        super().receive(message)


class Slow(Tiny):
    """A good device that takes longer for GET_DEVICE_INFO than one waits before asking on."""

    def receive(self, message):
        if message[1:2] == b"\x02":
            time.sleep(0.15)
        super().receive(message)


class Recording(Tiny):
    """A good device that appends what it is sent to the file RECORD names, one line a packet."""

    def receive(self, message):
        with open(os.environ["RECORD"], "a", encoding="ascii") as file:
            file.write(f"{os.getpid()} {message.hex()}\n")
        super().receive(message)


def tiny(kind):
    return lambda: kind(os.environ).serve()


KINDS = {"crash": tiny(Crashing), "hang": tiny(Hanging), "fork": tiny(Forking),
         "linger": tiny(Lingering), "talk": tiny(Talkative), "slow": tiny(Slow),
         "record": tiny(Recording),
         "silent": silent, "deaf": deaf, "closes-at-once": closes_at_once,
         "exits-at-once": exits_at_once, "closes-and-stays": closes_and_stays,
         "garbage": garbage, "echo": echo, "zeros": zeros, "zeros-in-shape": zeros_in_shape,
         "huge": huge, "one-byte": one_byte, "flood": flood}

if __name__ == "__main__":
    KINDS[sys.argv[1]]()
