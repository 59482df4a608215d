"""The Wireshark dissector, in tshark: every frame has a name, nothing fails, exchanges are linked."""

import collections
import re
import subprocess

import pytest

import captures
import vmsgspec


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("dissector") / "virtio_msg.lua"
    path.write_text(vmsgspec.vmsgspec("dissector").out)
    return path


def tshark(script, path, *args):
    done = subprocess.run(["tshark", "-X", f"lua_script:{script}", "-r", path, *args], text=True,
                          capture_output=True, timeout=100, env={"HOME": str(script.parent),
                                                                 "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    assert "Lua" not in done.stderr and "Lua Error" not in done.stdout, done.stderr + done.stdout
    return done.stdout.splitlines()


def fields(script, path, *names, display=None):
    args = ["-2", "-T", "fields", "-E", "separator=|"]
    args += ["-Y", display] if display else []
    for name in names:
        args += ["-e", name]
    return [line.split("|") for line in tshark(script, path, *args)]


USER0 = ["-o", 'uat:user_dlts:"User 0 (DLT=147)","virtio_msg","0","","0",""']


@pytest.mark.parametrize("role", captures.ICS)
def test_every_frame_of_a_run(script, tmp_path, role):
    """Also hostile: the scenarios send what no field describes."""
    path = tmp_path / "run.pcap"
    captures.record(path, role, "ref:", select=["*/common*", "*/error*", "*/bus*", "*/get-*"])
    packets = [p for _, p in captures.packets(path.read_bytes())]
    rows = fields(script, path, "_ws.col.Protocol", "_ws.col.Info", "virtio_msg.name",
                  "virtio_msg.capture.kind")
    assert len(rows) == len(packets) > 100
    for packet, (protocol, info, name, kind) in zip(packets, rows):
        message = captures.kind(packet) == captures.MESSAGE
        assert protocol == ("virtio-msg" if message else "vmsgspec") and info, (packet, info)
        assert int(kind) == captures.kind(packet) and bool(name) == message
        if message and len(packet) >= captures.PSEUDO + 8:
            assert info.startswith(name)


def test_each_message_type(script, tmp_path):
    """All names of the wire table, request and response, with values that are read back."""
    whole, path = tmp_path / "run.pcap", tmp_path / "some.pcap"
    captures.record(whole, "bus", "ref:")
    kept = collections.defaultdict(list)  # a few of each kind: tshark is slow
    for _, packet in captures.packets(whole.read_bytes()):
        if captures.kind(packet) == captures.MESSAGE and len(packet) >= captures.PSEUDO + 8:
            kept[packet[captures.PSEUDO:captures.PSEUDO + 2]].append(packet)
    path.write_bytes(captures.pcap([p for packets in kept.values() for p in packets[:20]]))
    rows = fields(script, path, "virtio_msg.name", "virtio_msg.form", "virtio_msg.get_config.offset",
                  "virtio_msg.get_config.length", "_ws.col.Info", display="virtio_msg.name")
    seen = {(row[0], row[1]) for row in rows}
    table = re.findall(r'name = "([A-Z_]+)", bus = \w+, id = 0x\w+, event = (\w+)',
                       script.read_text())
    assert len(table) == 18
    for name, event in table:
        for form in ["event"] if event == "true" else ["req", "resp"]:
            assert (name, form) in seen, f"{name} {form} is in no capture"
    read = [row[2:] for row in rows if row[:2] == ["GET_CONFIG", "req"]]
    assert any(length for _, length, _ in read)
    for offset, length, info in read:
        assert not length or f"offset={offset} length={length}" in info


def test_exchanges_and_verdicts(script, tmp_path):
    path = tmp_path / "run.pcap"
    captures.record(path, "device", "ref:?fault=set-vqueue-takes-reserved",
                    select=["device/set-vqueue/reserved*"])
    asked = fields(script, path, "frame.number", "virtio_msg.response_in",
                   display="virtio_msg.response_in")
    answered = fields(script, path, "frame.number", "virtio_msg.response_to",
                      "virtio_msg.response_time", display="virtio_msg.response_to")
    assert {(a, b) for a, b in asked} == {(b, a) for a, b, _ in answered} and len(asked) > 10
    assert all(float(t) >= 0 for _, _, t in answered)
    about = fields(script, path, "virtio_msg.clause", "virtio_msg.finding_about",
                   "frame.number", display="virtio_msg.finding")
    assert about and {row[0] for row in about} >= {"dev.set-vqueue.2"}
    linked = fields(script, path, "frame.number", "virtio_msg.finding_in",
                    display="virtio_msg.finding_in")
    for clause, message, number in about:
        assert [message, number] in linked
    verdicts = fields(script, path, "virtio_msg.scenario", "virtio_msg.verdict",
                      display='virtio_msg.verdict == "fail"')
    assert any(s.startswith("device/set-vqueue/reserved") for s, _ in verdicts)


def test_bare_and_bent_messages(script, tmp_path):
    """Every length of every message, each byte bent: named, without an error of the script."""
    whole = tmp_path / "run.pcap"
    captures.record(whole, "bus", "ref:", select=["bus/*message*", "bus/*discovery*"])
    some = list({m[:2]: m for m in captures.bare(whole.read_bytes()) if len(m) >= 8}.values())
    hostile = [m[:n] for m in some for n in range(1, min(len(m), 48) + 1)]
    hostile += [m[:i] + bytes([m[i] ^ 0xff]) + m[i + 1:] for m in some for i in range(min(len(m), 48))]
    path = tmp_path / "hostile.pcap"
    path.write_bytes(captures.pcap(hostile, linktype=147))
    rows = tshark(script, path, *USER0, "-V")
    assert sum(line.startswith("Frame ") for line in rows) == len(hostile)
    rows = tshark(script, path, *USER0, "-T", "fields", "-e", "_ws.col.Protocol", "-e",
                  "_ws.col.Info", "-E", "separator=|")
    assert len(rows) == len(hostile) and all(row.startswith("virtio-msg|") for row in rows)
    marked = tshark(script, path, *USER0, "-Y", "virtio_msg.malformed || virtio_msg.reserved || "
                    "virtio_msg.unknown || virtio_msg.excess")
    assert len(marked) > len(hostile) / 2


def test_bent_captures(script, tmp_path):
    whole = tmp_path / "run.pcap"
    captures.record(whole, "device", "ref:", select=["device/get-shm/*"])
    packets = [p for _, p in captures.packets(whole.read_bytes())][:40]
    bent = [p[:n] for p in packets for n in (1, 4, 5, 31, 32, 33, 39)]
    bent += [p[:i] + bytes([p[i] ^ 0xff]) + p[i + 1:] for p in packets for i in range(4, 40)
             if i < len(p)]
    path = tmp_path / "bent.pcap"
    path.write_bytes(captures.pcap(bent))
    rows = tshark(script, path, "-T", "fields", "-e", "_ws.col.Protocol", "-e", "_ws.col.Info")
    assert len(rows) == len(bent) and all(row.strip() for row in rows)
    tshark(script, path, "-V")


def test_a_byte_stream(script, tmp_path):
    """Over TCP, msg_size delimits messages, wherever segments end."""
    whole = tmp_path / "run.pcap"
    captures.record(whole, "device", "ref:", select=["device/get-device-info/*"])
    messages = [m for m in captures.bare(whole.read_bytes()) if len(m) >= 8][:12]
    data = b"".join(messages)
    text = tmp_path / "stream.txt"
    cuts = [0, 5, 20, len(data)]
    text.write_text("".join(f"000000 {data[a:b].hex(' ')}\n" for a, b in zip(cuts, cuts[1:])))
    path = tmp_path / "stream.pcap"
    subprocess.run(["text2pcap", "-T", "7000,7001", text, path], check=True, capture_output=True)
    rows = tshark(script, path, "-d", "tcp.port==7000,virtio_msg_stream", "-T", "fields", "-e",
                  "virtio_msg.msg_id")
    ids = [i for row in rows for i in row.replace(",", " ").split()]
    assert [int(i, 16) for i in ids] == [m[1] for m in messages]
