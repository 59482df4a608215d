"""The reference peers' faults and quirks as runs of vmsgspec: which statement and flags each one
needs.
"""

import pathlib
import tempfile

import captures
import vmsgspec

MATRIX = pathlib.Path(__file__).parent
DEVICES = "block@0,entropy@5"
DRIVER = "driver"
BUS = "bus"
MODELS = {  # what is run: a set of devices, the driver or the bus -> its conformance statement
    DEVICES: vmsgspec.REFERENCE_ICS,
    "max@0": MATRIX / "max.ics.lua",
    DRIVER: MATRIX / "driver.ics.lua",
    BUS: MATRIX / "bus.ics.lua",
}
STRICT = ("--transport-features", "0x1")
POLLING = ("--notifications", "polling")
SYNTHESIS = ("--notification-path", "synthesis")
SMALL = ("--max-msg-size", "52")
# What a run needs to see a fault or a quirk: flags beside the statement. Memory, the upper tester
# and a driver's timeouts are there anyway.
FLAGS = {"strict": STRICT, "polling": POLLING, "small": SMALL, "memory": (), "upper": (),
         "events": (), "timeout": (), "packed": (),
         "no-bus-messages": ("--bus-messages", ""), "synthesis": SYNTHESIS, "no-uuid": ("--optional", "uuid=false")}


def listed(what):
    """The registries' entries, "faults" or "quirks", of all roles."""
    entries = []
    for role in ("device", "driver", "bus"):
        found = vmsgspec.tool_json("peer", role, f"--list-{what}")
        assert found, f"the reference {role} lists no {what}"
        entries += [{**entry, "role": role} for entry in found]
    return entries


def role(what):
    return what if what in (DRIVER, BUS) else "device"


def model(entry):
    """What shows this fault or quirk."""
    if entry["role"] != "device":
        return entry["role"]
    return "max@0" if entry.get("model") == "max" else DEVICES


def flags(entry):
    return [flag for need in (entry.get("needs") or "").split() for flag in FLAGS[need]]


def options(entry):
    """The quirks that a fault shows with, as the ref: URI has them."""
    return "&quirk=packed" if "packed" in (entry.get("needs") or "").split() else ""


def run(what, *args, options="", **kwargs):
    """One run in process against a reference peer; options are the ref: URI's, "&fault=..."."""
    uri = "ref:?" + options.lstrip("&") if role(what) != "device" else \
        f"ref:?devices={what}{options}"
    return vmsgspec.run(uri, *args, ics=MODELS[what], role=role(what), **kwargs)


def recorded(what, *args, **kwargs):
    """The same, and what `check` says of its capture must be what the run itself said. Once is enough:
    sanitizers, under which it takes long, see checking captures elsewhere."""
    if vmsgspec.SANITIZED:
        return run(what, *args, **kwargs)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "run.pcap"
        live = run(what, "--capture", path, *args, **kwargs)
        checked = captures.check(path)
    assert captures.comparable(checked.report) == captures.comparable(live.report)
    assert checked.status == live.status, f"{live}\n{checked}"
    return live


def findings(outcome):
    """What a clean run must not have."""
    return [f"{s['id']}: {f['clause']}: {f['text']}"
            for s in outcome.report["scenarios"] for f in s["findings"]]
