"""Devices of five types in one process with a thread for I/O (suts/zoo.c): what such devices do
with their configuration and their queues is no finding, and a mistake in one of them is one.
"""

import subprocess

import pytest

import vmsgspec

ZOO = vmsgspec.SUTS / "zoo.c"
ALIVE = "if (!(d->status & DRIVER_OK) || !q->enabled"
EVENT = "        put_le32(event, index);"

# name, the clause that must fail, the others that may, and the edit
MISTAKES = [
    ("serves-too-early", "dev.finalizing-initialization.1", "",
     ALIVE, "if (!q->enabled"),
    # To it the new ring is broken, or has buffers that nobody offered.
    ("keeps-its-place", "dev.reset-vqueue.3",
     "dev.device-notifications.1 dev.finalizing-initialization.2",
     "    *q = (struct queue){.max = q->max, .keeps = q->keeps};",
     "    q->enabled = 0, q->size = 0;"),
    ("announces-the-first-queue", "dev.device-notifications.1", "",
     EVENT, "        put_le32(event, 0);"),
    ("one-type-is-silent", "dev.device-notifications.1", "",
     "    if (any && ", "    if (any && d != &devices[GPIO] && "),
    ("serves-one-at-a-time", "dev.finalizing-initialization.2", "",
     "    while (behind--) {", "    if (behind--) {"),
    ("reset-resets-all", "dev.get-device-status.1", "",
     "        reset(d);\n", "        for (d = devices; d < devices + DEVICES; d++)\n            reset(d);\n"),
    ("writes-less-than-it-says", "dev.set-config.3", "",
     "        memcpy(d->config + offset, data, n);\n        d->gen", "        memcpy(d->config + offset, data, n - 1);\n        d->gen"),
]

BLOCKS = [f"device/{block}/*" for block in ("common-message-format", "device-notifications",
                                          "finalizing-initialization", "reset-vqueue", "set-config")]

# What is announced late, and not at all if a reset came first.
LATE = [
    ("    bool pending;", "    bool pending;\n    uint32_t resets;"),
    ("{.max = q->max, .keeps = q->keeps}", "{.max = q->max, .keeps = q->keeps, .resets = q->resets + 1}"),
    ("    if (any && ", "    uint32_t resets = q->resets;\n    pthread_mutex_unlock(&lock);\n"
     "    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);\n    pthread_mutex_lock(&lock);\n"
     "    if (any && resets == q->resets && "),
    ("#include <sys/mman.h>\n", "#include <sys/mman.h>\n#include <time.h>\n"),
]


def build(folder, *edits):
    text = ZOO.read_text()
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    (folder / "zoo.c").write_text(text)
    subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1", "-o", folder / "zoo",
                    folder / "zoo.c", "-lpthread"], check=True)
    return f"exec:{folder / 'zoo'}"


@pytest.mark.parametrize("flags", [(), ("--transport-features", "0x0", "--max-msg-size", "52"),
                                   ("--max-msg-size", "65535", "--mem", "0"),
                                   ("--jobs", "4", "--repeat", "3")], ids=" ".join)
@pytest.mark.parametrize("edits", [(), LATE], ids=("", "late"))
def test_they_conform(flags, edits, tmp_path):
    outcome = vmsgspec.run(build(tmp_path, *edits), *flags)
    found = [f"{s['id']}: {f['clause']}: {f['text']}"
             for s in outcome.report["scenarios"] for f in s["findings"]]
    assert not found, "\n".join(found[:10])
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    if "--mem" not in flags:
        assert {"dev.device-notifications.1", "dev.finalizing-initialization.1",
                "dev.finalizing-initialization.2"} <= set(outcome.clauses("pass")), str(outcome)


@pytest.mark.parametrize("device_type, queue", [(8, 2), (9, 0), (19, 1), (27, 0), (34, 0)])
def test_other_types_get_requests_too(device_type, queue, tmp_path):
    """The network device, which serves any buffer, as another type with its queue for requests."""
    queues = "{.max = 256, .keeps = true}, {.max = 256}, {.max = 0}, {.max = 0}, {.max = 64}"
    given = ", ".join("{.max = 64}" if q == queue else "{.max = 0}" for q in range(5))
    outcome = vmsgspec.run(build(tmp_path, (queues, given), ("             1,\n             17,", f"             {device_type},\n             17,")),
                           "--devices", "4000", select=["device/finalizing-initialization/*"])
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert {"dev.finalizing-initialization.1", "dev.finalizing-initialization.2"} \
        <= set(outcome.clauses("pass")), str(outcome)


@pytest.mark.parametrize("name, clause, others, old, new", MISTAKES,
                         ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_caught(name, clause, others, old, new, tmp_path):
    outcome = vmsgspec.run(build(tmp_path, (old, new)), "--timeout", "1", select=BLOCKS)
    failed = set(outcome.clauses("fail", "warn"))
    assert clause in failed, f"{failed}\n{outcome}"
    assert failed <= {clause, *others.split()}, str(outcome)
