/* Unit tests: what a tape says reads back; what makes no sense is told; directions and tokens. */
#include "harness/engine/direction.h"
#include "harness/engine/player.h"
#include "harness/engine/replay_tokens.h"
#include "harness/engine/tape_json.h"
#include "harness/engine/tape_run.h"
#include "harness/wire/amp.h"
#include "harness/wire/wire.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static void test_configuration(void **state)
{
    static const uint16_t devices[] = {0, 1, 2, 9, 7, 65535};
    static const struct vmsg_range writable[] = {{4, 2}, {8, 16}};
    static const uint32_t shm[] = {1, 200};
    static const struct vmsg_device_facts facts[] = {
        {.dev_num = 9, .writable_declared = true, .writable = writable, .n_writable = 2},
        {.dev_num = 2, .shm_declared = true, .shm = shm, .n_shm = 2, .no_uuid = true}};
    const struct vmsg_oracle_config c = {.judged = VMSG_JUDGE_BUS,
                                         .revision = 3,
                                         .max_msg_size = 65535,
                                         .transport_features = UINT64_C(1) << 63 | 1,
                                         .polling = true,
                                         .ends_apart = true,
                                         .virtual_time = true,
                                         .more_devices = true,
                                         .request_timeout_ms = 7,
                                         .attempts = 2,
                                         .mem_base = UINT64_MAX,
                                         .mem_size = 4096,
                                         .bus_messages = 5,
                                         .devices = devices,
                                         .n_devices = 6,
                                         .facts = facts,
                                         .n_facts = 2};
    struct vmsg_oracle_config back = {.judged = VMSG_JUDGE_BUS};
    json_t *json = vmsg_config_to_json(&c);
    char err[200];

    assert_string_equal(json_string_value(json_object_get(json, "devices")), "0-2,9,7,65535");
    assert_true(vmsg_config_from_json(&back, json, err, sizeof err));
    assert_int_equal(back.n_devices, 6);
    assert_memory_equal(back.devices, devices, sizeof devices);
    assert_true(back.transport_features == c.transport_features && back.mem_base == UINT64_MAX);
    assert_true(back.ends_apart && back.virtual_time && back.more_devices);
    assert_true(back.polling && !back.synthesis && back.bus_messages == 5 && back.attempts == 2);
    assert_int_equal(back.n_facts, 2);
    assert_true(back.facts[0].writable_declared && !back.facts[0].shm_declared);
    assert_memory_equal(back.facts[0].writable, writable, sizeof writable);
    assert_memory_equal(back.facts[1].shm, shm, sizeof shm);
    assert_true(back.facts[1].no_uuid);
    vmsg_config_clear(&back);
    json_decref(json);
}

static void test_bad_configurations(void **state)
{
    static const char *const bad[] = {"{\"max_msg_size\":51}",
                                      "{\"max_msg_size\":65536}",
                                      "{\"max_msg_size\":\"x\"}",
                                      "{\"devices\":\"5-3\"}",
                                      "{\"devices\":\"65536\"}",
                                      "{\"devices\":\"x\"}",
                                      "{\"devices\":\"0-\"}",
                                      "{\"mem_base\":\"xyz\"}",
                                      "{\"bus_messages\":8}",
                                      "{\"facts\":[{\"dev_num\":-1}]}",
                                      "{\"devices\":\"0-65535,1\"}",
                                      "{\"facts\":[{\"shm\":[-1]}]}",
                                      "{\"facts\":[{\"writable\":[[1,-2]]}]}"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct vmsg_oracle_config back = {0};
        json_t *json = json_loads(bad[i], 0, NULL);
        char err[200] = "";

        assert_non_null(json);
        assert_false(vmsg_config_from_json(&back, json, err, sizeof err));
        assert_true(strlen(err) > 0);
        vmsg_config_clear(&back);
        json_decref(json);
    }
}

static void test_notes(void **state)
{
    static uint8_t data[VMSG_NOTE_DATA_MOST];

    for (int kind = 0; vmsg_note_names[kind]; kind++) {
        const struct vmsg_note n = {.kind = (enum vmsg_note_kind)kind,
                                    .dev_num = 65535,
                                    .vq = 3,
                                    .value = UINT32_MAX,
                                    .position = UINT32_C(1) << 31,
                                    .unwanted = kind % 2,
                                    .data = (const uint8_t *)"\x00\xff",
                                    .data_len = 2};
        json_t *json = vmsg_note_to_json(&n, "a \xff text");
        struct vmsg_note back;
        const char *text;

        assert_true(vmsg_note_from_json(&back, json, data, &text));
        assert_int_equal(back.kind, kind);
        assert_true(back.dev_num == 65535 && back.vq == 3 && back.value == UINT32_MAX &&
                    back.position == UINT32_C(1) << 31 && back.data_len == 2 &&
                    back.unwanted == kind % 2);
        assert_memory_equal(back.data, n.data, 2);
        assert_string_equal(text, "a ? text");
        json_decref(json);
    }
}

/* Every byte of a look comes back that is no padding: two looks that differ in all numbers. */
static void test_layouts(void **state)
{
    static const char *const bad[] = {"{}",
                                      "{\"look\":\"x\"}",
                                      "{\"look\":\"head\",\"area\":65536}",
                                      "{\"look\":\"head\",\"own.tail\":-1}",
                                      "{\"look\":\"head\",\"first\":2}",
                                      "{\"look\":\"word\",\"word\":4294967296}"};
    struct vmsg_amp_seen back;

    for (int look = VMSG_AMP_SAW_HEADER; look <= VMSG_AMP_SAW_UNSIGNALLED; look++) {
        struct vmsg_amp_seen seen;
        json_t *json;

        memset(&seen, 0xa0 + look, sizeof seen);
        seen.look = (enum vmsg_amp_look)look;
        seen.first = look % 2;
        json = vmsg_layout_to_json(&seen);
        assert_true(vmsg_layout_from_json(&back, json));
        assert_int_equal(back.look, look);
        assert_true(back.size == seen.size && back.area == seen.area && back.magic == seen.magic &&
                    back.elements == seen.elements && back.first == seen.first &&
                    back.word == seen.word && back.own_tx == seen.own_tx &&
                    back.tx_was == seen.tx_was && back.tx_now == seen.tx_now &&
                    back.rx_was == seen.rx_was && back.rx_now == seen.rx_now);
        assert_memory_equal(&back.own, &seen.own, sizeof seen.own);
        assert_memory_equal(&back.was, &seen.was, sizeof seen.was);
        assert_memory_equal(&back.now, &seen.now, sizeof seen.now);
        assert_memory_equal(&back.layout, &seen.layout,
                            offsetof(struct vmsg_amp_layout, pad) + sizeof seen.layout.pad);
        assert_memory_equal(back.layout.notify, seen.layout.notify, 6 * sizeof(uint64_t));
        json_decref(json);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *json = json_loads(bad[i], 0, NULL);

        assert_non_null(json);
        assert_false(vmsg_layout_from_json(&back, json));
        json_decref(json);
    }
}

static struct vmsg_player *player_of(const char *const *records, struct vmsg_catalogue **catalogue)
{
    char err[300];
    struct vmsg_player *p;

    *catalogue = vmsg_catalogue_load("v2", err, sizeof err);
    assert_non_null(*catalogue);
    p = vmsg_player_new(*catalogue);
    for (; *records; records += 2)
        vmsg_player_put(p, &(struct vmsg_tape_record){.kind = (enum vmsg_tape_kind)atoi(*records),
                                                      .session = 1,
                                                      .judged = VMSG_JUDGE_DEVICE,
                                                      .payload = records[1],
                                                      .len = strlen(records[1])});
    return p;
}

static void test_senseless_tapes(void **state)
{
    static const char *const tapes[][7] = {
        {"0", "12345678", NULL}, /* a message of no session */
        {"2", "{}", NULL},       /* for nothing */
        {"2", "no json", NULL},
        {"2", "{\"for\":\"a\"}", "2", "{\"for\":\"a\"}", NULL},  /* begins twice */
        {"2", "{\"for\":\"a\"}", "0", "12345678", NULL},         /* before its connection */
        {"2", "{\"for\":\"a\"}", "4", "{\"note\":\"?\"}", NULL}, /* no such note */
        {"2", "{\"for\":\"a\"}", "8", "{\"verdict\":\"?\"}", NULL},
        {"1", "{\"role\":\"cook\"}", NULL},
        {"1", "{\"role\":\"device\"}", "1", "{\"role\":\"device\"}", NULL},
    };

    for (size_t i = 0; i < sizeof tapes / sizeof *tapes; i++) {
        struct vmsg_catalogue *catalogue;
        struct vmsg_player *p = player_of(tapes[i], &catalogue);

        assert_non_null(vmsg_player_error(p));
        vmsg_player_free(p);
        vmsg_catalogue_free(catalogue);
    }
}

static void test_a_tape_that_ends_early(void **state)
{
    static const char *const records[] = {"2", "{\"scenario\":\"device/a/b\",\"piece\":0}",
                                          "3", "{\"devices\":\"0\"}",
                                          "0", "\x81\x07",
                                          NULL};
    struct vmsg_catalogue *catalogue;
    struct vmsg_player *p = player_of(records, &catalogue);
    struct vmsg_run_result result;

    assert_null(vmsg_player_error(p));
    vmsg_player_result(p, NULL, &result);
    assert_int_equal(result.n_scenarios, 1);
    assert_int_equal(result.scenarios[0].verdict, VMSG_VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(result.scenarios[0].reason, "ends in the midst"));
    assert_false(result.conforms);
    vmsg_run_result_clear(&result);
    vmsg_player_free(p);
    vmsg_catalogue_free(catalogue);
}

/* Whoever initiates sends requests and events; the other side sends the responses. */
static void test_directions(void **state)
{
    const struct vmsg_def *d;

    for (size_t i = 0; (d = vmsg_def_at(i)); i++) {
        uint8_t m[VMSG_HEADER_SIZE] = {d->ns == VMSG_NS_BUS ? VMSG_TYPE_BUS : 0, d->msg_id};
        bool device = d->initiator == VMSG_SIDE_DEVICE;

        assert_int_equal(vmsg_direction_of(m, sizeof m), device ? VMSG_TO_DRIVER : VMSG_TO_DEVICE);
        m[0] |= VMSG_TYPE_RESPONSE;
        if (d->kind == VMSG_KIND_EXCHANGE)
            assert_int_equal(vmsg_direction_of(m, sizeof m), VMSG_TO_DRIVER);
    }
    assert_int_equal(vmsg_direction_of("\0\x3f", 2), VMSG_TO_DEVICE);
    assert_int_equal(vmsg_direction_of("\0\x7f", 2), VMSG_TO_DRIVER);
    assert_int_equal(vmsg_direction_of("", 0), VMSG_TO_DEVICE);
}

static void message(uint8_t *m, uint8_t type, uint8_t id, uint16_t token)
{
    vmsg_put_header(m, &(struct vmsg_header){type, id, 0, token, VMSG_HEADER_SIZE});
}

static void test_tokens(void **state)
{
    struct vmsg_replay_tokens t = {0};
    uint8_t m[VMSG_HEADER_SIZE];

    message(m, 0, VMSG_ID_GET_SHM, 100);
    vmsg_replay_asked(&t, 0, m, sizeof m);
    message(m, 0, VMSG_ID_GET_SHM, 101);
    vmsg_replay_asked(&t, 0, m, sizeof m);
    message(m, VMSG_TYPE_RESPONSE, VMSG_ID_GET_VQUEUE, 7); /* of no request */
    vmsg_replay_answer(&t, 0, m, sizeof m);
    assert_int_equal(vmsg_le16(m + 4), 7);
    message(m, VMSG_TYPE_RESPONSE, VMSG_ID_GET_SHM, 7); /* at the other end */
    vmsg_replay_answer(&t, 1, m, sizeof m);
    assert_int_equal(vmsg_le16(m + 4), 7);
    for (uint16_t token = 100; token < 102; token++) {
        message(m, VMSG_TYPE_RESPONSE, VMSG_ID_GET_SHM, 7);
        vmsg_replay_answer(&t, 0, m, sizeof m);
        assert_int_equal(vmsg_le16(m + 4), token);
    }
    for (unsigned i = 0; i < 3 * VMSG_REPLAY_WAITING; i++) {
        message(m, 0, VMSG_ID_GET_SHM, (uint16_t)i);
        vmsg_replay_asked(&t, 0, m, sizeof m);
    }
    assert_int_equal(t.n, VMSG_REPLAY_WAITING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_configuration),   cmocka_unit_test(test_bad_configurations),
        cmocka_unit_test(test_notes),           cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_senseless_tapes), cmocka_unit_test(test_a_tape_that_ends_early),
        cmocka_unit_test(test_directions),      cmocka_unit_test(test_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
