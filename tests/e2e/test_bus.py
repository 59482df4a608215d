"""Buses in processes of their own: the reference bus, one that takes every freedom, the example, and
the mistakes that implementers make in them.
"""

import subprocess

import pytest

import vmsgspec

REFERENCE = vmsgspec.program(vmsgspec.TOOL, "peer", "bus")
TINY = vmsgspec.EXAMPLES / "tiny_bus.py"
QUICK = ("--request-timeout-ms", "100")
ALL = ("--bus-messages", "GET_DEVICES,PING,EVENT_DEVICE")
FORWARD = "device.send(message(0, msg_id, dev, ours, packet[HEADER.size:size]))"
ANSWER = "driver.send(message(RESPONSE, msg_id, dev, theirs, packet[HEADER.size:size]))"

# clause -> (text in tiny_bus.py, what stands there by mistake, scenarios that show it)
MISTAKES = [
    ("bus.common-message-format.6", ANSWER, ANSWER.replace("theirs", "token"), "ordering/*"),
    ("bus.common-message-format.6", ANSWER, ANSWER.replace("theirs", "0"), "ordering/*"),
    ("bus.common-message-format.6", ANSWER,
     ANSWER.replace("theirs", "theirs >> 8 | (theirs & 0xFF) << 8"), "ordering/*"),
    ("bus.common-message-format.1", FORWARD,
     FORWARD.replace("dev,", "dev >> 8 | (dev & 0xFF) << 8,"), "*/to-each-device"),
    ("bus.common-message-format.1", ANSWER,
     ANSWER.replace("dev,", "dev >> 8 | (dev & 0xFF) << 8,"), "*/to-each-device"),
    ("bus.common-message-format.2", "message(BUS | RESPONSE, PING,",
     "message(0x84 | BUS | RESPONSE, PING,", "ping/*"),
    ("bus.common-message-format.3", FORWARD, FORWARD[:-1] + " + b'\\1')", "*/to-each-device"),
    ("bus.transport-message-forwarding.1", "elif dev not in devices:", "elif False:",
     "*/absent-device"),
    ("bus.transport-message-forwarding.3", FORWARD,
     FORWARD.replace("packet[HEADER.size:size]", "packet[HEADER.size:size].replace(b'\\xff', b'')"),
     "*/payload-is-opaque"),
    ("bus.transport-message-forwarding.4", "fail(dev, token, msg_id, NO_DEVICE)", "pass",
     "*/absent-device"),
    ("bus.error-signaling.1", "fail(dev, theirs, msg_id, TIMED_OUT)", "pass", "*/lost-responses"),
    ("bus.error-signaling.2", "        fail(dev, theirs, msg_id, TIMED_OUT)",
     "        fail(dev, theirs, msg_id, TIMED_OUT)\n        fail(dev, theirs, msg_id, TIMED_OUT)",
     "*/lost-responses"),
    ("bus.error-signaling.2", "_, _, theirs, _ = pending.pop(token)", "theirs = pending[token][2]",
     "error-signaling/device-answers-twice"),
    ("bus.error-signaling.2", "driver.send(message(BUS, REQUEST_FAILED, 0, 0, payload))",
     "driver.send(message(BUS, REQUEST_FAILED, 0, 0, payload[:8] + bytes(4)))", "*/absent-device"),
    ("bus.error-signaling.4", "    if msg_id == PING and len(payload) >= 4:",
     "    if msg_id == PING:", "*/ping-cut-off"),
    ("bus.error-signaling.5", "elif dev not in devices:",
     "elif dev not in devices or msg_id > 0x0C:", "*/unknown-transport-ids"),
    ("bus.error-signaling.6", "        if dev in devices:\n            device.send(packet[:size])",
     "        if dev not in devices:\n            fail(dev, token, msg_id, NO_DEVICE)",
     "*/event-to-an-absent-device"),
    ("bus.ordering.3", FORWARD,
     "waiting.append(message(0, msg_id, dev, ours, packet[HEADER.size:size]))\n"
     "        if msg_id != 9 or len(waiting) == 2:\n"
     "            while waiting:\n                device.send(waiting.pop())", "*/requests-in-order"),
    ("bus.runtime-notifications.3", "            driver.send(packet[:size])",
     "            driver.send(packet[:size])\n            driver.send(packet[:size])",
     "*/each-notification-once"),
    ("bus.runtime-notifications.3", "            device.send(packet[:size])", "            pass",
     "*/each-notification-once"),
    ("bus.get-devices.1", "1 << (dev - offset) % 8", "0x80 >> (dev - offset) % 8", "get-devices/*"),
    ("bus.get-devices.6", "min(beyond) if beyond else 0", "offset", "get-devices/*"),
    ("bus.advertising-transport-parameters.4",
     "0x10000 - offset, (MAX_SIZE - HEADER.size - 6) * 8)\n    bitmap", "0x10000 - offset)\n    bitmap",
     "get-devices/whole-space-in-one-window"),
    ("bus.ping.1", "token, payload[:4])", "token, payload[3::-1])", "ping/*"),
    ("bus.device-discovery.1", "for dev in devices:\n", "for dev in devices | {77}:\n",
     "device-discovery/*"),
    ("bus.hotplug-and-removal.1", "driver.send(message(BUS, EVENT_DEVICE, 0, 0, payload[:4]))",
     "pass", "*/arrival-at-the-peer"),
    ("bus.event-device.2", "(devices.add if state == ADDED else devices.discard)(number)",
     "devices.discard(number)", "*/arrival-at-the-peer"),
    ("bus.event-device.3", "(devices.add if state == ADDED else devices.discard)(number)",
     "devices.add(number)", "*/arrival-at-the-peer"),
]

# Events wait until nothing is outstanding.
HELD = (("            driver.send(packet[:size])", "            waiting.append(packet[:size])"),
        ("    now = time.monotonic()\n",
         "    now = time.monotonic()\n    while waiting and not pending:\n"
         "        driver.send(waiting.pop(0))\n"))
LONG = ("--request-timeout-ms", "500")  # what is held back for less may be slow

# The same for odd_bus.c, by the word that makes it make the mistake.
ODD_MISTAKES = [
    ("bus.common-message-format.6", "keeps-own-token", "ordering/requests-in-order"),
    ("bus.common-message-format.1", "swaps-number", "*/to-each-device"),
    ("bus.error-signaling.2", "fails-twice", "*/absent-device"),
    ("bus.error-signaling.2", "fails-answered", "ordering/requests-in-order"),
    ("bus.ordering.3", "reorders", "ordering/requests-in-order"),
    ("bus.ordering.5", "holds-events", "*/event-passes-a-held-response"),
    ("bus.get-devices.6", "stands-still", "get-devices/windows-of-every-width"),
]


def mistaken(folder, *changes):
    """The example with these changes, as a SUT."""
    text = TINY.read_text()
    for old, new in (*changes, ("last_token = 0\n", "last_token = 0\nwaiting = []\n")):
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    copy = folder / TINY.name
    copy.write_text(text)
    return vmsgspec.program(vmsgspec.PYTHON, copy)


def run(sut, *flags, select=()):
    return vmsgspec.run(sut, *flags, role="bus", select=select)


def of_the_text(outcome):
    """Clauses for buses that passed, of the specification's own blocks."""
    return {c for c in outcome.clauses("pass") if c.startswith("bus.") and ".prose." not in c}


def conforms(outcome):
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert not outcome.scenarios("fail", "wedged", "crashed", "error"), str(outcome)
    assert not outcome.clauses("fail", "warn"), str(outcome)


def is_caught(outcome, clause):
    assert clause in outcome.clauses("fail", "warn"), str(outcome)
    assert not outcome.scenarios("crashed", "error"), str(outcome)


@pytest.fixture(scope="session")
def odd_bus(tmp_path_factory):
    program = tmp_path_factory.mktemp("odd") / "bus"
    subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-w", "-O1", "-pthread", "-o", program,
                    vmsgspec.SUTS / "odd_bus.c"], check=True)
    return program


def test_nothing_need_be_declared():
    outcome = run(REFERENCE)
    conforms(outcome)
    assert len(of_the_text(outcome)) >= 42, sorted(of_the_text(outcome))
    unclear = {s["id"]: s["reason"] for s in outcome.report["scenarios"]
               if s["verdict"] == "inconclusive"}
    assert {reason for name, reason in unclear.items() if not name.endswith("/padding")} == \
        {"needs the upper tester"}, unclear


@pytest.mark.sanitized
def test_reference_bus_conforms():
    outcome = run(REFERENCE, *QUICK, "--upper-tester", "true", "--jobs", "2")
    conforms(outcome)
    assert "bus.advertising-transport-parameters.6" in of_the_text(outcome)
    assert len(of_the_text(outcome)) >= 43, sorted(of_the_text(outcome))


def test_example_conforms():
    outcome = run(vmsgspec.program(vmsgspec.PYTHON, TINY), *QUICK, "--jobs", "2")
    conforms(outcome)
    assert len(of_the_text(outcome)) >= 40, sorted(of_the_text(outcome))


def test_platform_data():
    outcome = run(vmsgspec.program(vmsgspec.PYTHON, TINY), *QUICK, "--devices", "7,65535",
                  select=("bus/transport-message-forwarding/*", "bus/get-devices/*"))
    conforms(outcome)


def test_freedoms_are_no_mistakes(odd_bus):
    outcome = run(vmsgspec.program(odd_bus), *QUICK, "--jobs", "2", "--repeat", "3")
    conforms(outcome)
    passed = of_the_text(outcome)
    assert {"bus.ordering.4", "bus.get-devices.7", "bus.common-message-format.3",
            "bus.common-message-format.5"} <= passed, sorted(passed)


@pytest.mark.parametrize("clause, old, new, select", MISTAKES,
                         ids=[f"{m[0]}-{i}" for i, m in enumerate(MISTAKES)])
def test_mistake_is_caught(clause, old, new, select, tmp_path):
    is_caught(run(mistaken(tmp_path, (old, new)), *QUICK, *ALL, select=("bus/" + select,)), clause)


def test_events_that_wait_are_caught(tmp_path):
    is_caught(run(mistaken(tmp_path, *HELD), *LONG, *ALL,
                  select=("bus/ordering/event-passes-a-held-response",)), "bus.ordering.5")


@pytest.mark.parametrize("clause, mistake, select", ODD_MISTAKES, ids=[m[1] for m in ODD_MISTAKES])
def test_mistake_among_freedoms_is_caught(clause, mistake, select, odd_bus):
    flags = LONG if mistake == "holds-events" else QUICK
    is_caught(run(vmsgspec.program(odd_bus, mistake), *flags, *ALL, select=("bus/" + select,)),
              clause)
