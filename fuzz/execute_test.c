/* The executor: what a script does to a sound and to a faulty peer, alone and after others. */
#include "fuzz/setup.h"
#include "fuzz/trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    const char *uri, *role;
    struct vmsg_catalogue *catalogue;
    struct vmsg_ics ics;
    struct vmsg_fuzz_setup setup;
    struct vmsg_adapter *adapter;
};

static struct vmsg_adapter *create(void *ctx, char *err, size_t err_size)
{
    const struct bench *b = ctx;

    return vmsg_adapter_create(b->uri, b->role, err, err_size);
}

static void set_up(struct bench *b, const char *uri, enum vmsg_role role)
{
    static const char *const roles[] = {"device", "driver", "bus"};
    struct vmsg_run_config config = {
        .role = role, .ics = &b->ics, .seed = 1, .mem_size = 65536, .timeout_ms = 2000};
    char err[600] = "";

    *b = (struct bench){.uri = uri, .role = roles[role]};
    config.catalogue = b->catalogue = vmsg_catalogue_load("v2", err, sizeof err);
    vmsg_ics_init(&b->ics);
    assert_true(
        vmsg_ics_set(&b->ics, "bus_messages", "GET_DEVICES,PING,EVENT_DEVICE", err, sizeof err));
    assert_true(vmsg_ics_set(&b->ics, "upper_tester", "true", err, sizeof err));
    assert_true(vmsg_ics_set(&b->ics, "attempts", "3", err, sizeof err));
    assert_true(vmsg_ics_set(&b->ics, "request_timeout_ms", "1000", err, sizeof err));
    assert_int_equal(vmsg_fuzz_setup(&b->setup, &config, (struct vmsg_adapter_source){create, b},
                                     err, sizeof err),
                     VMSG_FUZZ_READY);
    b->adapter = create(b, err, sizeof err);
    assert_non_null(b->adapter);
}

static void tear_down(struct bench *b)
{
    b->adapter->ops->free(b->adapter);
    vmsg_fuzz_setup_clear(&b->setup);
    vmsg_ics_clear(&b->ics);
    vmsg_catalogue_free(b->catalogue);
}

/* The place of a message in the wire table. */
static uint8_t entry(const char *name)
{
    for (uint8_t i = 0; vmsg_def_at(i); i++)
        if (!strcmp(vmsg_def_at(i)->name, name))
            return i;
    fail();
    return 0;
}

/* SET_VQUEUE with a reserved field that is not zero, and a look at what came of it. */
static void reserved(struct vmsg_fuzz_script *s)
{
    const struct vmsg_fuzz_step steps[] = {
        {.kind = VMSG_FUZZ_STAGE, .a = 4},
        {.kind = VMSG_FUZZ_MESSAGE, .a = entry("GET_VQUEUE")},
        {.kind = VMSG_FUZZ_MESSAGE, .a = entry("SET_VQUEUE"), .mask = 8, .f = {[3] = {1, 0}}},
        {.kind = VMSG_FUZZ_MESSAGE, .a = entry("GET_VQUEUE")},
    };

    *s = (struct vmsg_fuzz_script){0};
    assert_true(vmsg_fuzz_insert(s, 0, steps, sizeof steps / sizeof *steps));
}

/* Read the configuration of a device that runs, and go on. */
static void read_config(struct vmsg_fuzz_script *s)
{
    const struct vmsg_fuzz_step steps[] = {
        {.kind = VMSG_FUZZ_STAGE, .a = 6},
        {.kind = VMSG_FUZZ_MESSAGE, .a = entry("GET_CONFIG")},
        {.kind = VMSG_FUZZ_AWAIT},
        {.kind = VMSG_FUZZ_MESSAGE, .a = entry("GET_VQUEUE")},
    };

    *s = (struct vmsg_fuzz_script){0};
    assert_true(vmsg_fuzz_insert(s, 0, steps, sizeof steps / sizeof *steps));
}

/* A chain that returns to itself, made available: one value of a ring that works otherwise. */
static void loop_in_a_ring(struct vmsg_fuzz_script *s)
{
    const struct vmsg_fuzz_step steps[] = {
        {.kind = VMSG_FUZZ_STAGE, .a = 6},
        {.kind = VMSG_FUZZ_MEMORY,
         .a = VMSG_FUZZ_DESCRIPTOR,
         .mask = 0x18,
         .f = {[3] = {3, 0}, [4] = {0, 0}}},
        {.kind = VMSG_FUZZ_MEMORY, .a = VMSG_FUZZ_AVAILABLE},
        {.kind = VMSG_FUZZ_MESSAGE, .a = entry("EVENT_AVAIL")},
    };

    *s = (struct vmsg_fuzz_script){0};
    assert_true(vmsg_fuzz_insert(s, 0, steps, sizeof steps / sizeof *steps));
}

static enum vmsg_fuzz_end run_as(enum vmsg_role role, const char *uri,
                                 void (*script)(struct vmsg_fuzz_script *), char *key)
{
    struct vmsg_fuzz_script s;
    struct vmsg_fuzz_executor *e;
    struct vmsg_fuzz_result r;
    struct bench b;

    set_up(&b, uri, role);
    script(&s);
    e = vmsg_fuzz_executor_new(&b.setup.target, b.adapter);
    assert_non_null(e);
    vmsg_fuzz_execute(e, &s, &r);
    assert_true(r.messages > 10);
    assert_true(e->signal.n > 5);
    strcpy(key, r.key);
    free(r.output);
    vmsg_fuzz_executor_free(e);
    vmsg_fuzz_clear(&s);
    tear_down(&b);
    return r.end;
}

static enum vmsg_fuzz_end run(const char *uri, void (*script)(struct vmsg_fuzz_script *), char *key)
{
    return run_as(VMSG_ROLE_DEVICE, uri, script, key);
}

static void a_broken_clause_is_named(void **state)
{
    char key[160];

    (void)state;
    assert_int_equal(run("ref:?fault=set-vqueue-takes-reserved", reserved, key), VMSG_FUZZ_BROKEN);
    assert_memory_equal(key, "dev.set-vqueue.", 15);
    assert_int_equal(run("ref:", reserved, key), VMSG_FUZZ_CLEAN);
}

/* A fence overtakes the request, so that nothing is owed any more; its answer is missing still. */
static void a_missing_answer_is_found(void **state)
{
    char key[160];

    (void)state;
    assert_int_equal(run("ref:?fault=no-get-config", read_config, key), VMSG_FUZZ_BROKEN);
    assert_string_equal(key, "dev.mandatory.1-owed");
    assert_int_equal(run("ref:", read_config, key), VMSG_FUZZ_CLEAN);
}

/* Of a device that works: the broken ring is noticed, and the device asks for its reset. */
static void rings_can_be_broken(void **state)
{
    struct vmsg_fuzz_executor *e;
    struct vmsg_fuzz_script s;
    struct vmsg_fuzz_result r;
    struct bench b;

    (void)state;
    set_up(&b, "ref:", VMSG_ROLE_DEVICE);
    loop_in_a_ring(&s);
    e = vmsg_fuzz_executor_new(&b.setup.target, b.adapter);
    assert_non_null(e);
    b.setup.target.together = 2;
    vmsg_fuzz_execute(e, &s, &r);
    assert_int_equal(r.end, VMSG_FUZZ_CLEAN);
    assert_true(e->known.devices[0].status & VIRTIO_S_NEEDS_RESET);
    vmsg_fuzz_executor_free(e);
    vmsg_fuzz_clear(&s);
    tear_down(&b);
}

/* ---- used buffers ---- */

/* The second device's, as any of the buffers that the harness makes is right for it. */
static void one_buffer(struct vmsg_fuzz_script *s)
{
    *s = (struct vmsg_fuzz_script){0};
    assert_true(vmsg_fuzz_insert(
        s, 0, &(struct vmsg_fuzz_step){.kind = VMSG_FUZZ_STAGE, .a = 7, .b = 1}, 1));
}

static void another_buffer(struct vmsg_fuzz_script *s)
{
    const struct vmsg_fuzz_step steps[] = {
        {.kind = VMSG_FUZZ_STAGE, .a = 6, .b = 1},
        {.kind = VMSG_FUZZ_MEMORY, .a = VMSG_FUZZ_AVAILABLE, .b = 1},
        {.kind = VMSG_FUZZ_MESSAGE, .a = entry("EVENT_AVAIL"), .b = 1},
    };

    *s = (struct vmsg_fuzz_script){0};
    assert_true(vmsg_fuzz_insert(s, 0, steps, sizeof steps / sizeof *steps));
}

/* One buffer with a step before it or after it. */
static void buffer_and(struct vmsg_fuzz_script *s, const struct vmsg_fuzz_step *step, bool before)
{
    one_buffer(s);
    assert_true(vmsg_fuzz_insert(s, before ? 0 : 1, step, 1));
}

static void buffer_then_reset(struct vmsg_fuzz_script *s)
{
    buffer_and(s,
               &(struct vmsg_fuzz_step){
                   .kind = VMSG_FUZZ_MESSAGE, .a = entry("SET_DEVICE_STATUS"), .b = 1, .mask = 1},
               false);
}

static void buffer_then_queue_reset(struct vmsg_fuzz_script *s)
{
    buffer_and(
        s, &(struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MESSAGE, .a = entry("RESET_VQUEUE"), .b = 1},
        false);
}

static void buffer_then_used_ring_written(struct vmsg_fuzz_script *s)
{
    buffer_and(s, &(struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MEMORY, .a = VMSG_FUZZ_USED, .b = 1},
               false);
}

static void buffer_then_needs_reset(struct vmsg_fuzz_script *s)
{
    buffer_and(s, &(struct vmsg_fuzz_step){.kind = VMSG_FUZZ_UPPER, .a = 1, .b = 1}, false);
}

/* The first device has its ring where the second one's is. */
static void buffer_in_shared_ring(struct vmsg_fuzz_script *s)
{
    buffer_and(s,
               &(struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MESSAGE,
                                        .a = entry("SET_VQUEUE"),
                                        .mask = 0x70,
                                        .f = {[4] = {VMSG_FUZZ_PAGE + 3, 0},
                                              [5] = {VMSG_FUZZ_PAGE + 4, 0},
                                              [6] = {VMSG_FUZZ_PAGE + 5, 0}}},
               true);
}

static void used_buffers_are_announced(void **state)
{
    static void (*const judged[])(struct vmsg_fuzz_script *) = {one_buffer, another_buffer};
    static void (*const doubtful[])(struct vmsg_fuzz_script *) = {
        buffer_then_reset,       buffer_then_queue_reset, buffer_then_used_ring_written,
        buffer_then_needs_reset, buffer_in_shared_ring,
    };
    char key[160];

    (void)state;
    for (unsigned i = 0; i < sizeof judged / sizeof *judged; i++) {
        assert_int_equal(run("ref:?fault=no-event-used", judged[i], key), VMSG_FUZZ_BROKEN);
        assert_string_equal(key, "dev.device-notifications.1-owed");
        assert_int_equal(run("ref:", judged[i], key), VMSG_FUZZ_CLEAN);
    }
    for (unsigned i = 0; i < sizeof doubtful / sizeof *doubtful; i++)
        assert_int_equal(run("ref:?fault=no-event-used", doubtful[i], key), VMSG_FUZZ_CLEAN);
}

/* ---- a driver's buffers ---- */

/* The driver's user makes more of them available than any queue of its has room for. */
static void many_kicks(struct vmsg_fuzz_script *s)
{
    const struct vmsg_fuzz_step steps[] = {
        {.kind = VMSG_FUZZ_AWAIT},
        {.kind = VMSG_FUZZ_UPPER, .a = 3, .mask = 2, .f = {[1] = {100, 0}}},
    };

    *s = (struct vmsg_fuzz_script){0};
    assert_true(vmsg_fuzz_insert(s, 0, steps, sizeof steps / sizeof *steps));
}

/* Nobody knows what a driver makes of a device that it was told wrong things of. */
static void many_kicks_disturbed(struct vmsg_fuzz_script *s)
{
    const struct vmsg_fuzz_step lost = {.kind = VMSG_FUZZ_ANSWER, .a = VMSG_FUZZ_TWICE};

    many_kicks(s);
    assert_true(vmsg_fuzz_insert(s, 0, &lost, 1));
}

static void used_buffers_are_taken_back(void **state)
{
    const enum vmsg_role driver = VMSG_ROLE_DRIVER;
    const char *fault = "ref:?fault=driver-ignores-event-used";
    char key[160];

    (void)state;
    assert_int_equal(run_as(driver, fault, many_kicks, key), VMSG_FUZZ_BROKEN);
    assert_string_equal(key, "drv.device-notifications.3-owed");
    assert_int_equal(run_as(driver, "ref:", many_kicks, key), VMSG_FUZZ_CLEAN);
    assert_int_equal(run_as(driver, fault, many_kicks_disturbed, key), VMSG_FUZZ_CLEAN);
}

/* All attempts of the driver at the same question, also those after the script. */
static void all_lost(struct vmsg_fuzz_script *s)
{
    const struct vmsg_fuzz_step steps[] = {
        {.kind = VMSG_FUZZ_AWAIT},
        {.kind = VMSG_FUZZ_ANSWER,
         .a = VMSG_FUZZ_LOSE,
         .b = (uint8_t)(entry("GET_DEVICE_STATUS") + 1),
         .mask = 1,
         .f = {{7, 0}}},
        {.kind = VMSG_FUZZ_UPPER, .a = 2},
    };

    *s = (struct vmsg_fuzz_script){0};
    assert_true(vmsg_fuzz_insert(s, 0, steps, sizeof steps / sizeof *steps));
}

static void a_driver_is_outlasted(void **state)
{
    char key[160];

    (void)state;
    assert_int_equal(run_as(VMSG_ROLE_DRIVER, "ref:?fault=driver-gives-up-silently", all_lost, key),
                     VMSG_FUZZ_BROKEN);
    assert_string_equal(key, "drv.error-signaling.3-owed");
    assert_int_equal(run_as(VMSG_ROLE_DRIVER, "ref:", all_lost, key), VMSG_FUZZ_CLEAN);
}

static void a_driver_s_ring_is_followed(void **state)
{
    char key[160];

    (void)state;
    assert_int_equal(
        run_as(VMSG_ROLE_DRIVER, "ref:?fault=driver-chain-out-of-order", many_kicks, key),
        VMSG_FUZZ_BROKEN);
    assert_memory_equal(key, "drv.mandatory.1-", 16);
}

static void scripts_share_a_connection(void **state)
{
    struct vmsg_fuzz_script s;
    struct vmsg_fuzz_executor *e;
    struct vmsg_fuzz_result r;
    struct bench b;

    (void)state;
    set_up(&b, "ref:", VMSG_ROLE_DEVICE);
    reserved(&s);
    b.setup.target.together = 3;
    e = vmsg_fuzz_executor_new(&b.setup.target, b.adapter);
    for (unsigned i = 0; i < 7; i++) {
        vmsg_fuzz_execute(e, &s, &r);
        assert_int_equal(r.end, VMSG_FUZZ_CLEAN);
        assert_int_equal(r.scripts_before, i % 3);
        assert_int_equal(e->open, i % 3 != 2);
    }
    vmsg_fuzz_executor_free(e);
    vmsg_fuzz_clear(&s);
    tear_down(&b);
}

/* How many GET_VQUEUE responses with that max_size the driver was sent. */
static unsigned told_of_size(const struct vmsg_trace *t, uint32_t size)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < t->count; i++) {
        const struct vmsg_trace_entry *e = vmsg_trace_at(t, i);
        struct vmsg m;

        if (!e || e->kind != VMSG_TRACE_TO_SUT || !e->bytes)
            continue;
        vmsg_decode(&m, e->bytes, e->len);
        n += vmsg_is_response(&m) && m.msg_id == VMSG_ID_GET_VQUEUE && !vmsg_is_bus(&m) &&
             m.f[VMSG_GET_VQUEUE_RESP_max_size] == size;
    }
    return n;
}

/* Whatever was answered before; and what the device that is played says is known. */
static void an_answer_is_meant_by_its_message(void **state)
{
    const struct vmsg_fuzz_step steps[] = {
        {.kind = VMSG_FUZZ_ANSWER,
         .a = VMSG_FUZZ_CHANGE | 1 << 3,
         .b = (uint8_t)(entry("GET_VQUEUE") + 1),
         .mask = 2,
         .f = {[1] = {7, 0}}},
        {.kind = VMSG_FUZZ_AWAIT},
    };
    struct vmsg_fuzz_script s = {0};
    struct vmsg_fuzz_executor *e;
    struct vmsg_fuzz_result r;
    struct bench b;

    set_up(&b, "ref:", VMSG_ROLE_DRIVER);
    b.setup.target.together = 2; /* the trace is looked at */
    assert_true(vmsg_fuzz_insert(&s, 0, steps, 2));
    e = vmsg_fuzz_executor_new(&b.setup.target, b.adapter);
    vmsg_fuzz_execute(e, &s, &r);
    assert_int_equal(r.end, VMSG_FUZZ_CLEAN);
    assert_int_equal(told_of_size(&e->connection.trace, 7), 1);
    assert_int_equal(e->known.devices[0].config_size, 60);
    vmsg_fuzz_executor_free(e);
    vmsg_fuzz_clear(&s);
    tear_down(&b);
}

/* Any role: nothing at all, and the empty script, are clean; a trial logs what went by. */
static void every_role_runs(void **state)
{
    (void)state;
    for (int role = VMSG_ROLE_DEVICE; role <= VMSG_ROLE_BUS; role++) {
        struct vmsg_fuzz_trial t = {.log = vmsg_fuzz_log_new(), .hang_ms = 20000};
        struct vmsg_fuzz_script s = {0};
        struct vmsg_fuzz_log_entry first;
        struct vmsg_fuzz_result r;
        struct bench b;
        size_t at = 0;

        set_up(&b, "ref:", (enum vmsg_role)role);
        t.target = &b.setup.target;
        t.adapter = b.adapter;
        assert_true(vmsg_fuzz_insert(&s, 0, &(struct vmsg_fuzz_step){.kind = VMSG_FUZZ_AWAIT}, 1));
        vmsg_fuzz_trial(&t, &s, &r);
        assert_int_equal(r.end, VMSG_FUZZ_CLEAN);
        assert_true(vmsg_fuzz_log_next(t.log, &at, &first));
        free(r.output);
        vmsg_fuzz_log_free(t.log);
        vmsg_fuzz_clear(&s);
        tear_down(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_clause_is_named),
        cmocka_unit_test(a_missing_answer_is_found),
        cmocka_unit_test(rings_can_be_broken),
        cmocka_unit_test(used_buffers_are_announced),
        cmocka_unit_test(used_buffers_are_taken_back),
        cmocka_unit_test(a_driver_s_ring_is_followed),
        cmocka_unit_test(a_driver_is_outlasted),
        cmocka_unit_test(scripts_share_a_connection),
        cmocka_unit_test(every_role_runs),
        cmocka_unit_test(an_answer_is_meant_by_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
