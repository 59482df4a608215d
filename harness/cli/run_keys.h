/*
 * The options that `run` shares with commands that judge in other ways (`check`): their keys, the
 * rows of the statement's fields, and what takes them.
 */
#ifndef VMSG_CLI_RUN_KEYS_H
#define VMSG_CLI_RUN_KEYS_H

#include "harness/cli/run_options.h"

enum vmsg_run_key {
    KEY_ROLE = 0x100,
    KEY_SUT,
    KEY_DEVICE_SIDE,
    KEY_ICS,
    KEY_SELECT,
    KEY_SCENARIO,
    KEY_XFAIL,
    KEY_BASELINE,
    KEY_REPORT,
    KEY_CAPTURE,
    KEY_SEED,
    KEY_REPEAT,
    KEY_JOBS,
    KEY_MEM,
    KEY_TIMEOUT,
    KEY_COLOUR,
    KEY_VERBOSE,
    KEY_FIELD,         /* the first of the statement's fields, in the order of the rows below */
    KEY_OTHER = 0x200, /* the first of a command's own */
};

/* Rows of an option table, the last ones. */
#define VMSG_STATEMENT_OPTIONS                                                                       \
    {NULL, 0, NULL, 0, "Fields of the conformance statement, over those of --ics:", 5},              \
        {"name", KEY_FIELD, "TEXT", 0, "the implementation's name", 0},                              \
        {"sut-version", KEY_FIELD + 1, "TEXT", 0, "its version", 0},                                 \
        {"devices", KEY_FIELD + 2, "N,N,...", 0, "its device numbers; default: enumerated", 0},      \
        {"bus-messages", KEY_FIELD + 3, "NAME,...", 0, "GET_DEVICES, PING, EVENT_DEVICE", 0},        \
        {"revision", KEY_FIELD + 4, "N", 0, "transport revision", 0},                                \
        {"max-msg-size", KEY_FIELD + 5, "BYTES", 0, "header included; default 264", 0},              \
        {"config",                                                                                   \
         KEY_FIELD + 6,                                                                              \
         "DEV:writable=OFFSET+LENGTH,DEV:shm=ID",                                                    \
         0,                                                                                          \
         "configuration that may be written, shared memory regions",                                 \
         0},                                                                                         \
        {"transport-features", KEY_FIELD + 7, "MASK", 0, "0x1: strict configuration generation", 0}, \
        {"notifications", KEY_FIELD + 8, "HOW", 0, "events or polling", 0},                          \
        {"notification-path", KEY_FIELD + 9, "HOW", 0, "of a bus: forward or synthesis", 0},         \
        {"request-timeout-ms", KEY_FIELD + 10, "N", 0, "of a bus or driver: one attempt", 0},        \
        {"attempts", KEY_FIELD + 11, "N", 0, "of a driver: before it resets", 0},                    \
        {"upper-tester", KEY_FIELD + 12, "BOOL", 0, "whether it accepts upper-tester commands", 0},  \
    {                                                                                                \
        "optional", KEY_FIELD + 13, "NAME=BOOL", 0, "an option that it has or lacks", 0              \
    }

/* Everything with its default; false when memory is short. argc bounds what may be repeated. */
bool vmsg_run_options_begin(struct vmsg_run_options *o, int argc);

/* One of the keys above, as struct vmsg_cli_options has it. */
bool vmsg_run_options_take(struct vmsg_run_options *o, int key, const char *arg, char *err,
                           size_t err_size);

/* Run as these options say, and report: what `run` does; the exit status. */
int vmsg_run_command(const struct vmsg_run_options *o);

#endif
