/*
 * DMA windows, with a memfd for the bridge.
 */
#include "adapters/bridge/windows.h"

#include "adapters/testing.h"

#include <sys/mman.h>

enum { PAGE = 4096, SIZE = 16 * PAGE };
#define BASE UINT64_C(0x80000000)

static int bridge;
static struct vmsg_windows w;
static char err[200];

static int begin(void **state)
{
    bridge = memfd_create("bridge", MFD_CLOEXEC);
    return ftruncate(bridge, SIZE) || !vmsg_windows_open(&w, BASE, SIZE, err, sizeof err);
}

static int finish(void **state)
{
    vmsg_windows_close(&w);
    return close(bridge);
}

static uint16_t show(uint16_t type, uint64_t id, uint64_t address, uint64_t length)
{
    const struct vmsg_bridge_map_event event = {.type = type,
                                                .map_id = id,
                                                .bus_addr = address,
                                                .length = length,
                                                .mmap_offset = 4 * PAGE,
                                                .mmap_length = length};
    return vmsg_windows_follow(&w, bridge, &event, err, sizeof err);
}

static uint8_t in_file(off_t offset)
{
    uint8_t byte;
    assert_int_equal(pread(bridge, &byte, 1, offset), 1);
    return byte;
}

static void a_window_is_shared_until_it_goes(void **state)
{
    w.bytes[2 * PAGE] = 1; /* nobody's yet */
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 1, BASE + 2 * PAGE, 2 * PAGE), VMSG_BRIDGE_ACK_OK);
    assert_int_equal(w.bytes[2 * PAGE], 0);
    w.bytes[3 * PAGE + 5] = 7;
    assert_int_equal(in_file(5 * PAGE + 5), 7);
    assert_int_equal(show(VMSG_BRIDGE_MAP_DEL_REQ, 1, 0, 0), VMSG_BRIDGE_ACK_OK);
    assert_int_equal(w.bytes[3 * PAGE + 5], 0);
    w.bytes[3 * PAGE + 5] = 9;
    assert_int_equal(in_file(5 * PAGE + 5), 7);
    assert_int_equal(show(VMSG_BRIDGE_MAP_DEL_REQ, 1, 0, 0), VMSG_BRIDGE_ACK_OK); /* once more */
}

static void offline_takes_all_windows(void **state)
{
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 1, BASE, PAGE), VMSG_BRIDGE_ACK_OK);
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 2, BASE + PAGE, PAGE), VMSG_BRIDGE_ACK_OK);
    vmsg_windows_forget(&w);
    w.bytes[0] = w.bytes[PAGE] = 3;
    assert_int_equal(in_file(4 * PAGE), 0);
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 2, BASE, PAGE), VMSG_BRIDGE_ACK_OK);
}

static void nonsense_is_rejected(void **state)
{
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 1, BASE, 2 * PAGE), VMSG_BRIDGE_ACK_OK);
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 2, BASE + PAGE, PAGE), VMSG_BRIDGE_ACK_REJECT);
    assert_non_null(strstr(err, "overlaps"));
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 0, BASE + 4 * PAGE, PAGE), VMSG_BRIDGE_ACK_REJECT);
    assert_int_equal(show(77, 3, BASE, PAGE), VMSG_BRIDGE_ACK_REJECT);
    assert_non_null(strstr(err, "unknown type 77"));
}

/* Memory that no scenario can use is none of ours, and a long window is cut. */
static void the_range_is_never_left(void **state)
{
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 1, BASE - PAGE, 2 * PAGE), VMSG_BRIDGE_ACK_OK);
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 2, BASE + SIZE, PAGE), VMSG_BRIDGE_ACK_OK);
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 3, BASE + 1, PAGE), VMSG_BRIDGE_ACK_OK);
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 4, UINT64_MAX, UINT64_MAX), VMSG_BRIDGE_ACK_OK);
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 5, BASE, 0), VMSG_BRIDGE_ACK_OK);
    for (unsigned i = 0; i < VMSG_WINDOWS_MOST; i++)
        assert_int_equal(w.window[i].id, 0);
    assert_int_equal(show(VMSG_BRIDGE_MAP_ADD, 6, BASE + SIZE - PAGE, UINT64_MAX),
                     VMSG_BRIDGE_ACK_OK);
    assert_int_equal(w.window[0].length, PAGE);
}

static void one_too_many_is_rejected(void **state)
{
    static struct vmsg_windows large;
    assert_true(vmsg_windows_open(&large, BASE, 300 * PAGE, err, sizeof err));
    for (uint64_t i = 0; i <= VMSG_WINDOWS_MOST; i++) {
        const struct vmsg_bridge_map_event event = {.type = VMSG_BRIDGE_MAP_ADD,
                                                    .map_id = i + 1,
                                                    .bus_addr = BASE + i * PAGE,
                                                    .length = PAGE,
                                                    .mmap_length = PAGE};
        assert_int_equal(vmsg_windows_follow(&large, bridge, &event, err, sizeof err),
                         i < VMSG_WINDOWS_MOST ? VMSG_BRIDGE_ACK_OK : VMSG_BRIDGE_ACK_REJECT);
    }
    vmsg_windows_close(&large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_window_is_shared_until_it_goes, begin, finish),
        cmocka_unit_test_setup_teardown(offline_takes_all_windows, begin, finish),
        cmocka_unit_test_setup_teardown(nonsense_is_rejected, begin, finish),
        cmocka_unit_test_setup_teardown(the_range_is_never_left, begin, finish),
        cmocka_unit_test_setup_teardown(one_too_many_is_rejected, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
