"""Messages of the test driver (driver.py): its numbers, requests with attempts, what comes unasked;
and the words of its command line, each a mistake or an oddity."""

import os
import select
import socket
import struct
import sys
import time

(INFO, GET_FEATURES, SET_FEATURES, GET_CONFIG, SET_CONFIG, GET_STATUS, SET_STATUS, GET_VQUEUE,
 SET_VQUEUE, RESET_VQUEUE, GET_SHM) = range(2, 13)
EVENT_CONFIG, EVENT_AVAIL, EVENT_USED = 0x40, 0x41, 0x42
GET_DEVICES, PING, EVENT_DEVICE = 2, 3, 0x40
RESPONSE, BUS = 1, 2
ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK, NEEDS_RESET, FAILED = 1, 2, 4, 8, 64, 128
INDIRECT_DESC, EVENT_IDX, VERSION_1, NOTIFICATION_DATA, NOTIF_CONFIG_DATA, RING_RESET = \
    28, 29, 32, 38, 39, 40
LEAST = {INFO: 44, GET_FEATURES: 8, GET_CONFIG: 12, SET_CONFIG: 12, GET_STATUS: 4, SET_STATUS: 4,
         GET_VQUEUE: 40, GET_SHM: 24}
BLOCK, ENTROPY = 2, 4
CONFIG_USED = 60  # bytes of a block device's configuration that this driver knows
NO_MEMORY = "VMSG_MEM_FD" not in os.environ
WORDS = set(sys.argv[1:])
MET = set()


def wrong(word):
    return word in WORDS


odd = wrong


class NoAnswer(Exception):
    """All attempts of a request failed."""


class GiveUp(Exception):
    """The device cannot be driven."""


class Gone(NoAnswer):
    """The device was removed, so none will come."""


class Wire:
    def __init__(self):
        env = os.environ
        self.sock = socket.socket(fileno=int(env["VMSG_FD"]))
        self.timeout = int(env["VMSG_REQUEST_TIMEOUT_MS"]) / 1000
        self.limit = int(env["VMSG_MAX_MSG_SIZE"])
        self.strict = int(env["VMSG_TRANSPORT_FEATURES"], 16) & 1
        self.polling = env.get("VMSG_NOTIFICATIONS") == "polling"
        self.token = 7
        self.lines, self.typed = [], b""
        self.events, self.answers = [], {}
        self.upper = env.get("VMSG_UPPER") == "1"

    def send(self, kind, msg_id, dev, payload=b"", token=0):
        size = 8 + len(payload)
        if wrong("size-without-header"):
            size -= 8
        if wrong("reserved-type-bits") and not kind & BUS:
            kind |= 0x80
        if wrong("bus-dev-num") and kind & BUS:
            dev = 1
        if odd("zero-padding") and size < self.limit - 4 and msg_id not in (SET_FEATURES, SET_CONFIG):
            payload, size = payload + bytes(4), size + 4
        if wrong("padding-not-zero") and msg_id == GET_VQUEUE and not kind & BUS:
            payload, size = payload + b"\xAA\xAA", size + 2
        order = ">" if wrong("big-endian-header") else "<"
        try:
            self.sock.send(struct.pack(order + "BBHHH", kind, msg_id, dev, token, size) + payload)
        except OSError:
            sys.exit(0)

    def fresh(self):
        if odd("token-zero"):
            return 0
        self.token = self.token - 1 if odd("tokens-descend") else self.token + 1
        self.token &= 0xFFFF
        return self.token

    def take(self, wait):
        """At most one packet or some typed lines; False when nothing came in time."""
        ready, _, _ = select.select([self.sock] + [0] * self.upper, [], [], max(0, wait))
        if 0 in ready:
            more = os.read(0, 4096)
            self.upper = bool(more)
            *lines, self.typed = (self.typed + more).split(b"\n")
            self.lines += [line.decode() for line in lines]
        if self.sock in ready:
            packet = self.sock.recv(65536)
            if not packet:
                sys.exit(0)
            self.sort(packet)
        return bool(ready)

    def sort(self, packet):
        if wrong("dies-on-short-message") and len(packet) < 8:
            os.abort()
        if len(packet) < 8:
            return
        kind, msg_id, dev, token, size = struct.unpack_from("<BBHHH", packet)
        if wrong("minds-reserved-bits") and kind & 0xFC:
            return
        if not wrong("trusts-any-size") and not 8 <= size <= len(packet):
            return
        body = packet[8:size]
        if kind & BUS:
            self.bus(kind, msg_id, dev, token, body)
        elif kind & RESPONSE:
            if wrong("answers-anything") and msg_id == GET_STATUS:
                self.send(RESPONSE, GET_STATUS, dev, bytes(4), token)
            if len(body) >= LEAST.get(msg_id, 0) and msg_id < 0x40:
                self.answers[dev, msg_id, token] = body
        elif msg_id == EVENT_USED and len(body) >= 4 and not (wrong("minds-tokens") and token):
            self.events.append((dev, msg_id, body))
        elif msg_id == EVENT_CONFIG and len(body) >= 16:
            self.events.append((dev, msg_id, body))
        elif wrong("answers-requests") and msg_id == GET_STATUS:
            self.send(RESPONSE, GET_STATUS, dev, bytes(4), token)
        elif wrong("dies-on-unknown-event") and msg_id >= 0x43:
            os.abort()
        elif wrong("complains-about-unknown") and msg_id >= 0x43:
            self.send(0, GET_STATUS, dev, b"", self.fresh())

    def bus(self, kind, msg_id, dev, token, body):
        if dev or not body:
            return
        if kind & RESPONSE:
            self.answers["bus", msg_id, token] = body
        elif msg_id == PING and len(body) >= 4:
            body = body[:4] if not wrong("ping-byte-swapped") else body[3::-1]
            self.send(BUS | RESPONSE, PING, 0, body, token if not wrong("ping-token") else 0)
        elif msg_id == EVENT_DEVICE and len(body) >= 4:
            self.events.append(("bus", EVENT_DEVICE, body))

    def removed(self, dev):
        return any(e[0] == "bus" and struct.unpack_from("<HH", e[2]) == (dev, 2) for e in self.events)

    def ask(self, kind, msg_id, dev, payload=b"", attempts=3):
        key, sent, first = "bus" if kind & BUS else dev, [], time.monotonic()
        attempts = 10 ** 6 if wrong("retries-for-ever") else 1 if odd("one-attempt") else attempts
        while len(sent) < attempts:
            token = sent[0] if odd("same-token") and sent else self.fresh()
            sent.append(token)
            self.send(kind, msg_id, dev, payload, token)
            deadline = time.monotonic() + self.timeout
            while True:
                for t in sent:
                    body = self.answers.pop((key, msg_id, t), None)
                    if body is not None:
                        return body
                if not kind & BUS and self.removed(dev):
                    raise Gone(msg_id, first)
                left = deadline - time.monotonic()
                if wrong("waits-for-ever"):
                    left = 1000
                if left <= 0:
                    break
                self.take(left)
            if odd("checks-status-on-timeout") and not kind & BUS and msg_id not in (GET_STATUS, SET_STATUS):
                self.send(0, GET_STATUS, dev, b"", self.fresh())
        raise NoAnswer(msg_id, first)
