/* The message table: offsets, sizes, lookup. */
#include "harness/wire/notation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void check_layout(const struct vmsg_layout *layout)
{
    unsigned offset = 0;

    for (unsigned i = 0; i < layout->n_fields; i++) {
        assert_int_equal(layout->fields[i].offset, offset);
        offset += vmsg_field_size(layout->fields[i].type);
    }
    assert_int_equal(layout->fixed_size, offset);
    if (!layout->tail)
        return;
    assert_int_equal(layout->tail->offset, offset);
    assert_int_equal(vmsg_field_size(layout->tail->type), 0);
    assert_true(layout->count_field < layout->n_fields);
}

static void test_fields_are_contiguous(void **state)
{
    const struct vmsg_def *def;

    (void)state;
    for (size_t i = 0; (def = vmsg_def_at(i)); i++) {
        check_layout(&def->request);
        if (def->kind == VMSG_KIND_EXCHANGE)
            check_layout(&def->response);
        else
            assert_null(def->response.fields);
    }
}

/* Payload sizes as the structures of "Transport Messages" and "Bus Messages" give them. */
static void test_sizes(void **state)
{
    static const struct {
        const char *name;
        unsigned request, response;
    } expected[] = {
        {"GET_DEVICE_INFO", 0, 44},
        {"GET_DEVICE_FEATURES", 8, 8},
        {"SET_DRIVER_FEATURES", 8, 0},
        {"GET_CONFIG", 8, 12},
        {"SET_CONFIG", 12, 12},
        {"GET_DEVICE_STATUS", 0, 4},
        {"SET_DEVICE_STATUS", 4, 4},
        {"GET_VQUEUE", 4, 40},
        {"SET_VQUEUE", 40, 0},
        {"RESET_VQUEUE", 4, 0},
        {"GET_SHM", 4, 24},
        {"EVENT_CONFIG", 16, 0},
        {"EVENT_AVAIL", 8, 0},
        {"EVENT_USED", 4, 0},
        {"GET_DEVICES", 4, 6},
        {"PING", 4, 4},
        {"EVENT_DEVICE", 4, 0},
        {"REQUEST_FAILED", 12, 0},
    };
    const size_t n = sizeof(expected) / sizeof(expected[0]);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct vmsg_def *def = vmsg_def_by_name(expected[i].name);

        assert_non_null(def);
        assert_int_equal(def->request.fixed_size, expected[i].request);
        assert_int_equal(def->response.fixed_size, expected[i].response);
    }
    assert_non_null(vmsg_def_at(n - 1));
    assert_null(vmsg_def_at(n));
}

static void test_tails(void **state)
{
    const struct vmsg_def *def = vmsg_def_by_name("GET_DEVICES");

    (void)state;
    assert_null(def->request.tail);
    assert_int_equal(def->response.tail->type, VMSG_BITMAP);
    assert_int_equal(def->response.count_field, VMSG_GET_DEVICES_RESP_count);
    def = vmsg_def_by_name("EVENT_CONFIG");
    assert_int_equal(def->request.count_field, VMSG_EVENT_CONFIG_REQ_length);
    def = vmsg_def_by_name("SET_DRIVER_FEATURES");
    assert_int_equal(def->request.tail->type, VMSG_LE32S);
    assert_null(def->response.tail);
}

static void test_lookup(void **state)
{
    const struct vmsg_def *def;
    unsigned found = 0, listed = 0;

    (void)state;
    for (; (def = vmsg_def_at(listed)); listed++) {
        assert_ptr_equal(vmsg_def_by_id(def->ns, def->msg_id), def);
        assert_ptr_equal(vmsg_def_by_name(def->name), def);
        assert_int_equal(def->kind == VMSG_KIND_EVENT, (def->msg_id & VMSG_ID_EVENT) != 0);
    }
    for (unsigned id = 0; id < 256; id++) {
        found += vmsg_def_by_id(VMSG_NS_TRANSPORT, (uint8_t)id) != NULL;
        found += vmsg_def_by_id(VMSG_NS_BUS, (uint8_t)id) != NULL;
    }
    assert_int_equal(found, listed);
    assert_string_equal(vmsg_def_by_id(VMSG_NS_TRANSPORT, 2)->name, "GET_DEVICE_INFO");
    assert_string_equal(vmsg_def_by_id(VMSG_NS_BUS, 2)->name, "GET_DEVICES");
    assert_null(vmsg_def_by_name("NO_SUCH"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_are_contiguous),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_tails),
        cmocka_unit_test(test_lookup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
