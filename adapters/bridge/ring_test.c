/*
 * The shared rings: both sides in one process, and a kernel's side that lies.
 */
#include "adapters/bridge/ring.h"

#include "adapters/testing.h"

#include <stdlib.h>

static struct vmsg_ring make(uint32_t max_msg_size)
{
    struct vmsg_ring ring;
    uint32_t entry = vmsg_ring_entry_size(max_msg_size);
    vmsg_ring_init(&ring, calloc(1, vmsg_ring_bytes(entry)), entry);
    return ring;
}

static void message(uint8_t *bytes, uint16_t token, uint16_t size)
{
    memset(bytes, (uint8_t)token, 264);
    bytes[4] = (uint8_t)token;
    bytes[5] = (uint8_t)(token >> 8);
    bytes[6] = (uint8_t)size;
    bytes[7] = (uint8_t)(size >> 8);
}

static void geometry_is_the_documented_one(void **state)
{
    assert_int_equal(vmsg_ring_entry_size(52), 128);
    assert_int_equal(vmsg_ring_entry_size(128), 128);
    assert_int_equal(vmsg_ring_entry_size(264), 384);
    assert_int_equal(vmsg_ring_bytes(384), 24 + 256 * 384);
}

/* The two sides of one ring: a producer's and a consumer's view of the same memory. */
static void frames_pass_in_order_and_cursors_never_wrap(void **state)
{
    struct vmsg_ring out = make(264), in = out;
    uint8_t bytes[264], got[264];
    size_t len;
    in.own = out.own = out.header->prod = out.header->cons = UINT32_MAX - 100;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 256; i++) {
            message(bytes, (uint16_t)i, (uint16_t)(8 + i % 257));
            assert_int_equal(vmsg_ring_put(&out, bytes, 264), VMSG_RING_DONE);
        }
        assert_int_equal(vmsg_ring_put(&out, bytes, 264), VMSG_RING_WAIT);
        for (unsigned i = 0; i < 256; i++) {
            assert_true(vmsg_ring_has(&in));
            message(bytes, (uint16_t)i, (uint16_t)(8 + i % 257));
            assert_int_equal(vmsg_ring_take(&in, got, sizeof got, &len), VMSG_RING_DONE);
            assert_int_equal(len, 8 + i % 257);
            assert_memory_equal(got, bytes, len);
        }
        assert_int_equal(vmsg_ring_take(&in, got, sizeof got, &len), VMSG_RING_WAIT);
        assert_false(vmsg_ring_has(&in));
    }
    assert_int_equal(out.header->prod, UINT32_MAX - 100 + 3 * 256);
    assert_int_equal(out.header->cons, out.header->prod);
    free(out.header);
}

static void a_length_is_bounded_by_the_slot_and_the_caller(void **state)
{
    struct vmsg_ring out = make(264), in = out;
    uint8_t bytes[264], got[384];
    size_t len;
    message(bytes, 1, 65535);
    vmsg_ring_put(&out, bytes, 264);
    assert_int_equal(vmsg_ring_take(&in, got, 16, &len), VMSG_RING_DONE);
    assert_int_equal(len, 384);
    message(bytes, 1, 3);
    vmsg_ring_put(&out, bytes, 264);
    assert_int_equal(vmsg_ring_take(&in, got, sizeof got, &len), VMSG_RING_DONE);
    assert_int_equal(len, 8);
    free(out.header);
}

static void impossible_cursors_are_corrupt(void **state)
{
    struct vmsg_ring ring = make(264);
    uint8_t bytes[264] = {0}, got[264];
    size_t len;
    ring.header->prod = 257;
    assert_true(vmsg_ring_has(&ring));
    assert_int_equal(vmsg_ring_take(&ring, got, sizeof got, &len), VMSG_RING_CORRUPT);
    ring.header->prod = UINT32_MAX;
    assert_int_equal(vmsg_ring_take(&ring, got, sizeof got, &len), VMSG_RING_CORRUPT);
    ring.header->cons = 1; /* of what was never put */
    assert_int_equal(vmsg_ring_put(&ring, bytes, 264), VMSG_RING_CORRUPT);
    free(ring.header);
}

/* Geometry in the header is the other side's to read; ours was settled at the start. */
static void a_changed_header_moves_no_slot(void **state)
{
    struct vmsg_ring out = make(264), in = out;
    uint8_t bytes[264], got[264];
    size_t len;
    out.header->entry_size = UINT32_MAX;
    out.header->entries = UINT32_MAX;
    message(bytes, 5, 264);
    assert_int_equal(vmsg_ring_put(&out, bytes, 264), VMSG_RING_DONE);
    assert_int_equal(vmsg_ring_take(&in, got, sizeof got, &len), VMSG_RING_DONE);
    assert_memory_equal(got, bytes, 264);
    free(out.header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(geometry_is_the_documented_one),
        cmocka_unit_test(frames_pass_in_order_and_cursors_never_wrap),
        cmocka_unit_test(a_length_is_bounded_by_the_slot_and_the_caller),
        cmocka_unit_test(impossible_cursors_are_corrupt),
        cmocka_unit_test(a_changed_header_moves_no_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
