"""Captures as bytes: written by `run --capture`, taken apart, cut and bent, made by hand."""

import json
import struct

import vmsgspec

MATRIX = vmsgspec.ROOT / "tests" / "matrix"
ICS = {"device": vmsgspec.REFERENCE_ICS, "driver": MATRIX / "driver.ics.lua",
       "bus": MATRIX / "bus.ics.lua"}
FILE_HEADER, PACKET_HEADER, PSEUDO = 24, 16, 32
MESSAGE, RUN, SESSION, CONNECT, NOTE, REMARK, SETTLE, FINDING, CLOSE, END, COMMAND, \
    LAYOUT = range(12)
LINKTYPE = 157


def record(path, role, sut, *args, select=()):
    """A run with a capture."""
    return vmsgspec.run(sut, "--capture", path, *args, ics=ICS[role], role=role, select=select)


def check(path, *args):
    """`check` of a file, with the JSON report."""
    outcome = vmsgspec.vmsgspec("check", path, "--json", *args)
    outcome.report = json.loads(outcome.out) if outcome.out else None
    return outcome


def packets(data):
    """(offset in the file, bytes) of each packet of a little-endian pcap file."""
    at = FILE_HEADER
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        yield at, data[at + PACKET_HEADER:at + PACKET_HEADER + length]
        at += PACKET_HEADER + length


def kind(packet):
    return packet[6]


def pcap(messages, linktype=LINKTYPE):
    """A file whose packets are these bytes, a microsecond apart."""
    parts = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, linktype)]
    for i, message in enumerate(messages):
        parts += [struct.pack("<IIII", 1, i, len(message), len(message)), message]
    return b"".join(parts)


def pcapng(messages, linktype=LINKTYPE):
    """The same as pcapng."""
    def block(kind_, body):
        body += b"\0" * (-len(body) % 4)
        return struct.pack("<II", kind_, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    data = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    data += block(1, struct.pack("<HHI", linktype, 0, 262144))
    for i, message in enumerate(messages):
        data += block(6, struct.pack("<IIIII", 0, 0, i, len(message), len(message)) + message)
    return data


def bare(data):
    """The messages of a capture of ours, without everything else."""
    return [p[PSEUDO:] for _, p in packets(data) if kind(p) == MESSAGE]


def comparable(report):
    """A report without what playing a tape cannot tell: who was attached, and times."""
    report = json.loads(json.dumps(report))
    for key in ("sut", "tool", "duration_us"):
        report.pop(key, None)
    for scenario in report["scenarios"]:
        for key in ("duration_us", "sut_output"):
            scenario.pop(key, None)
    return report
