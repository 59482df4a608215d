/* Encoding and decoding: round trips, every truncation, every defect, random bytes. */
#include "harness/wire/json.h"
#include "harness/wire/notation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t uuid[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* A message with every field different and a tail of three units; returns its length. */
static size_t make(uint8_t *out, size_t cap, const struct vmsg_def *def, bool response, uint64_t *f)
{
    const struct vmsg_layout *layout =
        response && def->kind == VMSG_KIND_EXCHANGE ? &def->response : &def->request;
    uint8_t tail[12] = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab};
    size_t tail_len = 0;

    for (unsigned i = 0; i < VMSG_MAX_FIELDS; i++)
        f[i] = i < layout->n_fields && layout->fields[i].type == VMSG_UUID ? 0 : 0x11 * (i + 1);
    if (layout->tail) {
        tail_len = layout->tail->type == VMSG_LE32S ? 12 : 3;
        f[layout->count_field] = layout->tail->type == VMSG_BITMAP ? 17 : 3;
    }
    return vmsg_encode(out, cap, def, response, 0x1234, 0x5678, f, uuid, tail, tail_len);
}

static void check_round_trip(const struct vmsg_def *def, bool response)
{
    uint64_t f[VMSG_MAX_FIELDS];
    uint8_t bytes[128];
    struct vmsg m;
    size_t len = make(bytes, sizeof(bytes), def, response, f);

    assert_true(len >= VMSG_HEADER_SIZE);
    vmsg_decode(&m, bytes, len);
    assert_int_equal(m.defect, VMSG_WELL_FORMED);
    assert_ptr_equal(m.def, def);
    assert_int_equal(vmsg_is_response(&m), response);
    assert_int_equal(m.dev_num, 0x1234);
    assert_int_equal(m.token, 0x5678);
    assert_int_equal(m.msg_size, len);
    assert_int_equal(m.extra, 0);
    assert_int_equal(m.trailing, 0);
    for (unsigned i = 0; i < m.layout->n_fields; i++) {
        assert_int_equal(m.f[i], f[i]);
        if (m.layout->fields[i].type == VMSG_UUID)
            assert_memory_equal(vmsg_uuid(&m, i), uuid, 16);
        else
            assert_null(vmsg_uuid(&m, i));
    }
    if (m.layout->tail && m.layout->tail->type == VMSG_LE32S) {
        assert_int_equal(m.tail_len, 12);
        assert_int_equal(vmsg_tail_u32(&m, 1), 0xa7a6a5a4);
        assert_int_equal(vmsg_tail_u32(&m, 3), 0);
    } else if (m.layout->tail) {
        assert_int_equal(m.tail_len, 3);
        assert_int_equal(m.tail[2], 0xa2);
    }
}

static void test_round_trip(void **state)
{
    const struct vmsg_def *def;

    (void)state;
    for (size_t i = 0; (def = vmsg_def_at(i)); i++) {
        check_round_trip(def, false);
        if (def->kind == VMSG_KIND_EXCHANGE)
            check_round_trip(def, true);
    }
}

/* Exactly `len` bytes on the heap, so that ASan sees any read beyond them. */
static struct vmsg decode_exact(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    char text[64];
    json_t *json;
    struct vmsg m;

    memcpy(copy, bytes, len);
    vmsg_decode(&m, copy, len);
    vmsg_text(text, sizeof(text), copy, len);
    assert_true(strlen(text) < sizeof(text));
    json = vmsg_to_json(copy, len);
    assert_non_null(json);
    json_decref(json);
    free(copy);
    return m;
}

static enum vmsg_defect payload_defect(const struct vmsg *m, size_t payload, size_t whole)
{
    if (payload == m->layout->fixed_size && m->def->kind == VMSG_KIND_EVENT)
        return VMSG_WELL_FORMED; /* the tail is left out */
    if (payload < m->layout->fixed_size)
        return VMSG_SHORT_PAYLOAD;
    return payload < whole ? VMSG_SHORT_TAIL : VMSG_WELL_FORMED;
}

static void check_truncation(const struct vmsg_def *def, bool response)
{
    uint64_t f[VMSG_MAX_FIELDS];
    uint8_t bytes[128], patched[128];
    size_t whole = make(bytes, sizeof(bytes), def, response, f);

    for (size_t len = 0; len <= whole; len++) {
        struct vmsg m = decode_exact(bytes, len); /* msg_size still says `whole` */

        assert_int_equal(m.defect, len < 8       ? VMSG_SHORT_HEADER
                                   : len < whole ? VMSG_SIZE_BEYOND
                                                 : VMSG_WELL_FORMED);
        if (len < 8)
            continue;
        assert_int_equal(m.payload_len, len - 8);
        memcpy(patched, bytes, whole);
        vmsg_put_le16(patched + 6, (uint16_t)len); /* msg_size tells the truth */
        m = decode_exact(patched, len);
        assert_int_equal(m.defect, payload_defect(&m, len - 8, whole - 8));
        m = decode_exact(patched, whole); /* more delivered than msg_size says */
        assert_int_equal(m.defect, payload_defect(&m, len - 8, whole - 8));
        assert_int_equal(m.trailing, whole - len);
    }
}

static void test_truncations(void **state)
{
    const struct vmsg_def *def;

    (void)state;
    for (size_t i = 0; (def = vmsg_def_at(i)); i++) {
        check_truncation(def, false);
        if (def->kind == VMSG_KIND_EXCHANGE)
            check_truncation(def, true);
    }
}

static void test_defects(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t len;
        enum vmsg_defect defect;
    } cases[] = {
        {{0, 7, 0, 0, 0, 0, 7, 0}, 8, VMSG_SIZE_BELOW_HEADER},
        {{0, 7, 0, 0, 0, 0, 9, 0}, 8, VMSG_SIZE_BEYOND},
        {{1, 0x42, 0, 0, 0, 0, 12, 0}, 12, VMSG_EVENT_RESPONSE},
        {{1, 0x43, 0, 0, 0, 0, 8, 0}, 8, VMSG_EVENT_RESPONSE},
        {{0, 0x43, 0, 0, 0, 0, 8, 0}, 8, VMSG_UNKNOWN_ID},
        {{2, 0x42, 0, 0, 0, 0, 12, 0}, 12, VMSG_UNKNOWN_ID},
        {{0, 0x82, 0, 0, 0, 0, 8, 0}, 8, VMSG_IMPLEMENTATION_ID},
        {{0, 0xC1, 0, 0, 0, 0, 8, 0}, 8, VMSG_IMPLEMENTATION_ID},
        {{2, 0xC1, 0, 0, 0, 0, 8, 0}, 8, VMSG_SHORT_PAYLOAD},
        {{0xFC, 7, 0, 0, 0, 0, 8, 0}, 8, VMSG_WELL_FORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(decode_exact(cases[i].bytes, cases[i].len).defect, cases[i].defect);
}

static void test_counts_do_not_overflow(void **state)
{
    static const uint32_t counts[] = {UINT32_MAX, 0x40000000, 0x80000001};
    static const char *const names[] = {"SET_DRIVER_FEATURES", "SET_CONFIG"};
    uint64_t f[VMSG_MAX_FIELDS];
    uint8_t bytes[64];

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        const struct vmsg_def *def = vmsg_def_by_name(names[i % 2]);
        struct vmsg m;
        size_t len;

        memset(f, 0, sizeof(f));
        f[def->request.count_field] = counts[i / 2];
        len = vmsg_encode(bytes, sizeof(bytes), def, false, 0, 0, f, NULL, "abcd", 4);
        m = decode_exact(bytes, len);
        assert_int_equal(m.defect, VMSG_SHORT_TAIL);
        assert_int_equal(m.tail_len, 4);
    }
}

static void test_extra(void **state)
{
    static const uint64_t f[2] = {0, 1};
    uint8_t bytes[64];
    struct vmsg m;
    size_t len = vmsg_encode(bytes, sizeof(bytes), vmsg_def_by_name("SET_DRIVER_FEATURES"), false,
                             0, 0, f, NULL, "abcdefg", 7);

    (void)state;
    m = decode_exact(bytes, len);
    assert_int_equal(m.defect, VMSG_WELL_FORMED);
    assert_int_equal(m.tail_len, 4);
    assert_int_equal(m.extra, 3);
}

static void test_uuid_is_there_or_not(void **state)
{
    const struct vmsg_def *def = vmsg_def_by_name("GET_DEVICE_INFO");
    uint8_t bytes[64];
    struct vmsg m;

    (void)state;
    vmsg_encode(bytes, sizeof(bytes), def, true, 0, 0, NULL, uuid, NULL, 0);
    vmsg_decode(&m, bytes, 8 + 24);
    assert_memory_equal(vmsg_uuid(&m, VMSG_GET_DEVICE_INFO_RESP_device_uuid), uuid, 16);
    vmsg_decode(&m, bytes, 8 + 23);
    assert_null(vmsg_uuid(&m, VMSG_GET_DEVICE_INFO_RESP_device_uuid));
    vmsg_decode(&m, bytes, 7);
    assert_null(vmsg_uuid(&m, VMSG_GET_DEVICE_INFO_RESP_device_uuid));
}

static void test_encode_bounds(void **state)
{
    const struct vmsg_def *def = vmsg_def_by_name("SET_CONFIG");
    uint8_t *big = calloc(1, 1 << 17);
    uint8_t *tail = calloc(1, 1 << 17);

    (void)state;
    assert_int_equal(vmsg_encode(big, 20, def, false, 0, 0, NULL, NULL, NULL, 0), 20);
    assert_int_equal(vmsg_encode(big, 19, def, false, 0, 0, NULL, NULL, NULL, 0), 0);
    assert_int_equal(vmsg_encode(big, 23, def, false, 0, 0, NULL, NULL, tail, 3), 23);
    assert_int_equal(vmsg_encode(big, 22, def, false, 0, 0, NULL, NULL, tail, 3), 0);
    assert_int_equal(vmsg_encode(big, 1 << 17, def, false, 0, 0, NULL, NULL, tail, 65515), 65535);
    assert_int_equal(vmsg_encode(big, 1 << 17, def, false, 0, 0, NULL, NULL, tail, 65516), 0);
    assert_int_equal(vmsg_encode(big, 1 << 17, def, false, 0, 0, NULL, NULL, tail, SIZE_MAX), 0);
    free(big);
    free(tail);
}

static void test_random_bytes(void **state)
{
    uint64_t x = 0x9E3779B97F4A7C15;
    uint8_t bytes[96];

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        size_t len;
        struct vmsg m;

        for (size_t i = 0; i < sizeof(bytes); i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (uint8_t)(x >> 56);
        }
        len = bytes[95] % 90;
        bytes[0] &= round % 4 ? 3 : 255;
        if (round % 2)
            vmsg_put_le16(bytes + 6, bytes[94] % 90);
        m = decode_exact(bytes, len);
        assert_true(m.payload_len + m.trailing <= len);
        assert_true(m.tail_len + m.extra <= m.payload_len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_defects),
        cmocka_unit_test(test_counts_do_not_overflow),
        cmocka_unit_test(test_extra),
        cmocka_unit_test(test_encode_bounds),
        cmocka_unit_test(test_uuid_is_there_or_not),
        cmocka_unit_test(test_random_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
