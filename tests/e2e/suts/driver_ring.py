"""Split virtqueues of the test driver (driver.py), each in a fixed place of the DMA memory."""

import ctypes
import struct

NEXT, WRITE, INDIRECT = 1, 2, 4
NO_INTERRUPT, NO_NOTIFY = 1, 1
PLACE = 0x4000  # bytes of memory for one queue
DATA = 0x2000  # from there, its buffers
SLOT = 0x300  # bytes of one request's buffers
CHAIN = 3  # descriptors of one request at most


class Ring:
    """One queue: `memory` is the mapped file, `base` the bus address of its first byte."""

    def __init__(self, memory, base, place, wrong):
        self.memory, self.base, self.place, self.wrong = memory, base, place * PLACE, wrong
        self.size = 0

    def configure(self, size):
        self.size = size
        self.offered = self.taken = 0
        self.last_kick = 0
        self.event_idx = False
        self.free = list(range(max(1, size // CHAIN)))
        self.memory[self.place:self.place + DATA] = bytes(DATA)
        # Where each area is in the queue's place; sizes are at most 64.
        self.desc, self.avail, self.used = self.place, self.place + 0x800, self.place + 0x1000

    def areas(self):
        offset = 8 if self.wrong("misaligned-desc") else 0
        base = 0 if self.wrong("offsets-for-addresses") else self.base
        beyond = len(self.memory) if self.wrong("used-ring-outside") else 0
        avail = self.avail + (1 if self.wrong("misaligned-avail") else 0)
        used = self.used + (2 if self.wrong("misaligned-used") else 0)
        return base + self.desc + offset, base + avail, base + used + beyond

    def get16(self, at):
        return ctypes.c_uint16.from_buffer(self.memory, at).value

    def put16(self, at, value):
        ctypes.c_uint16.from_buffer(self.memory, at).value = value & 0xFFFF

    def descriptor(self, table, i, address, length, flags, follows):
        struct.pack_into("<QIHH", self.memory, table + 16 * i, address, length, flags, follows)

    def room(self):
        return self.size and len(self.free) > 0

    def offer(self, parts, indirect=False):
        """Parts: (data or length); bytes the device reads, a number of bytes that it writes."""
        slot = self.free.pop(0)
        data = self.place + DATA + SLOT * (slot % 8)
        head, table = slot * CHAIN, self.desc
        if self.size < CHAIN:
            head, parts = 0, parts[:self.size]
        if indirect:
            table = data + 0x280
        at, n, first = data, len(parts), 0 if indirect else head
        for i, part in enumerate(parts):
            length = part if isinstance(part, int) else len(part)
            flags = WRITE if isinstance(part, int) else 0
            address = self.base + at
            if flags == 0:
                self.memory[at:at + length] = part
            if self.wrong("buffer-outside-memory"):
                address += len(self.memory)
            if i + 1 < n:
                flags |= NEXT
            follows = first + i + 1 if i + 1 < n else 0
            if self.wrong("chain-loops"):
                flags, follows = flags | NEXT, first
            if self.wrong("next-beyond-the-table") and i + 1 == n:
                flags, follows = flags | NEXT, 0x7000
            self.descriptor(table, first + i, address, length, flags, follows)
            at += length
        if indirect:
            odd = 8 if self.wrong("indirect-cut") else 0
            self.descriptor(self.desc, head, self.base + table, 16 * n - odd, INDIRECT, 0)
        if self.wrong("head-beyond-the-table"):
            head = self.size + 5
        self.put16(self.avail + 4 + 2 * (self.offered % self.size), head)
        self.offered += 1
        if self.wrong("index-jumps"):
            self.offered += self.size
        self.put16(self.avail + 2, self.offered)

    def notify_wanted(self):
        """Core virtio's rules; what was offered since the last notification decides."""
        old, self.last_kick = self.last_kick, self.offered
        if not self.event_idx:
            return not self.get16(self.used) & NO_NOTIFY
        event = self.get16(self.used + 4 + 8 * self.size)
        return (self.offered - event - 1) & 0xFFFF < (self.offered - old) & 0xFFFF

    def reclaim(self):
        """Take back what the device used; how many."""
        n = 0
        while self.size and self.get16(self.used + 2) != self.taken & 0xFFFF:
            at = self.used + 4 + 8 * (self.taken % self.size)
            head = struct.unpack_from("<I", self.memory, at)[0]
            self.taken += 1
            self.free.append(head // CHAIN)
            n += 1
            if self.event_idx:
                self.put16(self.avail + 4 + 2 * self.size, self.taken)
        return n

    def busy(self):
        return self.offered - self.taken
