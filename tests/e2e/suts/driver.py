"""A driver that shares nothing with the project: Python's standard library only, written from the
virtio-msg text and the SUT contract. It drives block and entropy devices, all that it finds, and
has the upper tester.

driver.py WORD...: each word is a mistake, `wrong("...")` below, or a legal oddity, `odd("...")`.
"""

import mmap
import os
import select
import socket
import struct
import sys
import time

import driver_ring

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
        pause, until = 0.001, time.monotonic() + 1
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


NO_MEMORY = "VMSG_MEM_FD" not in os.environ


class Driver:
    def __init__(self):
        self.wire, self.devices = Wire(), {}
        if NO_MEMORY:
            self.memory, self.base = bytearray(1 << 22), 0x10000000
        else:
            self.memory = mmap.mmap(int(os.environ["VMSG_MEM_FD"]), 0)
            self.base = int(os.environ["VMSG_MEM_BASE"], 16)

    def find(self):
        listed = os.environ.get("VMSG_DEVICES")
        if listed:
            return [int(n) for n in listed.split(",")]
        found, start, seen = [], 0, -1
        window = 64 if odd("narrow-windows") else 256
        while start > seen:
            seen = start
            try:
                body = self.wire.ask(BUS, GET_DEVICES, 0, struct.pack("<HH", start, window))
            except NoAnswer:
                break
            _, start, count = struct.unpack_from("<HHH", body)
            found += [seen + i for i in range(count) if body[6 + i // 8] >> i % 8 & 1]
        return found

    def start(self, num):
        """Initialise, again when that fails; a device that is no use is left alone."""
        device = self.devices.setdefault(num, Device(self.wire, num, self.memory, self.base))
        for _ in range(3):
            try:
                device.initialise()
                return
            except Gone:
                break
            except NoAnswer as why:
                if why.args[0] == INFO:
                    break
                if wrong("gives-up-silently"):
                    break
                if odd("fails-first"):
                    try:
                        device.status(FAILED)
                    except NoAnswer:
                        pass
                continue
            except GiveUp:
                break
        else:
            try:
                device.status(FAILED)
            except NoAnswer:
                pass
        device.running = False

    def dispatch(self):
        events, self.wire.events = self.wire.events, []
        for dev, msg_id, body in events:
            if dev == "bus":
                self.hotplug(*struct.unpack_from("<HH", body))
            elif dev in self.devices and msg_id == EVENT_USED:
                self.devices[dev].used(struct.unpack_from("<I", body)[0])
            elif dev in self.devices:
                self.changed(self.devices[dev], body)

    def hotplug(self, num, state):
        if state == 2:
            self.devices.pop(num, None)
        elif state == 1 and num not in self.devices:
            self.start(num)

    def changed(self, device, body):
        status, generation, offset, length = struct.unpack_from("<IIII", body)
        if offset + length > getattr(device, "config_size", 0):
            return
        if status & NEEDS_RESET and device.running:
            if not wrong("ignores-needs-reset"):
                self.start(device.num)
            return
        if not wrong("stale-generation"):
            device.generation = generation
        omitted = len(body) == 16
        if device.kind != BLOCK or wrong("ignores-event-config") or odd("never-reads-config"):
            return
        if not device.running:
            return
        if (omitted and not (wrong("ignores-generic-event") and length == 0)) or odd("re-reads-config"):
            self.guarded(device, device.read_config)

    def guarded(self, device, action, *args):
        try:
            return action(*args)
        except (NoAnswer, GiveUp):
            if not wrong("goes-on-without-answer"):
                self.start(device.num)

    # -- the upper tester --

    def command(self, line):
        word, *args = line.split()
        numbers = [int(a) for a in args[:2]]
        device = self.devices.get(numbers[0]) if numbers else None
        later = None
        if device is None:
            return print("error no such device", flush=True)
        if word == "init":
            later = lambda: self.start(device.num)
        elif word == "reset":
            later = device.reset
        elif word == "status":
            later = lambda: self.look_at_status(device)
        elif word == "get-config":
            end = numbers[1] + int(args[2])
            if end > device.config_size and not wrong("reads-past-the-end"):
                return print("error beyond the end", flush=True)
            later = lambda: device.read_config(numbers[1], end)
        elif word == "set-config":
            data = bytes.fromhex(args[2]) if len(args) > 2 else b""
            if numbers[1] + len(data) > device.config_size and not wrong("writes-past-the-end"):
                return print("error beyond the end", flush=True)
            if 20 + len(data) > self.wire.limit:
                return print("error too long for one message", flush=True)
            later = lambda: device.write_config(numbers[1], data)
        elif word == "kick":
            good = device.running and device.kick(numbers[1])
            return print("ok" if good else "error no room", flush=True)
        elif word in ("setup-vqueue", "reset-vqueue"):
            enabled = numbers[1] in device.enabled
            may = device.has(RING_RESET) or wrong("resets-unnegotiated") or wrong("reconfigures-enabled")
            if not device.running or (enabled and not may) or (word == "reset-vqueue" and not enabled):
                return print("error not possible", flush=True)
            act = device.setup_queue if word == "setup-vqueue" else device.reset_queue
            later = lambda: act(numbers[1])
        elif word == "remove":
            later = lambda: (device.reset(), self.devices.pop(device.num))
        else:
            return print("error unknown command", flush=True)
        print("ok", flush=True)
        return self.guarded(device, later)

    def look_at_status(self, device):
        if device.status() & NEEDS_RESET and device.running and not wrong("ignores-needs-reset"):
            self.start(device.num)

    def run(self):
        if odd("slow-start"):
            time.sleep(0.4)
        for num in self.find():
            self.start(num)
            if wrong("dies-in-the-middle"):
                os.abort()
        while True:
            self.dispatch()
            while self.wire.lines:
                self.command(self.wire.lines.pop(0))
                self.dispatch()
            for device in list(self.devices.values()):
                if self.wire.polling and device.running and not wrong("polling-needs-events"):
                    for vq in list(device.enabled):
                        device.used(vq)
                device.work()
                if odd("polls-status") and device.running:
                    self.guarded(device, self.look_at_status, device)
            self.wire.take(0.002 if self.wire.polling or odd("polls-status") else 3600)


try:
    Driver().run()
except BrokenPipeError:
    pass
