"""What the guest runs, and what each of it is compared with on this machine: the same peer behind
ref:, in virtual time, with the same selection.
"""

import dataclasses

import vmsgspec

DEVICES = "block@0,entropy@5"
MEMORY = 1 << 20
BASE = "0x80000000"  # not the harness's own choice, so that mem-base= is seen to work
QUICK = "50"  # ms, a driver's attempt

DEVICE_FAULTS = {
    "big-endian-queue-index": "dev.endianness.1",
    "sets-reserved-type-bits": "dev.common-message-format.1",
    "drops-token-zero": "dev.common-message-format.5",
    "get-overtakes-set": "dev.ordering.1",
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
    "driver-queues-before-features-ok": "drv.overview.2",
    "driver-takes-notif-config-data": "drv.device-features.2",
    "driver-selects-unoffered-feature": "drv.set-driver-features.1",
    "driver-set-vqueue-reserved": "drv.set-vqueue.1",
    "driver-misaligned-areas": "drv.set-vqueue.6",
}
FAULTS = {"device": DEVICE_FAULTS, "driver": DRIVER_FAULTS}
CLEAN = {
    "device": ("device/common-message-format/*", "device/set-vqueue/*",
               "device/device-notifications/*"),
    "driver": ("driver/overview/*", "driver/device-features/*", "driver/driver-notifications/*"),
}


@dataclasses.dataclass(frozen=True)
class Run:
    """One `vmsgspec run`: a peer with one fault, or none."""
    role: str
    fault: str = ""
    memory: int = 0

    @property
    def select(self):
        return (FAULTS[self.role][self.fault],) if self.fault else CLEAN[self.role]

    @property
    def options(self):
        options = ["--devices", "0,5", "--request-timeout-ms", QUICK, "--mem", str(self.memory),
                   "--upper-tester", "false", "--transport-features", "0x0",
                   "--bus-messages", "GET_DEVICES,PING"]
        for glob in self.select:
            options += ["--select", glob]
        return options

    @property
    def name(self):
        return self.fault or f"clean-{self.role}"

    def peer(self):
        """The peer as a command."""
        return f"vmsgspec peer {self.role}" + (f" --fault {self.fault}" if self.fault else "")

    def reference(self):
        """The same in process."""
        uri = "ref:?" + (f"devices={DEVICES}&" if self.role == "device" else "")
        return vmsgspec.run(uri + (f"fault={self.fault}" if self.fault else "seed=1"),
                            *self.options, role=self.role)


def all_runs(role, memory):
    return [Run(role, fault, memory) for fault in ("", *FAULTS[role])]


def differences(report, reference):
    """Where two reports of the same selection judge differently, apart from what the adapter of
    the first cannot observe and says so."""
    found = []
    theirs = {clause["id"]: clause for clause in reference["clauses"]}
    for clause in report["clauses"]:
        other = theirs[clause["id"]]
        if clause["verdict"] == other["verdict"]:
            continue
        if clause["verdict"] in ("inconclusive", "not-observable") and other["verdict"] == "pass":
            if clause.get("reason"):
                continue
        found.append(f"{clause['id']}: {clause['verdict']}, not {other['verdict']}: "
                     f"{clause.get('reason')}")
    return found
