/*
 * The judge of buses when the maximum message size changes: all devices go and come, and are looked
 * at anew ("Advertising Transport Parameters"). What else happens meanwhile is never blamed.
 */
#include "harness/oracle/relay_testing.h"

#define NOBODY 65536u

/* All devices but one. */
static void go_and_come(struct world *w, unsigned except)
{
    for (unsigned d = 0; d < 3; d++)
        if (world_devices[d] != except) {
            driver_gets(w, hotplug(world_devices[d], VMSG_DEVICE_REMOVED));
            driver_gets(w, hotplug(world_devices[d], VMSG_DEVICE_ADDED));
        }
}

/* A bus may discard it, or not. */
static struct message odd_hotplug(unsigned state)
{
    struct message odd = hotplug(5, state);

    vmsg_put_le16(odd.b + 2, 1); /* dev_num */
    return odd;
}

static void new_limit(struct world *w)
{
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_MAX_SIZE, .value = 100});
    go_and_come(w, NOBODY);
    driver_sends(w, message(0, VMSG_ID_GET_DEVICE_INFO, 0, 7, 0));
    device_gets(w, message(0, VMSG_ID_GET_DEVICE_INFO, 0, 7, 0));
    device_sends(
        w, message(RESPONSE, VMSG_ID_GET_DEVICE_INFO, 0, 7, 11, 2, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0));
    driver_gets(
        w, message(RESPONSE, VMSG_ID_GET_DEVICE_INFO, 0, 7, 11, 2, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0));
}

/* Looked at anew because of the limit, and then gone by an event that may be discarded. */
static void new_limit_and_gone(struct world *w)
{
    opens(w);
    new_limit(w);
    device_sends(w, odd_hotplug(VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_sends(w, window_of(0, 9, 0));
    driver_gets(w, window_of(RESPONSE, 9, 1));
    round_trip(w, 0, 8, 8, 0);
}

/* It was not there at the second limit, came, and may have gone. */
static void new_limit_twice_and_gone(struct world *w)
{
    opens(w);
    new_limit(w);
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_REMOVE, .dev_num = 5});
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_MAX_SIZE, .value = 100});
    go_and_come(w, 5);
    device_sends(w, hotplug(5, VMSG_DEVICE_ADDED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    round_trip(w, 5, 10, 10, 0);
    device_sends(w, odd_hotplug(VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_sends(w, window_of(0, 9, 0));
    driver_gets(w, window_of(RESPONSE, 9, 1));
    round_trip(w, 0, 8, 8, 0);
}

/* It may be back when the limit changes: then it is told that it came, and is looked at anew. */
static void new_limit_and_back(struct world *w)
{
    opens(w);
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    device_sends(w, odd_hotplug(VMSG_DEVICE_ADDED));
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_MAX_SIZE, .value = 100});
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    go_and_come(w, NOBODY);
}

/* The limit changes before the bus has found a device: then there is nothing to tell. */
static void new_limit_of_nothing(struct world *w)
{
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_MAX_SIZE, .value = 100});
    round_trip(w, 0, 1, 1, 0);
}

static void test_legal(void **state)
{
    static const struct legal cases[] = {
        LEGAL(new_limit),
        LEGAL(new_limit_and_gone),
        LEGAL(new_limit_and_back),
        LEGAL(new_limit_twice_and_gone),
        LEGAL(new_limit_of_nothing),
    };

    (void)state;
    play_legal(cases, sizeof cases / sizeof *cases, world_config(), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
