"""What a device may do though few do, as changes of suts/blk.c: data for test_oddities.py."""

STRICT = ("--transport-features", "0x1")


class Oddity:
    """name; edits: what stands in blk.c and what stands there instead, by pairs; flags: fields
    of the conformance statement that go with it, as flags; declared: blk.ics.lua holds, too."""

    def __init__(self, name, *edits, flags=(), declared=True):
        self.name, self.flags, self.declared = name, flags, declared
        self.edits = list(zip(edits[::2], edits[1::2], strict=True))


AFTER_ANSWER = "    for (uint32_t i = 0; i < QUEUES && m[1] == SET_STATUS; i++)"
GET_STATUS = "    case GET_STATUS:\n        put32(a, u->status);"
RESET = "        reset(u);\n        return;"
FIELDS = "    uint32_t status, generation, selected[BLOCKS];"
CONFIG_GIVEN = "    if (len && memcmp(u->config + offset, p + 12, len)) {"
REFUSAL = "    return !(u->selected[0] & ~offered[0])"
SPLIT_EVENT = "    if (!served || le16(avail) & 1)"
PACKED_EVENT = "    if (done && le16(driver + 2) != 1)"
PACKED_FLAGS = "        put16(desc + 14, first_turn ? AVAILABLE | USED : 0);\n"

ODDITIES = [
    Oddity("reset-takes-reads", FIELDS, "    uint32_t late, status, generation, selected[BLOCKS];",
           RESET, "        if (u->status && !u->late)\n            u->late = 4;\n        return;",
           "    case GET_STATUS:\n", "    case GET_STATUS:\n        if (u->late && !--u->late)\n            reset(u);\n",
           "    if (status & FEATURES_OK && !(u", "    u->late = 0;\n    if (status & FEATURES_OK && !(u"),
    Oddity("event-of-own-write", AFTER_ANSWER,
           "    if (m[1] == SET_CONFIG && le32(b->out + HEADER + 8))\n        event_config(b, u);\n" + AFTER_ANSWER),
    Oddity("event-before-own-write", "    transmit(b, RESPONSE, m[1], numbers[u->index], token, (size_t)payload);",
           "    if (m[1] == SET_CONFIG && le32(b->out + HEADER + 8)) {\n        uint8_t keep[300];\n"
           "        memcpy(keep, b->out, 300);\n        event_config(b, u);\n        memcpy(b->out, keep, 300);\n    }\n"
           "    transmit(b, RESPONSE, m[1], numbers[u->index], token, (size_t)payload);"),
    Oddity("own-write-keeps-generation", "        u->generation++;\n", ""),
    Oddity("generation-of-every-write", CONFIG_GIVEN,
           "    u->generation += len != 0;\n" + CONFIG_GIVEN),
    Oddity("generation-jumps", "        u->generation++;\n", "        u->generation = u->generation * 1103515245u + 12345u;\n"),
    Oddity("generation-falls", "        u->generation++;\n", "        u->generation--;\n"),
    Oddity("generation-reset", "    u->status = 0;\n", "    u->status = 0;\n    u->generation = 0;\n"),
    Oddity("generation-changes-by-itself", "    b->messages++;\n",
           "    b->messages++;\n    if (b->messages % 11 == 0)\n        b->unit[0].generation++;\n"),
    Oddity("changes-by-itself-announced", "    b->messages++;\n",
           "    b->messages++;\n    if (b->messages % 23 == 0) {\n        b->unit[0].config[8]++;\n"
           "        b->unit[0].generation++;\n        event_config(b, &b->unit[0]);\n    }\n"),
    Oddity("changes-by-itself-announced-late", "    b->messages++;\n",
           "    b->messages++;\n    if (b->messages % 23 == 0) {\n        b->unit[0].config[8]++;\n"
           "        b->unit[0].generation++;\n    }\n", AFTER_ANSWER,
           "    if (b->messages % 23 == 0)\n        event_config(b, &b->unit[0]);\n" + AFTER_ANSWER),
    Oddity("no-op-discarded", "    if (n < 12 + len)\n        return -1;", "    if (n < 12 + len || !len)\n        return -1;"),
    Oddity("config-outside-discarded", "    if (offset + len > CONFIG || HEADER + 12 + len > b->host->max_msg_size)\n        len = 0;",
           "    if (offset + len > CONFIG || HEADER + 12 + len > b->host->max_msg_size)\n        return 0;",
           "        return (long)get_config(b, u, p, a);", "        payload = (long)get_config(b, u, p, a);\n        return payload ? payload : -1;",
           "    uint8_t *a = b->out + HEADER;\n\n    if (id < DEVICE_INFO", "    uint8_t *a = b->out + HEADER;\n    long payload;\n\n    if (id < DEVICE_INFO"),
    Oddity("nothing-writable", "if (offset < WRITABLE || offset", "if (true || offset",
           flags=("--config", "3:shm=1")),
    Oddity("everything-writable", "if (offset < WRITABLE || offset + len > WRITABLE_END ||", "if (offset + len > CONFIG ||"),
    Oddity("long-messages-discarded", "    n = le16(m + 6) - HEADER;", "    if (len > b->host->max_msg_size)\n        return;\n    n = le16(m + 6) - HEADER;"),
    Oddity("extra-payload-discarded", "n < fixed[id])", "n < fixed[id] || (n > fixed[id] && id != SET_FEATURES && id != SET_CONFIG))"),
    Oddity("trailing-discarded", "le16(m + 6) > len)", "le16(m + 6) != len)"),
    Oddity("no-blocks-discarded", "    if (HEADER + 8 + 4 * n > b->host->max_msg_size)", "    if (!n || HEADER + 8 + 4 * n > b->host->max_msg_size)",
           "    if (len < 8 + 4 * n)", "    if (!n || len < 8 + 4 * n)"),
    Oddity("too-many-blocks-cut", "        return -1;\n    memcpy(a, p, 8);\n", "        n = 2;\n    memcpy(a, p, 8);\n    put32(a + 4, (uint32_t)n);\n"),
    Oddity("bus-dev-num-discarded", "        answer_bus(b, m[1], token, p, n);", "        if (!le16(m + 2))\n            answer_bus(b, m[1], token, p, n);"),
    Oddity("own-messages-answered", "    payload = answer(b, u, m[1], p, n);", "    payload = m[1] & 0x80 ? 4 : answer(b, u, m[1], p, n);"),
    Oddity("own-events-sent", AFTER_ANSWER, "    if (b->messages % 7 == 0)\n        transmit(b, 0, 0xc5, numbers[u->index], 0, 0);\n" + AFTER_ANSWER),
    Oddity("odd-sizes-refused", "(!q.size || q.size > queue_max[index])", "(!q.size || q.size > queue_max[index] || (q.size & (q.size - 1)))"),
    Oddity("misaligned-refused", "    if (state == 1)\n        q.enabled = true;", "    if (q.area[0] % 16 || q.area[1] % 2 || q.area[2] % 4)\n        return;\n    if (state == 1)\n        q.enabled = true;"),
    Oddity("queues-need-features-ok", "static void set_queue(struct unit *u, const uint8_t *p)\n{\n    uint32_t index = le32(p), flags = le32(p + 4), state = flags & 3;\n    struct queue q;\n",
           "static void set_queue(struct unit *u, const uint8_t *p)\n{\n    uint32_t index = le32(p), flags = le32(p + 4), state = flags & 3;\n    struct queue q;\n\n    if (!(u->status & FEATURES_OK))\n        return;\n"),
    Oddity("queues-fixed-by-driver-ok", "static void set_queue(struct unit *u, const uint8_t *p)\n{\n    uint32_t index = le32(p), flags = le32(p + 4), state = flags & 3;\n    struct queue q;\n",
           "static void set_queue(struct unit *u, const uint8_t *p)\n{\n    uint32_t index = le32(p), flags = le32(p + 4), state = flags & 3;\n    struct queue q;\n\n    if (u->status & DRIVER_OK && !(u->selected[1] & RING_RESET))\n        return;\n"),
    Oddity("enabling-needs-addresses", "    if (state == 1)\n        q.enabled = true;", "    if (state == 1 && !(q.size && q.area[0] && q.area[1] && q.area[2]))\n        return;\n    if (state == 1)\n        q.enabled = true;"),
    Oddity("addresses-stay-after-reset", "    memset(u->queue, 0, sizeof u->queue);\n", "    for (unsigned i = 0; i < QUEUES; i++) {\n        u->queue[i].enabled = false;\n        u->queue[i].seen = 0;\n    }\n"),
    Oddity("addresses-stay-after-queue-reset", "    u->queue[index] = (struct queue){0};", "    u->queue[index].enabled = false;\n    u->queue[index].seen = 0;"),
    Oddity("version-1-not-needed", " || !(u->selected[1] & VERSION_1))", ")"),
    Oddity("refuses-lonely-features", "    if (u->selected_more ||", "    if (u->selected[1] == (RING_RESET | VERSION_1) && !u->selected[0] && u->index == 1)\n        return false;\n    if (u->selected_more ||"),
    Oddity("status-needs-steps", "    u->status = (status & 0x8f)", "    if ((status & DRIVER && !(u->status & ACKNOWLEDGE)) || (status & u->status) != u->status) {\n        return;\n    }\n    u->status = (status & 0x8f)"),
    Oddity("status-keeps-undefined", "(status & 0x8f) | (u->status & NEEDS_RESET)", "status"),
    Oddity("nonsense-needs-reset", "    u->status = (status & 0x8f)", "    if (status & ~0x8fu || (status & u->status) != u->status)\n        u->status |= NEEDS_RESET;\n    u->status = (status & 0x8f)"),
    Oddity("ignores-no-interrupt", "    if (!served || le16(avail) & 1)", "    if (!served)"),
    Oddity("event-per-buffer", "        served++;\n", "        served++;\n        if (!(le16(avail) & 1)) {\n            put32(b->out + HEADER, index);\n            transmit(b, 0, EVENT_USED, numbers[u->index], 0, 4);\n        }\n",
           "    if (!served || le16(avail) & 1)", "    if (true)"),
    Oddity("spurious-event-used", "    if (!served || le16(avail) & 1)", "    if (le16(avail) & 1)"),
    Oddity("serves-in-its-own-time", "    (void)sut;\n    (void)now_ns;\n",
           "    struct bus *b = sut;\n\n    (void)now_ns;\n    for (uint32_t i = 0; i < UNITS * QUEUES; i++)\n"
           "        serve(b, &b->unit[i / QUEUES], i % QUEUES);\n",
           "            serve(b, u, le32(p));\n        return;", "            ;\n        return;"),
    Oddity("waits-for-notification", AFTER_ANSWER, "    for (uint32_t i = 0; i < 0; i++)"),
    Oddity("zero-padding", "    m[0] = type;", "    if (payload % 8 && payload + HEADER + 8 <= b->host->max_msg_size) {\n        memset(m + HEADER + payload, 0, 8 - payload % 8);\n        payload += 8 - payload % 8;\n    }\n    m[0] = type;"),
    Oddity("bus-token-zero", "transmit(b, BUS | RESPONSE, id, 0, token, 4);", "transmit(b, BUS | RESPONSE, id, 0, 0, 4);",
           "transmit(b, BUS | RESPONSE, id, 0, token, 6 + (count + 7) / 8);", "transmit(b, BUS | RESPONSE, id, 0, 0, 6 + (count + 7) / 8);"),
    Oddity("small-windows", "most = (b->host->max_msg_size - HEADER - 6) * 8", "most = 3"),
    Oddity("no-uuid", "    if (u->index == 0)\n        memcpy(a + 8", "    if (false)\n        memcpy(a + 8"),
    Oddity("many-blocks", "put32(a + 24, BLOCKS);", "put32(a + 24, 40);"),
    Oddity("no-ring-reset", "PACKED | VERSION_1 | RING_RESET}", "PACKED | VERSION_1}"),
    Oddity("all-queues-available", "{128, 64, 0, 16}", "{128, 64, 1, 16}"),
    Oddity("no-queues", "put32(a + 32, QUEUES);", "put32(a + 32, 0);", "{128, 64, 0, 16}", "{0}"),
    Oddity("no-config", "put32(a + 28, CONFIG);", "put32(a + 28, 0);", "if (offset + len > CONFIG || HEADER", "if (true || HEADER",
           "if (offset < WRITABLE || offset", "if (true || offset"),
    Oddity("number-65535", "{3, 0x0104}", "{0, 65535}", declared=False),
    Oddity("pings-the-driver", AFTER_ANSWER, "    if (b->messages % 5 == 0)\n        transmit(b, BUS, BUS_PING, 0, 0x77, 4);\n" + AFTER_ANSWER),
    Oddity("packed-refused", REFUSAL, "    if (u->selected[1] & PACKED)\n        return false;\n" + REFUSAL),
    Oddity("indirect-refused", REFUSAL, "    if (u->selected[0] & INDIRECT)\n        return false;\n" + REFUSAL),
    Oddity("packed-with-indirect-refused", REFUSAL,
           "    if (u->selected[0] & INDIRECT && u->selected[1] & PACKED)\n        return false;\n" + REFUSAL),
    Oddity("not-packed", "PACKED | VERSION_1 | RING_RESET}", "VERSION_1 | RING_RESET}"),
    Oddity("not-indirect", "{INDIRECT | 0x00000a40", "{0x00000a40"),
    Oddity("packed-ignores-suppression", PACKED_EVENT, "    if (done)"),
    Oddity("packed-event-per-buffer", "        done++;\n",
           "        done++;\n        if (le16(driver + 2) != 1)\n            event_used(b, u, index);\n",
           PACKED_EVENT, "    if (false)"),
    Oddity("wants-no-notification", PACKED_EVENT,
           "    if (dma(b, q->area[2], 4))\n        put16(dma(b, q->area[2], 4) + 2, 1);\n" + PACKED_EVENT,
           SPLIT_EVENT, "    put16(used, 1);\n" + SPLIT_EVENT),
    Oddity("packed-completes-in-one-go-from-behind", "    uint32_t done = 0, n;",
           "    struct { uint8_t *at; uint32_t flags; } late[256];\n    uint32_t done = 0, n;",
           PACKED_FLAGS, "        late[done].at = desc;\n        late[done].flags = first_turn ? AVAILABLE | USED : 0;\n",
           PACKED_EVENT, "    for (uint32_t i = done; i--;)\n        put16(late[i].at + 14, late[i].flags);\n" + PACKED_EVENT),
    Oddity("packed-out-of-order", "    uint32_t done = 0, n;",
           "    struct { uint32_t id, written, n; } late[256];\n    uint32_t done = 0, n, at = q->seen;",
           "        put16(desc + 12, id);\n        put32(desc + 8, r.written);\n",
           "        late[done].id = id;\n        late[done].written = r.written;\n        late[done].n = n;\n",
           PACKED_FLAGS, "",
           PACKED_EVENT, "    for (uint32_t i = done; i--; at = (at + late[i + 0].n) % (2 * q->size)) {\n"
           "        uint8_t *desc = ring + DESCRIPTOR * (size_t)(at % q->size);\n"
           "        put16(desc + 12, late[i].id);\n        put32(desc + 8, late[i].written);\n"
           "        put16(desc + 14, at < q->size ? AVAILABLE | USED : 0);\n    }\n" + PACKED_EVENT),
    Oddity("split-out-of-order", "    while (q->seen != end) {",
           "    uint16_t from = q->seen;\n    struct { uint32_t head, written; } late[256];\n    while (q->seen != end) {",
           "        put32(element, head);\n        put32(element + 4, r.written);\n",
           "        late[served].head = head;\n        late[served].written = r.written;\n",
           "        put16(used + 2, q->seen);\n", "",
           SPLIT_EVENT, "    for (uint32_t i = served; i--; from++) {\n"
           "        uint8_t *element = used + 4 + 8 * (from % q->size);\n"
           "        put32(element, late[i].head);\n        put32(element + 4, late[i].written);\n    }\n"
           "    put16(used + 2, q->seen);\n" + SPLIT_EVENT),
]
