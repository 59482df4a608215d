#!/usr/bin/env python3
"""A whole virtio-msg device for exec:, with the standard library only: an entropy source with one
queue and eight bytes of configuration. The same device as tiny_device.c.

Section names are those of the virtio-msg v2 chapter.
"""

import mmap
import os
import socket
import struct

DEV_NUM, DEVICE_ID_ENTROPY, VENDOR_ID, QUEUE_MAX = 0, 4, 0x7974, 64
VERSION_1, RING_RESET = 1 << 32, 1 << 40
OFFERED = VERSION_1 | RING_RESET
DRIVER_OK, FEATURES_OK, NEEDS_RESET, DEFINED = 0x04, 0x08, 0x40, 0x8F
CONFIG_SIZE, WRITABLE_FROM = 8, 4  # the first four bytes are read-only


class Broken(Exception):
    """The queue in memory makes no sense."""


class Queue:
    def __init__(self):
        self.enabled, self.size, self.next = False, 0, 0
        self.desc = self.driver = self.device = 0  # bus addresses


class Tiny:
    def __init__(self, env):
        self.sock = socket.socket(fileno=int(env["VMSG_FD"]))
        self.room = int(env.get("VMSG_MAX_MSG_SIZE", "264")) - 8
        self.strict = int(env.get("VMSG_TRANSPORT_FEATURES", "0"), 0) & 1
        self.base = int(env.get("VMSG_MEM_BASE", "0"), 0)
        self.mem = None
        if "VMSG_MEM_FD" in env:
            self.mem = mmap.mmap(int(env["VMSG_MEM_FD"]), int(env["VMSG_MEM_SIZE"]))
        self.config, self.generation = bytearray(struct.pack("<II", 64, 0)), 0
        self.reset()

    def reset(self):
        self.status, self.driver_features, self.queue = 0, {}, Queue()

    def serve(self):
        while packet := self.sock.recv(1 << 17):
            self.receive(packet)

    def transmit(self, kind, msg_id, token, payload):
        header = struct.pack("<BBHHH", kind, msg_id, DEV_NUM, token, 8 + len(payload))
        try:
            self.sock.send(header + payload)
        except BrokenPipeError:
            raise SystemExit(0)  # the harness is gone

    def receive(self, m):
        """Any bytes. What is malformed or unknown gets no answer ("Error Signaling")."""
        if len(m) < 8:
            return
        kind, msg_id, dev_num, token, size = struct.unpack_from("<BBHHH", m)
        if not 8 <= size <= len(m) or kind & 3 or dev_num != DEV_NUM:
            return  # bits 2 to 7 of the type are ignored; 3: no bus messages, no responses
        payload = m[8:size]
        if msg_id == 0x41:  # EVENT_AVAIL
            if len(payload) >= 8 and payload[:4] == bytes(4):
                self.serve_queue()
            return
        if msg_id not in HANDLERS:
            return
        layout, handler = HANDLERS[msg_id]
        if len(payload) < struct.calcsize(layout):
            return
        fields = struct.unpack_from(layout, payload)
        answer = handler(self, payload[struct.calcsize(layout):], *fields)
        if answer is None:
            return
        self.transmit(1, msg_id, token, answer)
        if msg_id == 0x08:
            self.serve_queue()  # DRIVER_OK may have come after the first buffers

    def get_device_info(self, tail):
        # no UUID, two feature blocks, one queue, no administration queues
        return struct.pack("<II16xIIIII", DEVICE_ID_ENTROPY, VENDOR_ID, 2, CONFIG_SIZE, 1, 0, 0)

    def get_device_features(self, tail, first, count):
        if 8 + 4 * count > self.room:
            return None
        blocks = [OFFERED >> 32 * (first + i) & 0xFFFFFFFF if first + i < 2 else 0
                  for i in range(count)]
        return struct.pack(f"<II{count}I", first, count, *blocks)

    def set_driver_features(self, tail, first, count):
        if len(tail) < 4 * count:
            return None
        if not self.status & FEATURES_OK:
            for i in range(count):
                self.driver_features[first + i] = struct.unpack_from("<I", tail, 4 * i)[0]
        return b""

    def get_config(self, tail, offset, length):
        if offset + length > CONFIG_SIZE:
            length = 0  # nothing outside the space
        data = bytes(self.config[offset:offset + length]) if length else b""
        return struct.pack("<III", self.generation, offset, length) + data

    def set_config(self, tail, generation, offset, length):
        """All bytes or none."""
        if len(tail) < length:
            return None
        if (offset < WRITABLE_FROM or offset + length > CONFIG_SIZE
                or (self.strict and generation != self.generation)):
            length = 0
        if length:
            self.config[offset:offset + length] = tail[:length]
            self.generation = (self.generation + 1) & 0xFFFFFFFF
        return struct.pack("<III", self.generation, offset, length) + tail[:length]

    def get_status(self, tail):
        return struct.pack("<I", self.status)

    def set_status(self, tail, wanted):
        if wanted == 0:  # "Device Reset and Shutdown": at once
            self.reset()
        elif any(bits & ~(OFFERED >> 32 * block if block < 2 else 0)
                 for block, bits in self.driver_features.items()):
            wanted &= ~FEATURES_OK  # "Feature Negotiation": refuse the set
        self.status |= wanted & DEFINED
        return self.get_status(tail)

    def get_vqueue(self, tail, index):
        if index != 0:
            return struct.pack("<I36x", index)  # zeros for a queue that is not there
        q = self.queue
        return struct.pack("<IIIIQQQ", 0, QUEUE_MAX, q.size, q.enabled, q.desc, q.driver, q.device)

    def set_vqueue(self, tail, index, flags, size, reserved, desc, driver, device):
        """Everything or nothing; the answer is empty either way."""
        op, ignored, q = flags & 3, flags & 0x3C, self.queue
        if index or reserved or flags >> 6 or op == 3:
            return b""
        if q.enabled and (op == 0 or ignored != 0x3C):
            return b""
        new_size = q.size if ignored & 0x04 else size
        if new_size > QUEUE_MAX or new_size & (new_size - 1):
            return b""
        if new_size == 0 and (op == 1 or not ignored & 0x04):
            return b""
        q.size = new_size
        q.desc = q.desc if ignored & 0x08 else desc
        q.driver = q.driver if ignored & 0x10 else driver
        q.device = q.device if ignored & 0x20 else device
        q.enabled = q.enabled or op == 1
        return b""

    def reset_vqueue(self, tail, index):
        negotiated = self.driver_features.get(1, 0) & RING_RESET >> 32
        if index == 0 and self.status & FEATURES_OK and negotiated:
            self.queue = Queue()
        return b""

    def get_shm(self, tail, shmid):
        return struct.pack("<I20x", shmid)  # no regions

    def at(self, address, length):
        """Where a bus address is in the memory, when all of `length` bytes are."""
        offset = address - self.base
        if offset < 0 or offset + length > len(self.mem):
            raise Broken
        return offset

    def serve_queue(self):
        """Serve what the driver made available (core virtio, split virtqueues)."""
        q = self.queue
        if not self.mem or not q.enabled or self.status & (DRIVER_OK | NEEDS_RESET) != DRIVER_OK:
            return
        try:
            if self.serve_buffers(q):
                self.transmit(0, 0x42, 0, struct.pack("<I", 0))  # EVENT_USED
        except Broken:
            self.status |= NEEDS_RESET
            self.transmit(0, 0x40, 0, struct.pack("<IIII", self.status, self.generation, 0, 0))

    def serve_buffers(self, q):
        avail, used = self.at(q.driver, 4 + 2 * q.size), self.at(q.device, 4 + 8 * q.size)
        available, = struct.unpack_from("<H", self.mem, avail + 2)
        todo = (available - q.next) & 0xFFFF
        if todo > q.size:
            raise Broken
        for _ in range(todo):
            slot = q.next % q.size
            head, = struct.unpack_from("<H", self.mem, avail + 4 + 2 * slot)
            written = self.fill_chain(q, head)
            q.next = (q.next + 1) & 0xFFFF
            struct.pack_into("<II", self.mem, used + 4 + 8 * slot, head, written)
            struct.pack_into("<H", self.mem, used + 2, q.next)
        return todo

    def fill_chain(self, q, index):
        table, written = self.at(q.desc, 16 * q.size), 0
        for _ in range(q.size):
            if index >= q.size:
                raise Broken
            address, length, flags, following = struct.unpack_from(
                "<QIHH", self.mem, table + 16 * index)
            where = self.at(address, length)
            if flags & 2:  # ours to write
                self.mem[where:where + length] = os.urandom(length)
                written += length
            if not flags & 1:
                return written
            index = following
        raise Broken  # the chain has no end


HANDLERS = {  # by message id: the fixed fields of the request, and who serves it
    0x02: ("<", Tiny.get_device_info),
    0x03: ("<II", Tiny.get_device_features),
    0x04: ("<II", Tiny.set_driver_features),
    0x05: ("<II", Tiny.get_config),
    0x06: ("<III", Tiny.set_config),
    0x07: ("<", Tiny.get_status),
    0x08: ("<I", Tiny.set_status),
    0x09: ("<I", Tiny.get_vqueue),
    0x0A: ("<IIIIQQQ", Tiny.set_vqueue),
    0x0B: ("<I", Tiny.reset_vqueue),
    0x0C: ("<I", Tiny.get_shm),
}

if __name__ == "__main__":
    Tiny(os.environ).serve()
