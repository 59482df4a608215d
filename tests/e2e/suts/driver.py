"""A driver that shares nothing with the project: Python's standard library only, written from the
virtio-msg text and the SUT contract. It drives block and entropy devices, all that it finds, and
has the upper tester.

driver.py WORD...: each word is a mistake, `wrong("...")` below, or a legal oddity, `odd("...")`.
"""

import mmap
import os
import struct
import time

from driver_device import Device
from driver_wire import *


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
