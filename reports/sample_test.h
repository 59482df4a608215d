/*
 * A run made by hand for the tests of the reports: one broken clause, one broken SHOULD, a crash,
 * gaps, and text that is up to no good.
 */
#ifndef VMSG_SAMPLE_TEST_H
#define VMSG_SAMPLE_TEST_H

#include "reports/report.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#define SAMPLE_EVIL "a\x1b[31mb\x01<&>\"']]>\xff\xc2\x9b\xe2\x80\xae\r\n\tz"

static const struct vmsg_clause sample_clauses[] = {
    {.id = "dev.device-limits.1",
     .role = "device",
     .level = VMSG_MUST,
     .section = "Basic Concepts / Revisions",
     .title = "Device Limits",
     .summary = "No message of the device is longer than the advertised maximum."},
    {.id = "dev.set-vqueue.2",
     .role = "device",
     .level = VMSG_MUST,
     .section = "Transport Messages / VIRTIO_MSG_SET_VQUEUE",
     .title = "SET_VQUEUE",
     .summary = "Reserved fields that are not zero leave the queue as it is."},
    {.id = "dev.set-vqueue.3",
     .role = "device",
     .level = VMSG_MUST,
     .section = "Transport Messages / VIRTIO_MSG_SET_VQUEUE",
     .title = "SET_VQUEUE",
     .summary = "An enabled queue is not changed."},
    {.id = "dev.get-device-info.8",
     .role = "device",
     .level = VMSG_SHOULD,
     .section = "Transport Messages / VIRTIO_MSG_GET_DEVICE_INFO",
     .title = "GET_DEVICE_INFO",
     .summary = "The UUID is of version 4."},
    {.id = "dev.get-shm.1",
     .role = "device",
     .level = VMSG_MUST,
     .section = "Transport Messages / VIRTIO_MSG_GET_SHM",
     .title = "GET_SHM",
     .summary = "A region that does not exist has length zero."},
};

static struct vmsg_clause_result sample_clause_results[] = {
    {&sample_clauses[0], VMSG_CLAUSE_PASS, 41, 0, NULL, NULL},
    {&sample_clauses[1], VMSG_CLAUSE_FAIL, 3, 1, "1 finding in 1 scenario", NULL},
    {&sample_clauses[2], VMSG_CLAUSE_INCONCLUSIVE, 0, 0, "the situation never arose", NULL},
    {&sample_clauses[3], VMSG_CLAUSE_WARN, 5, 1, "1 finding in 1 scenario", NULL},
    {&sample_clauses[4], VMSG_CLAUSE_NOT_OBSERVABLE, 0, 0, "needs memory", NULL},
};

/* GET_DEVICE_INFO request, token 1. */
static uint8_t sample_request[] = {0, 2, 0, 0, 1, 0, 8, 0};
/* SET_VQUEUE response, token 2, cut off after two bytes of payload. */
static uint8_t sample_answer[] = {1, 10, 0, 0, 2, 0, 10, 0, 7, 7};

static struct vmsg_trace_entry sample_trace[] = {
    {1000, VMSG_TRACE_TO_SUT, 0, sample_request, sizeof sample_request, NULL},
    {2500000, VMSG_TRACE_FROM_SUT, 0, sample_answer, sizeof sample_answer, NULL},
    {2600000, VMSG_TRACE_NOTE, 0, NULL, 0, "reply " SAMPLE_EVIL},
};

static const char *const sample_tests_vqueue[] = {"dev.set-vqueue.2", NULL};
static const char *const sample_tests_info[] = {"dev.get-device-info.8", NULL};

static struct vmsg_result_finding sample_broken[] = {
    {"dev.set-vqueue.2", VMSG_MUST, 1, 0, "GET_VQUEUE shows another size " SAMPLE_EVIL},
};
static struct vmsg_result_finding sample_warned[] = {
    {"dev.get-device-info.8", VMSG_SHOULD, 0, 0, "the UUID is of version 1"},
};

static struct vmsg_scenario_result sample_scenarios[] = {
    {.id = "device/get-device-info/uuid",
     .summary = "A UUID, if there is one, is of version 4.",
     .verdict = VMSG_VERDICT_PASS,
     .duration_us = 1500,
     .clauses = sample_tests_info,
     .findings = sample_warned,
     .n_findings = 1},
    {.id = "device/get-shm/absent",
     .summary = "A region that is not there.",
     .verdict = VMSG_VERDICT_SKIP,
     .reason = "the statement declares no region",
     .clauses = sample_tests_info},
    {.id = "device/set-vqueue/crash",
     .summary = "A queue is set up twice.",
     .verdict = VMSG_VERDICT_CRASHED,
     .reason = "the SUT died",
     .duration_us = 2000,
     .clauses = sample_tests_vqueue,
     .sut_end = "killed by signal 11 (Segmentation fault)",
     .sut_output = "one\n" SAMPLE_EVIL "\n"},
    {.id = "device/set-vqueue/reserved-nonzero",
     .summary = "A reserved field that is not zero changes nothing.",
     .verdict = VMSG_VERDICT_FAIL,
     .reason = "dev.set-vqueue.2 is broken",
     .duration_us = 1234567,
     .clauses = sample_tests_vqueue,
     .findings = sample_broken,
     .n_findings = 1,
     .trace = sample_trace,
     .n_trace = 3,
     .n_trace_dropped = 9},
};

static const struct vmsg_run_result sample_run = {
    .spec = "virtio-msg-v2",
    .role = "device",
    .sut_name = "acme " SAMPLE_EVIL,
    .sut_version = "1.2",
    .sut_uri = "exec:./it's",
    .seed = 7,
    .assumptions = "device 0",
    .duration_us = 1240000,
    .scenarios = sample_scenarios,
    .n_scenarios = 4,
    .clauses = sample_clause_results,
    .n_clauses = 5,
};

/* What a writer writes; the caller frees. */
static inline char *sample_written(const char *format, const struct vmsg_run_result *r,
                                   const struct vmsg_report_options *o)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    assert_true(vmsg_report_format_by_name(format)->write(out, r, o));
    fclose(out);
    assert_int_equal(strlen(text), size);
    return text;
}

#endif
