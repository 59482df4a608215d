#!/usr/bin/env python3
"""A complete small bus for `vmsgspec run --role bus --sut 'exec:python3 examples/tiny_bus.py'`.

It carries transport messages between a driver side and a device side, rewrites tokens so that
requests of one driver never mix, ends each request with one response or one failure, and answers
GET_DEVICES and PING. Its devices come from platform data (VMSG_DEVICES), else from the peer.
"""
import os
import select
import socket
import struct
import time

HEADER = struct.Struct("<BBHHH")  # type, msg_id, dev_num, token, msg_size
RESPONSE, BUS = 1, 2
EVENT, OWN = 0x40, 0x80
GET_DEVICES, PING, EVENT_DEVICE, REQUEST_FAILED = 0x02, 0x03, 0x40, 0xC1
ADDED, REMOVED = 1, 2
TIMED_OUT, NO_DEVICE = 110, 19

MAX_SIZE = int(os.environ.get("VMSG_MAX_MSG_SIZE", "264"))
TIMEOUT = int(os.environ.get("VMSG_REQUEST_TIMEOUT_MS", "1000")) / 1000


def end(name):
    return socket.socket(fileno=int(os.environ[name]))


driver, device = end("VMSG_DRIVER_FD"), end("VMSG_DEVICE_FD")
devices = {int(n) for n in os.environ.get("VMSG_DEVICES", "").split(",") if n}
pending = {}  # our token -> (device number, msg_id, the driver's token, when it is too late)
last_token = 0


def message(kind, msg_id, dev, token, payload=b""):
    return HEADER.pack(kind, msg_id, dev, token, HEADER.size + len(payload)) + payload


def fail(dev, token, msg_id, error):
    payload = struct.pack("<HHB3xI", dev, token, msg_id, error)
    driver.send(message(BUS, REQUEST_FAILED, 0, 0, payload))


def fresh_token():
    global last_token
    while True:
        last_token = last_token % 0xFFFF + 1
        if last_token not in pending:
            return last_token


def whole(packet):
    """The header of a packet that is what it claims to be, else None."""
    if len(packet) < HEADER.size:
        return None
    header = HEADER.unpack_from(packet)
    return header if HEADER.size <= header[4] <= len(packet) <= MAX_SIZE else None


def get_devices(payload, token):
    offset, count = struct.unpack_from("<HH", payload)
    count = min(count, 0x10000 - offset, (MAX_SIZE - HEADER.size - 6) * 8)
    bitmap = bytearray((count + 7) // 8)
    for dev in devices:
        if offset <= dev < offset + count:
            bitmap[(dev - offset) // 8] |= 1 << (dev - offset) % 8
    beyond = [dev for dev in devices if dev >= offset + max(count, 1)]
    following = min(beyond) if beyond else 0
    driver.send(message(BUS | RESPONSE, GET_DEVICES, 0, token,
                        struct.pack("<HHH", offset, following, count) + bytes(bitmap)))


def bus_message(header, packet, sender):
    kind, msg_id, dev, token, size = header
    payload = packet[HEADER.size:size]
    if kind & RESPONSE or dev:
        return
    if msg_id == PING and len(payload) >= 4:
        sender.send(message(BUS | RESPONSE, PING, 0, token, payload[:4]))
    elif msg_id == GET_DEVICES and len(payload) >= 4 and sender is driver:
        get_devices(payload, token)
    elif msg_id == EVENT_DEVICE and len(payload) >= 4 and sender is device:
        number, state = struct.unpack_from("<HH", payload)
        if state in (ADDED, REMOVED):
            (devices.add if state == ADDED else devices.discard)(number)
            driver.send(message(BUS, EVENT_DEVICE, 0, 0, payload[:4]))


def from_driver(packet):
    header = whole(packet)
    if not header:
        return
    kind, msg_id, dev, token, size = header
    if kind & BUS:
        bus_message(header, packet, driver)
    elif kind & RESPONSE:
        return
    elif msg_id & EVENT:
        if dev in devices:
            device.send(packet[:size])
    elif dev not in devices:
        fail(dev, token, msg_id, NO_DEVICE)
    else:
        ours = fresh_token()
        pending[ours] = (dev, msg_id, token, time.monotonic() + TIMEOUT)
        device.send(message(0, msg_id, dev, ours, packet[HEADER.size:size]))


def found(packet, size):
    """The peer's answer to our GET_DEVICES."""
    offset, following, count = struct.unpack_from("<HHH", packet, HEADER.size)
    bitmap = packet[HEADER.size + 6:size]
    devices.update(offset + i for i in range(min(count, 8 * len(bitmap)))
                   if bitmap[i // 8] >> i % 8 & 1)
    if following > offset:
        ask_for_devices(following)


def ask_for_devices(offset=0):
    count = min(0xFFFF, 0x10000 - offset, (MAX_SIZE - HEADER.size - 6) * 8)
    device.send(message(BUS, GET_DEVICES, 0, 0, struct.pack("<HH", offset, count)))


def from_device(packet):
    header = whole(packet)
    if not header:
        return
    kind, msg_id, dev, token, size = header
    if kind & BUS:
        if kind & RESPONSE and msg_id == GET_DEVICES and size >= HEADER.size + 6:
            found(packet, size)
        else:
            bus_message(header, packet, device)
    elif not kind & RESPONSE:
        if msg_id & EVENT and dev in devices:
            driver.send(packet[:size])
    elif token in pending and pending[token][:2] == (dev, msg_id):
        _, _, theirs, _ = pending.pop(token)
        driver.send(message(RESPONSE, msg_id, dev, theirs, packet[HEADER.size:size]))


def give_up():
    """Fail what is overdue; how long until the next request is."""
    now = time.monotonic()
    for token in [t for t, request in pending.items() if request[3] <= now]:
        dev, msg_id, theirs, _ = pending.pop(token)
        fail(dev, theirs, msg_id, TIMED_OUT)
    return min((request[3] - now for request in pending.values()), default=None)


def main():
    if not devices:
        ask_for_devices()
    receivers = {driver: from_driver, device: from_device}
    while True:
        for ready in select.select(list(receivers), [], [], give_up())[0]:
            packet = ready.recv(65536 + 64)
            if not packet:
                return
            receivers[ready](packet)


if __name__ == "__main__":
    main()
