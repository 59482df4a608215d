/* The text and JSON forms, against the lines that users see. */
#include "harness/wire/json.h"
#include "harness/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *hex, *text;
} lines[] = {
    {"0105000007001800"
     "03000000"
     "00000000"
     "04000000"
     "00100000",
     "GET_CONFIG resp dev=0 tok=7 generation=3 offset=0 length=4 data=00100000"},
    {"0007050001000800", "GET_DEVICE_STATUS req dev=5 tok=1"},
    {"0042000000000c0001000000", "EVENT_USED event dev=0 tok=0 vq_index=1"},
    {"0203000009000c0005000000", "bus PING req tok=9 data=5"},
    {"0203010009000c0005000000", "bus PING req dev=1 tok=9 data=5"},
    {"0302000001001000"
     "0000"
     "0000"
     "0a00"
     "2102",
     "bus GET_DEVICES resp tok=1 offset=0 next_offset=0 count=10 bitmap=2102"},
    {"02c1000000001400"
     "0500"
     "0700"
     "09000000"
     "05000000",
     "bus REQUEST_FAILED event tok=0 dev_num=5 token=7 msg_id=0x9 zero0=0 zero1=0 zero2=0 error=5"},
    {"0103000001001800"
     "00000000"
     "02000000"
     "78563412"
     "01000000",
     "GET_DEVICE_FEATURES resp dev=0 tok=1 block_index=0 num_blocks=2 "
     "features=0x12345678,0x00000001"},
    {"000a000002003000"
     "01000000"
     "01000000"
     "08000000"
     "00000000"
     "0000008000000000"
     "0010008000000000"
     "00000080000000ff",
     "SET_VQUEUE req dev=0 tok=2 index=1 flags=0x1 size=8 reserved=0 desc_addr=0x80000000 "
     "driver_addr=0x80001000 device_addr=0xff00000080000000"},
    {"0102000001003400"
     "02000000"
     "f41a0000"
     "000102030405060708090a0b0c0d0e0f"
     "02000000"
     "3c000000"
     "01000000"
     "00000000"
     "00000000",
     "GET_DEVICE_INFO resp dev=0 tok=1 device_id=2 vendor_id=6900 "
     "device_uuid=00010203-0405-0607-0809-0a0b0c0d0e0f num_feature_blocks=2 config_size=60 "
     "max_virtqueues=1 admin_vq_start=0 admin_vq_count=0"},
    {"000d000001000a00beef", "0x0d req dev=0 tok=1 payload=beef [unknown message id]"},
    {"0080000001000800", "0x80 req dev=0 tok=1 payload= [implementation-defined message id]"},
    {"f007000001000800", "GET_DEVICE_STATUS req dev=0 tok=1 type=0xf0"},
    {"0007000001000900",
     "GET_DEVICE_STATUS req dev=0 tok=1 msg_size=9 [msg_size beyond the delivered bytes]"},
    {"0007000001000800aabb", "GET_DEVICE_STATUS req dev=0 tok=1 msg_size=8 +trailing=2"},
    {"0007000001000a00aabb", "GET_DEVICE_STATUS req dev=0 tok=1 +extra=aabb"},
    {"0005000001000e00"
     "01000000"
     "0200",
     "GET_CONFIG req dev=0 tok=1 offset=1 +cut=0200 [payload shorter than its fixed fields]"},
    {"01070000", "short bytes=01070000 [shorter than the header]"},
    {"", "short bytes= [shorter than the header]"},
    {"010700000100040001000000",
     "GET_DEVICE_STATUS resp dev=0 tok=1 msg_size=4 +trailing=4 [msg_size below the header size]"},
    {"000d000001002b00"
     "0101010101010101010101010101010101010101010101010101010101010101"
     "020202",
     "0x0d req dev=0 tok=1 payload="
     "0101010101010101010101010101010101010101010101010101010101010101... "
     "[unknown message id]"},
};

static size_t from_hex(uint8_t *out, const char *hex)
{
    size_t len = strlen(hex) / 2;

    for (size_t i = 0; i < len; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};

        out[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return len;
}

static void test_lines(void **state)
{
    uint8_t bytes[128];
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        size_t len = from_hex(bytes, lines[i].hex);

        assert_int_equal(vmsg_text(text, sizeof(text), bytes, len), strlen(lines[i].text));
        assert_string_equal(text, lines[i].text);
    }
}

static void test_truncation(void **state)
{
    const char *whole = lines[0].text;
    uint8_t bytes[128];
    char text[128];
    size_t len = from_hex(bytes, lines[0].hex);

    (void)state;
    for (size_t cap = 0; cap < sizeof(text); cap++) {
        memset(text, '#', sizeof(text));
        assert_int_equal(vmsg_text(text, cap, bytes, len), strlen(whole));
        assert_int_equal(text[cap], '#');
        if (cap == 0)
            continue;
        assert_int_equal(strlen(text), cap - 1 < strlen(whole) ? cap - 1 : strlen(whole));
        assert_int_equal(strncmp(text, whole, strlen(text)), 0);
    }
}

static void check_json(const char *hex, const char *expected)
{
    uint8_t bytes[128];
    size_t len = from_hex(bytes, hex);
    json_t *json = vmsg_to_json(bytes, len);
    char *dump = json_dumps(json, JSON_COMPACT);

    assert_string_equal(dump, expected);
    free(dump);
    json_decref(json);
}

static void test_json(void **state)
{
    (void)state;
    check_json("01050000070016000300000000000000020000000010",
               "{\"name\":\"GET_CONFIG\",\"namespace\":\"transport\",\"kind\":\"resp\",\"type\":1,"
               "\"msg_id\":5,\"dev_num\":0,\"token\":7,\"msg_size\":22,\"fields\":{"
               "\"generation\":3,\"offset\":0,\"length\":2,\"data\":\"0010\"},\"defect\":null,"
               "\"hex\":\"01050000070016000300000000000000020000000010\"}");
    check_json("010c0000010020000000000000000000000000000100000000000000000000ff",
               "{\"name\":\"GET_SHM\",\"namespace\":\"transport\",\"kind\":\"resp\",\"type\":1,"
               "\"msg_id\":12,\"dev_num\":0,\"token\":1,\"msg_size\":32,\"fields\":{\"shmid\":0,"
               "\"reserved\":0,\"length\":\"0x100000000\",\"address\":\"0xff00000000000000\"},"
               "\"defect\":null,\"hex\":"
               "\"010c0000010020000000000000000000000000000100000000000000000000ff\"}");
    check_json("024f000000000900ff",
               "{\"name\":null,\"namespace\":\"bus\",\"kind\":\"event\",\"type\":2,\"msg_id\":79,"
               "\"dev_num\":0,\"token\":0,\"msg_size\":9,\"fields\":{},"
               "\"defect\":\"unknown message id\",\"hex\":\"024f000000000900ff\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
