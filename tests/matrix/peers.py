"""The reference device's faults and quirks as runs of vmsgspec: which device set, statement and
flags each one needs.
"""

import pathlib

import vmsgspec

MATRIX = pathlib.Path(__file__).parent
MODELS = {  # device set -> its conformance statement
    "block@0,entropy@5": vmsgspec.REFERENCE_ICS,
    "max@0": MATRIX / "max.ics.lua",
}
STRICT = ("--transport-features", "0x1")
POLLING = ("--notifications", "polling")
SMALL = ("--max-msg-size", "52")
# What a run needs to see a fault or a quirk: flags beside the statement. Memory and the upper
# tester are there anyway.
FLAGS = {"strict": STRICT, "polling": POLLING, "small": SMALL, "memory": (), "upper": (),
         "no-uuid": ("--optional", "uuid=false")}


def listed(what):
    """The registry's entries, "faults" or "quirks"."""
    entries = vmsgspec.tool_json("peer", "device", f"--list-{what}")
    assert entries, f"the reference device lists no {what}"
    return entries


def device_set(entry):
    return "max@0" if entry.get("model") == "max" else "block@0,entropy@5"


def flags(entry):
    return [flag for need in (entry.get("needs") or "").split() for flag in FLAGS[need]]


def run(devices, *args, options="", **kwargs):
    """One run in process against reference peers; options are the ref: URI's, "&fault=..."."""
    return vmsgspec.run(f"ref:?devices={devices}{options}", *args, ics=MODELS[devices], **kwargs)


def findings(outcome):
    """What a clean run must not have."""
    return [f"{s['id']}: {f['clause']}: {f['text']}"
            for s in outcome.report["scenarios"] for f in s["findings"]]
