"""The devices and the driver in examples/ conform, and each of these one-line mistakes in a copy is caught under
the clause that it breaks.
"""

import subprocess

import pytest

import vmsgspec

C = vmsgspec.EXAMPLES / "tiny_device.c"
PY = vmsgspec.EXAMPLES / "tiny_device.py"
DRIVER = vmsgspec.EXAMPLES / "tiny_driver.c"
QUICK = ("--request-timeout-ms", "100")  # a driver's timeouts are waited for
STRICT = ("--transport-features", "0x1")

# clause -> (text in tiny_device.c, what stands there by mistake, flags)
C_MISTAKES = [
    ("dev.device-limits.1", "if (8 + 4 * count > room)", "if (count > 16000)", ()),
    ("dev.device-features.1", "UINT64_C(1) << F_VERSION_1 |", "UINT64_C(0x81) << F_VERSION_1 |",
     ()),
    ("dev.device-features.2", "wanted &= ~(uint32_t)S_FEATURES_OK;", ";", ()),
    ("dev.device-feature-blocks.1", ">> 32 * (first + i) : 0", ">> 32 * (first + i) : 1", ()),
    ("dev.device-feature-blocks.2",
     "(d->driver_features & ~(UINT64_C(0xFFFFFFFF) << shift)) | bits", "bits", ()),
    ("dev.device-feature-blocks.3", "? OFFERED >> 32",
     "? (d->driver_features ? d->driver_features & OFFERED : OFFERED) >> 32", ()),
    ("dev.common-message-format.1", "m[0] & 3 ||", "m[0] ||", ()),
    ("dev.common-message-format.2", "put(d->out + 6, HEADER + payload, 2);",
     "put(d->out + 6, payload, 2);", ()),
    ("dev.common-message-format.6", "(uint16_t)get(m + 4, 2), (size_t)payload",
     "0, (size_t)payload", ()),
    ("dev.ordering.3", "|| n < least[id]", "", ()),
    ("dev.get-device-info.2", "put(a + 24, 2, 4);", "put(a + 24, 1, 4);", ()),
    ("dev.configuration-semantics-profiles.2",
     "put(a, d->generation, 4);\n        memcpy(a + 4, p, 4);",
     "put(a, d->generation + 1, 4);\n        memcpy(a + 4, p, 4);", ()),
    ("dev.set-config.3", "memcpy(d->config + offset, p + 12, len);",
     "d->config[offset] = p[12];", ()),
    ("dev.configuration-semantics-profiles.4", "(strict && get(p, 4) != d->generation)",
     "get(p, 4) != d->generation", ()),
    ("dev.configuration-semantics-profiles.12", "(strict && get(p, 4) != d->generation)", "false",
     STRICT),
    ("dev.set-device-status.2", "        d->status = 0;\n", "", ()),
    ("dev.get-vqueue.2", "if (get(p, 4) == 0) {", "{", ()),
    ("dev.get-vqueue.3", "put(a + 12, d->q.enabled, 4);", "", ()),
    ("dev.set-vqueue.1", "if (get(p, 4) != 0 || get(p + 12, 4) != 0", "if (get(p + 12, 4) != 0",
     ()),
    ("dev.set-vqueue.2", "get(p + 12, 4) != 0 || ", "", ()),
    ("dev.set-vqueue.3", "if (q.enabled && (op == 0 || ignored != 0x3C))",
     "if (q.enabled && op == 0)\n        q.enabled = false;\n"
     "    else if (q.enabled && ignored != 0x3C)", ()),
    ("dev.set-vqueue.5", "if (!(flags & 0x08))", "", ()),
    ("dev.set-vqueue.6", "(op == 0 || ignored != 0x3C)", "op == 0", ()),
    ("dev.reset-vqueue.2", " && d->driver_features >> F_RING_RESET & 1", "", ()),
    ("dev.reset-vqueue.3", "& 1)\n            d->q = (struct queue){0};", "& 1)\n            ;",
     ()),
    ("dev.get-shm.1", "memcpy(a, p, 4);\n        return 24;",
     "memcpy(a, p, 4);\n        a[8] = 1;\n        return 24;", ()),
    ("dev.get-shm.2", "memcpy(a, p, 4);\n        return 24;",
     "memcpy(a, p, 4);\n        a[4] = 1;\n        return 24;", ()),
    ("dev.finalizing-initialization.1", "!(d->status & S_DRIVER_OK) || ", "", ()),
    ("dev.device-notifications.1", "transmit(d, 0, 0x42, 0, 4);", "", ()),
]
# The same for tiny_device.py, with the scenarios that show it: a run of all takes longer here.
PY_MISTAKES = [
    ("dev.common-message-format.6", "self.transmit(1, msg_id, token, answer)",
     "self.transmit(1, msg_id, token ^ 1, answer)", "device/common-message-format/*"),
    ("dev.set-vqueue.4", "            return b\"\"\n        if new_size == 0",
     "            q.desc = desc\n            return b\"\"\n        if new_size == 0",
     "device/set-vqueue/*"),
    ("dev.mandatory.1", "    0x0B: (\"<I\", Tiny.reset_vqueue),\n", "",
     "device/[mr]*/*"),
]

# The same for tiny_driver.c: clause, text, mistake, scenarios that show it, flags.
DRIVER_MISTAKES = [
    ("drv.common-message-format.2", "put(m + 6, HEADER + len, 2);", "put(m + 6, len, 2);",
     "overview", ()),
    ("drv.common-message-format.1", "{type, id}", "{type | 0x10, id}", "overview", ()),
    ("drv.endianness.1", "put(p, status, 4);", "put(p, __builtin_bswap32(status), 4);", "overview",
     ()),
    ("drv.prose.status-progression", "step(ACKNOWLEDGE | DRIVER) && ", "", "overview", ()),
    ("drv.prose.status-progression", "return reset() && step", "return step", "overview", ()),
    ("drv.set-device-status.2", "get(answer, 4) != 0; polls++", "false; polls++",
     "set-device-status", ()),
    ("drv.device-features.3", "&& !(status & ~get(answer, 4))", "", "device-features", ()),
    ("drv.set-driver-features.1", "put(p + 8, 1u << (VERSION_1 - 32), 4);",
     "put(p + 8, 0x80000001, 4);", "device-features", ()),
    ("drv.device-features.1", "if (!ask_device(GET_DEVICE_FEATURES, p, 8, 12) ||", "if (0 &&",
     "device-features", ()),
    ("drv.overview.3", "|| !ask_device(GET_VQUEUE, index, 4, 40))\n        return false;",
     ")\n        return false;\n    return true;", "set-vqueue", ()),
    ("drv.set-vqueue.9", "return get(answer + 8, 4) == queue_size && ",
     "return true || ", "set-vqueue", ()),
    ("drv.get-vqueue.1", "|| get(answer + 4, 4) == 0", "", "get-vqueue", ()),
    ("drv.get-vqueue.2", "queue_size < QUEUE_MOST && queue_size * 2u <= get(answer + 4, 4)",
     "queue_size < QUEUE_MOST", "get-vqueue", ()),
    ("drv.set-vqueue.6", "{DESC, AVAIL, USED}", "{DESC + 8, AVAIL, USED}", "set-vqueue", ()),
    ("drv.finalizing-initialization.2", "    return get(answer + 8, 4) == queue_size",
     "    transmit(0, EVENT_AVAIL, (uint16_t)device, 0, p + 32, 8);\n"
     "    return get(answer + 8, 4) == queue_size", "finalizing-initialization", ()),
    ("drv.driver-notifications.3", "    if (!polling)\n        transmit(0, EVENT_AVAIL",
     "    if (polling)\n        transmit(0, EVENT_AVAIL", "driver-notifications", ()),
    ("drv.event-avail.2", "uint8_t event[8] = {0};", "uint8_t event[8] = {[4] = 1};",
     "event-avail", ()),
    ("drv.get-device-status.2", "needs_reset |= (get(m + HEADER, 4) & NEEDS_RESET) != 0;", ";",
     "get-device-status", ()),
    ("drv.error-signaling.2", "attempt < ATTEMPTS", "attempt < 1000", "error-signaling/no-features",
     ()),
    ("bus.ping.1", "m + HEADER, 4);\n        if (m[1] == BUS_EVENT", "m, 4);\n        if (m[1] == BUS_EVENT",
     "bus-messages", ()),
]


# What stands in tiny_driver.c, and what may stand there as well.
DRIVER_ODDITIES = [
    ("reads-the-status-before-each-step", "return write_status(status) && !(status",
     "return ask_device(GET_DEVICE_STATUS, NULL, 0, 4) && write_status(status) && !(status"),
    ("one-attempt", "ATTEMPTS = 3", "ATTEMPTS = 1"),
    ("one-entry", "QUEUE_MOST = 8", "QUEUE_MOST = 1"),
    ("no-io", "REQUESTS = 6", "REQUESTS = 0"),
]


def compile_c(folder, source, *arguments):
    subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-w", "-O1", f"-I{vmsgspec.ROOT}", "-o",
                    folder / "sut", source, *arguments], check=True, cwd=folder)
    return folder / "sut"


def mistaken(original, folder, old, new):
    text = original.read_text()
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    copy = folder / original.name
    copy.write_text(text.replace(old, new))
    return copy


def conforms(outcome):
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert not outcome.scenarios("fail", "wedged", "crashed", "error"), str(outcome)
    assert not outcome.clauses("fail", "warn"), str(outcome)
    assert outcome.scenarios("pass")


LIB = f"lib:{vmsgspec.BUILD / 'libtiny.so'}"
VARIANTS = [(), STRICT, ("--max-msg-size", "52"), ("--mem", "0")]


@pytest.mark.sanitized
@pytest.mark.parametrize("flags", VARIANTS, ids=" ".join)
@pytest.mark.parametrize("sut", [LIB, vmsgspec.program(vmsgspec.BUILD / "tiny_device")],
                         ids=["lib", "exec"])
def test_c_example_conforms(sut, flags):
    conforms(vmsgspec.run(sut, *flags, ics=vmsgspec.TINY_ICS))


@pytest.mark.parametrize("flags", VARIANTS, ids=" ".join)
def test_python_example_conforms(flags):
    conforms(vmsgspec.run(vmsgspec.program(vmsgspec.PYTHON, PY), "--jobs", "2", *flags,
                          ics=vmsgspec.TINY_ICS))


@pytest.mark.sanitized
def test_example_conforms_without_a_statement():
    conforms(vmsgspec.run(LIB))


def test_example_conforms_however_seeded():
    conforms(vmsgspec.run(LIB + "?isolate=no", "--repeat", "20",
                          ics=vmsgspec.TINY_ICS))


def test_example_earns_its_passes():
    """The tiny device has a queue, configuration and memory: little may stay inconclusive."""
    outcome = vmsgspec.run(LIB, ics=vmsgspec.TINY_ICS)
    proved = {clause for clause, _, _, flags in C_MISTAKES if not flags}
    assert sorted(proved - outcome.clauses("pass")) == []


@pytest.mark.parametrize("clause, old, new, flags", C_MISTAKES,
                         ids=[f"{m[0]}-{i}" for i, m in enumerate(C_MISTAKES)])
def test_mistake_in_c_is_caught(clause, old, new, flags, tmp_path):
    source = mistaken(C, tmp_path, old, new)
    sut = compile_c(tmp_path, source, "-shared", "-fPIC")
    outcome = vmsgspec.run(f"lib:{sut}?isolate=no", *flags, ics=vmsgspec.TINY_ICS)
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert clause in outcome.clauses("fail"), str(outcome)


@pytest.mark.parametrize("clause, old, new, select", PY_MISTAKES, ids=[m[0] for m in PY_MISTAKES])
def test_mistake_in_python_is_caught(clause, old, new, select, tmp_path):
    source = mistaken(PY, tmp_path, old, new)
    outcome = vmsgspec.run(vmsgspec.program(vmsgspec.PYTHON, source), ics=vmsgspec.TINY_ICS,
                           select=(select,))
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert clause in outcome.clauses("fail"), str(outcome)


def test_example_needs_the_interface_only(tmp_path):
    """tiny_device.c compiles with nothing of the project but vmsgspec_sut.h, also with clang."""
    interface = tmp_path / "adapters" / "lib"
    interface.mkdir(parents=True)
    header = "vmsgspec_sut.h"
    (interface / header).write_bytes((vmsgspec.ROOT / "adapters" / "lib" / header).read_bytes())
    for compiler in ("gcc", "clang-14"):
        subprocess.run([compiler, "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                        f"-I{tmp_path}", "-o", tmp_path / "sut", C,
                        vmsgspec.EXAMPLES / "exec_main.c"], check=True)


@pytest.mark.sanitized
@pytest.mark.parametrize("flags", [*VARIANTS, ("--notifications", "polling")], ids=" ".join)
def test_driver_example_conforms(flags):
    conforms(vmsgspec.run(vmsgspec.program(vmsgspec.BUILD / "tiny_driver"), "--jobs", "2", *QUICK,
                          *flags, role="driver"))


@pytest.mark.parametrize("clause, old, new, block, flags", DRIVER_MISTAKES,
                         ids=[f"{m[0]}-{i}" for i, m in enumerate(DRIVER_MISTAKES)])
def test_mistake_in_driver_is_caught(clause, old, new, block, flags, tmp_path):
    sut = compile_c(tmp_path, mistaken(DRIVER, tmp_path, old, new))
    select = f"driver/{block}" if "/" in block else f"driver/{block}/*"
    outcome = vmsgspec.run(vmsgspec.program(sut), "--jobs", "2", "--timeout", "1", *QUICK, *flags,
                           role="driver", select=(select,))
    assert clause in outcome.clauses("fail", "warn"), str(outcome)


@pytest.mark.parametrize("old, new", [o[1:] for o in DRIVER_ODDITIES],
                         ids=[o[0] for o in DRIVER_ODDITIES])
def test_oddity_of_driver_is_no_finding(old, new, tmp_path):
    sut = compile_c(tmp_path, mistaken(DRIVER, tmp_path, old, new))
    conforms(vmsgspec.run(vmsgspec.program(sut), "--jobs", "4", *QUICK, role="driver"))
