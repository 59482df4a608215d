"""What is run through every adapter, and what each of it is compared with: the same peer behind
ref:, in virtual time, with the same selection.
"""

import dataclasses
import functools

import vmsgspec

MEMORY = 1 << 20
BASE = "0x80000000"  # not the harness's own choice, so that mem-base= is seen to work

DEVICE_FAULTS = {
    "big-endian-queue-index": "dev.endianness.1",
    "sets-reserved-type-bits": "dev.common-message-format.1",
    "drops-token-zero": "dev.common-message-format.5",
    "answers-twice": "dev.ordering.2",
    "no-get-vqueue": "dev.mandatory.1",
    "get-device-features-not-echoed": "dev.prose.response-echo",
    "set-config-not-stored": "dev.set-config.3",
    "reset-keeps-queues": "dev.set-device-status.4",
    "get-vqueue-high-flags": "dev.get-vqueue.3",
    "set-vqueue-takes-reserved": "dev.set-vqueue.2",
}
DRIVER_FAULTS = {
    "driver-fixed-queue-size": "drv.get-vqueue.2",
    "driver-pads-with-rubbish": "drv.common-message-format.4",
    "driver-info-with-payload": "drv.prose.empty-request",
    "driver-reads-features-before-reset": "drv.prose.early-discovery",
    "driver-skips-driver-bit": "drv.prose.status-progression",
    "driver-doubles-queue-size": "drv.set-vqueue.5",
    "driver-takes-notif-config-data": "drv.device-features.2",
    "driver-asks-before-info": "drv.overview.1",
    "driver-sets-reserved-type-bits": "drv.common-message-format.1",
    "driver-queues-after-driver-ok": "drv.finalizing-initialization.1",
}
BUS_FAULTS = {
    "bus-forwards-twice": "bus.transport-message-forwarding.2",
    "bus-own-reserved-bits": "bus.common-message-format.2",
    "bus-ping-changes-data": "bus.ping.1",
    "bus-fails-events": "bus.error-signaling.6",
    "bus-holds-events-back": "bus.ordering.5",
    "bus-reorders-requests": "bus.ordering.3",
    "bus-answers-unknown-bus-request": "bus.error-signaling.4",
    "bus-doubles-events": "bus.runtime-notifications.3",
    "bus-drops-next-offset": "bus.event-avail.1",
    "bus-own-dev-num": "bus.common-message-format.1",
}
FAULTS = {"device": DEVICE_FAULTS, "driver": DRIVER_FAULTS, "bus": BUS_FAULTS}
CLEAN = {
    "device": ("device/common-message-format/*", "device/device-notifications/*"),
    "driver": ("driver/overview/*", "driver/driver-notifications/*", "driver/bus-messages/*"),
    "bus": ("bus/ping/*", "bus/common-message-format/*", "bus/event-avail/*"),
}


@dataclasses.dataclass
class Run:
    """One `vmsgspec run`: a peer with one fault, or none."""
    role: str
    fault: str = ""
    memory: int = 0
    devices: str = "0"  # "": a driver enumerates them
    only: tuple = ()  # scenarios, in place of the usual ones

    @property
    def name(self):
        return self.fault or f"clean-{self.role}"

    @property
    def clause(self):
        """What the fault breaks."""
        return FAULTS[self.role].get(self.fault)

    @functools.cached_property
    def select(self):
        """Of a fault, one scenario that shows it."""
        if not self.fault:
            return self.only or CLEAN[self.role]
        outcome = self.in_process((self.clause,))
        failed = [s["id"] for s in outcome.report["scenarios"]
                  if any(f["clause"] == self.clause for f in s["findings"])]
        assert failed, f"ref: with {self.fault} does not break {self.clause}\n{outcome}"
        # Not one about bus messages, which a bridge does not carry.
        return (min(failed, key=lambda scenario: ("bus-messages" in scenario, scenario)),)

    def options(self, select):
        options = ["--devices", self.devices] if self.devices else []
        options += ["--mem", str(self.memory), "--upper-tester", "false",
                    "--transport-features", "0x0"]
        if self.role != "driver":
            options += ["--bus-messages", "GET_DEVICES,PING"]
        for glob in select:
            options += ["--select", glob]
        return options

    def peer(self):
        """The peer as a command."""
        return f"vmsgspec peer {self.role}" + (f" --fault {self.fault}" if self.fault else "")

    def in_process(self, select):
        return vmsgspec.run(f"ref:?fault={self.fault}" if self.fault else "ref:",
                            *self.options(select), role=self.role)

    @functools.cached_property
    def reference(self):
        return self.in_process(self.select)


def all_runs(role, **options):
    return [Run(role, fault, **options) for fault in ("", *FAULTS[role])]


def differences(report, reference):
    """Where two reports of the same selection judge differently. Less may be seen, when the adapter
    cannot carry or show it: the reason says so. More may be: what is under way at the same time,
    and is a witness for the order of things, depends on the carrier."""
    found = []
    theirs = {clause["id"]: clause for clause in reference["clauses"]}
    for clause in report["clauses"]:
        # A clause of the adapter's own, of a layout in shared memory, is kept by these peers.
        wanted = theirs.get(clause["id"], {"verdict": "pass"})["verdict"]
        verdict = clause["verdict"]
        less = (wanted == "pass" and verdict in ("inconclusive", "not-observable")
                and clause.get("reason"))
        if verdict != wanted and not less and (wanted, verdict) != ("inconclusive", "pass"):
            found.append(f"{clause['id']}: {verdict}, not {wanted}: {clause.get('reason')}")
    return found
