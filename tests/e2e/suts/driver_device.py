"""One device as the test driver (driver.py) sees it: initialisation, configuration, queues."""

import struct
import time

import driver_ring
from driver_wire import *


class Device:
    """One device that this driver knows: initialisation, configuration, queues."""

    def __init__(self, wire, num, memory, base):
        self.wire, self.num, self.memory, self.base = wire, num, memory, base
        self.rings, self.enabled, self.running = {}, set(), False
        self.generation, self.restarts, self.done, self.dirty = 0, 0, 0, False
        self.first = None

    def ask(self, msg_id, fmt="", *values, tail=b""):
        order = ">" if wrong("big-endian-payload") else "<"
        dev = self.num
        return self.wire.ask(0, msg_id, dev, struct.pack(order + fmt, *values) + tail)

    def status(self, value=None):
        if value is None:
            return struct.unpack_from("<I", self.ask(GET_STATUS))[0]
        return struct.unpack_from("<I", self.ask(SET_STATUS, "I", value))[0]

    # -- the steps --

    def learn(self):
        body = self.ask(INFO)
        f = struct.unpack_from("<II16xIIIII", body)
        self.kind, _, self.blocks, self.config_size, self.max_queues, self.admin, self.admins = f

    def reset(self):
        self.running, self.enabled = False, set()
        if wrong("resets-by-acknowledge"):
            return
        status = self.status(0)
        if wrong("takes-reset-for-done"):
            return
        pause, until = 0.001, time.monotonic() + (12 if odd("patient") else 1)
        while status:
            if time.monotonic() > until and not wrong("polls-for-ever"):
                raise NoAnswer(SET_STATUS, 0)
            if wrong("polls-reset-once"):
                self.status()
                return
            self.wire.take(pause)
            status = self.status()

    def negotiate(self):
        offered, mine = {}, {}
        per = max(1, min(4, (self.wire.limit - 16) // 4)) if not odd("one-block-a-message") else 1
        for block in range(0, min(self.blocks, 8), per):
            n = min(per, min(self.blocks, 8) - block)
            if wrong("skips-get-features"):
                offered.update({0: 0, 1: 1})
                break
            body = self.ask(GET_FEATURES, "II", block, n)
            got = struct.unpack_from("<%dI" % ((len(body) - 8) // 4), body, 8)
            for i in range(n):
                offered[block + i] = got[i] if i < len(got) else 0
        want = [VERSION_1]
        if not odd("version-1-only"):
            want += [RING_RESET, NOTIFICATION_DATA, EVENT_IDX, INDIRECT_DESC]
        if wrong("takes-notif-config-data"):
            want.append(NOTIF_CONFIG_DATA)
        self.features = {bit for bit in want if offered.get(bit // 32, 0) >> bit % 32 & 1}
        if odd("no-features"):
            self.features = set()
        chosen = set(self.features)
        if wrong("takes-unoffered"):
            chosen.add(3)
        if wrong("echoes-all-features"):
            mine = dict(offered)
        for bit in chosen:
            mine[bit // 32] = mine.get(bit // 32, 0) | 1 << bit % 32
        last = max(mine, default=0)
        values = [mine.get(i, 0) for i in range(last + 1)]
        if wrong("blocks-swapped"):
            values = values[::-1]
        if wrong("never-sets-features"):
            return
        if wrong("ignores-size-limit"):
            values += [0] * 14
        if odd("features-twice"):
            self.ask(SET_FEATURES, "II", 0, 1, tail=bytes(4))
        if wrong("features-cut"):
            self.ask(SET_FEATURES, "II", 0, len(values))
        self.ask(SET_FEATURES, "II", 0, len(values), tail=struct.pack("<%dI" % len(values), *values))

    def has(self, bit):
        return bit in self.features

    def initialise(self):
        s = ACKNOWLEDGE
        if not wrong("no-info"):
            self.learn()
        else:
            self.kind, self.blocks, self.config_size, self.max_queues, self.admins = 2, 2, 60, 4, 0
        if wrong("config-before-reset"):
            self.ask(GET_CONFIG, "II", 0, 4)
        if not wrong("no-reset"):
            self.reset()
            if odd("resets-twice"):
                self.reset()
        self.status(s)
        if wrong("skips-acknowledge"):
            s = 0
        if not wrong("skips-driver"):
            s |= DRIVER
        if wrong("features-before-driver"):
            self.negotiate()
        self.status(s)
        if odd("ping"):
            self.wire.send(BUS, PING, 0, b"abcd", self.wire.fresh())
        if odd("reads-config-early"):
            self.read_config()
        if wrong("queues-before-features-ok"):
            self.features = set()
            self.set_up_queues()
        if not wrong("features-before-driver"):
            self.negotiate()
        if not wrong("never-sets-features-ok"):
            s |= FEATURES_OK
            status = self.status(s)
            if odd("re-reads-features-ok"):
                status = self.status()
            if not status & FEATURES_OK and not wrong("ignores-features-ok"):
                self.status(s | FAILED)
                raise GiveUp("features refused")
        if self.kind == BLOCK and not odd("never-reads-config"):
            self.read_config()
        if wrong("driver-ok-before-queues"):
            self.status(s | DRIVER_OK)
        if not wrong("queues-before-features-ok"):
            self.set_up_queues()
        if wrong("kicks-before-driver-ok"):
            self.kick(0)
        s |= DRIVER_OK
        if wrong("does-not-await-driver-ok"):
            self.wire.send(0, SET_STATUS, self.num, struct.pack("<I", s), self.wire.fresh())
        elif wrong("takes-status-back"):
            self.status(DRIVER_OK)
        else:
            status = self.status(s)
            if not status & DRIVER_OK or status & NEEDS_RESET:
                raise NoAnswer(SET_STATUS, 0)
        self.running, self.done = True, 0
        if odd("probes-more"):
            self.learn()
            self.ask(GET_SHM, "I", 3)
            self.ask(GET_FEATURES, "II", 0, 2)
            self.ask(GET_VQUEUE, "I", 0xFFFF)

    # -- configuration --

    def known(self):
        return CONFIG_USED if wrong("assumes-config-size") else min(CONFIG_USED, self.config_size)

    def read_config(self, offset=0, end=None):
        """In as many parts as messages hold, again until they belong together."""
        end = self.known() if end is None else end
        room = 4 if odd("config-in-words") else self.wire.limit - 20
        for _ in range(50):
            data, generations, at = b"", set(), offset
            while at < end:
                n = min(room, end - at)
                body = self.ask(GET_CONFIG, "II", at, n)
                self.generation = struct.unpack_from("<I", body)[0]
                generations.add(self.generation)
                data += body[12:12 + n]
                at += n
            if len(generations) < 2 or wrong("mixes-generations"):
                break
        self.dirty = False
        self.config = data
        return data

    def write_config(self, offset, data):
        generation = self.generation if self.wire.strict else 0
        if wrong("baseline-generation"):
            generation = self.generation or 1
        if wrong("strict-generation-0"):
            generation = 0
        if wrong("stale-generation"):
            generation = self.first or generation
        self.first = generation if self.first is None else self.first
        body = self.ask(SET_CONFIG, "III", generation, offset, len(data), tail=data)
        resulting, _, length = struct.unpack_from("<III", body)
        if not wrong("stale-generation"):
            self.generation = resulting
        if self.wire.strict and length == 0 and resulting != generation:
            if not wrong("retries-rejected-write"):
                self.read_config()
            self.ask(SET_CONFIG, "III", self.generation, offset, len(data), tail=data)

    # -- queues --

    def look(self, vq):
        return struct.unpack_from("<IIIIQQQ", self.ask(GET_VQUEUE, "I", vq))

    def set_up_queues(self):
        last = self.max_queues
        if wrong("ignores-max-virtqueues"):
            last = 6
        if self.admins == 0 and wrong("admin-by-start"):
            last = self.admin + 1
        n = 1 if odd("one-queue") or self.kind == ENTROPY else min(last, 6)
        for vq in range(n if not odd("no-queues") else 0):
            self.set_up(vq)

    def set_up(self, vq, blindly=False):
        ring = self.rings.setdefault(vq, driver_ring.Ring(
            self.memory, self.base, 8 * (self.num % 64) + vq, wrong))
        blindly = blindly or wrong("does-not-look-at-queues")
        maximum = 8 if blindly else self.look(vq)[1]
        if maximum == 0 and not wrong("sets-up-absent-queues"):
            return
        size = 8 if odd("small-queues") else 64
        while size > maximum and size > 1 and not wrong("fixed-queue-size"):
            size //= 2
        if wrong("size-above-max"):
            size = maximum * 2
        ring.configure(min(size, 64))
        ring.event_idx = self.has(EVENT_IDX)
        areas, op, reserved = ring.areas(), 1, 0
        if wrong("state-operation-3"):
            op = 3
        if wrong("reserved-flag-bits"):
            op |= 0x100
        if wrong("reserved-field"):
            reserved = 1
        if odd("two-steps"):
            self.ask(SET_VQUEUE, "IIIIQQQ", vq, 0, size, 0, *areas)
            if odd("confirms-between"):
                self.look(vq)
            op |= 0x3C
        self.ask(SET_VQUEUE, "IIIIQQQ", vq, op, size, reserved, *areas)
        if not wrong("does-not-confirm"):
            seen = self.look(vq)
            if (seen[2:3] + (seen[3] & 1,) + seen[4:] != (size, 1) + areas
                    and not wrong("ignores-refused-queue")):
                self.status(FAILED)
                raise GiveUp("queue %d is not as it was set" % vq)
        self.enabled.add(vq)

    def reset_queue(self, vq):
        if vq not in self.enabled and not wrong("resets-unseen-queue"):
            return False
        if not self.has(RING_RESET) and not wrong("resets-unnegotiated"):
            return False
        self.enabled.discard(vq)
        if wrong("does-not-await-queue-reset"):
            self.wire.send(0, RESET_VQUEUE, self.num, struct.pack("<I", vq), self.wire.fresh())
        else:
            self.ask(RESET_VQUEUE, "I", vq)
        self.set_up(vq, wrong("does-not-await-queue-reset"))
        return True

    def setup_queue(self, vq):
        if vq in self.enabled and wrong("reconfigures-enabled"):
            self.set_up(vq)
        elif vq in self.enabled and wrong("disables-by-operation-0"):
            self.ask(SET_VQUEUE, "IIIIQQQ", vq, 0x3C, 0, 0, 0, 0, 0)
        elif vq in self.enabled:
            self.reset_queue(vq)
        else:
            self.set_up(vq)

    # -- requests --

    def kick(self, vq):
        ring = self.rings.get(vq)
        if not ring or vq not in self.enabled:
            return False
        if self.memory is not driver_ring:
            ring.reclaim() if self.wire.polling and not wrong("polling-needs-events") else None
        if not ring.room():
            return False
        parts = [64] if self.kind == ENTROPY else [struct.pack("<IIQ", 0, 0, 0), 512, 1]
        indirect = self.has(INDIRECT_DESC) and not odd("no-indirect")
        if not NO_MEMORY:
            ring.offer(parts, indirect)
        if wrong("no-kick"):
            return True
        wanted = NO_MEMORY or ring.notify_wanted()
        if self.wire.polling and not odd("kicks-in-polling"):
            return True
        if wanted or odd("kicks-always") or wrong("kicks-before-driver-ok"):
            self.notify(vq, ring)
        return True

    def notify(self, vq, ring):
        offset = ring.offered & 0x7FFF if self.has(NOTIFICATION_DATA) else 0
        if odd("bit-15-as-wrap") and self.has(NOTIFICATION_DATA):
            offset = (ring.offered & 0x7FFF) | (ring.offered >> 15 & 1) << 31
        if wrong("offset-without-feature") and not self.has(NOTIFICATION_DATA):
            offset = ring.offered
        if wrong("offset-behind") and self.has(NOTIFICATION_DATA):
            offset = (ring.offered - 1) & 0x7FFF
        if wrong("offset-in-bytes") and self.has(NOTIFICATION_DATA):
            offset = 0x10000 + 2 * ring.offered
        vq = vq + 1 if wrong("kicks-next-queue") else vq
        kind = RESPONSE if wrong("event-as-response") else 0
        dev = self.num + 3 if wrong("wrong-dev-num-in-events") else self.num
        for _ in range(2 if odd("kicks-twice") else 1):
            self.wire.send(kind, EVENT_AVAIL, dev, struct.pack("<II", vq, offset))

    def used(self, vq):
        ring = self.rings.get(vq)
        if ring and vq in self.enabled and not NO_MEMORY and not wrong("ignores-event-used"):
            ring.reclaim()
            if wrong("sends-event-used"):
                self.wire.send(0, EVENT_USED, self.num, struct.pack("<I", vq))

    def work(self):
        """A few requests of its own, one at a time."""
        if self.running and not odd("no-io") and self.done < (10 ** 9 if odd("busy") else 3) and not (
                self.rings.get(0) and self.rings[0].size and self.rings[0].busy()):
            self.done += 1
            return self.kick(0)
        return False
