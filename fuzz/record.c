/* Recording what is fuzzed; see record.h. */
#include "fuzz/record.h"

#include "adapters/pcap/writer.h"
#include "harness/engine/outcome.h"
#include "harness/engine/tape_run.h"

#include <stdio.h>
#include <sys/mman.h>

struct vmsg_tape *vmsg_fuzz_record_begin(const char *path, char *err, size_t err_size)
{
    struct vmsg_tape *tape =
        mmap(NULL, sizeof *tape, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (tape == MAP_FAILED) {
        snprintf(err, err_size, "not enough memory for a capture");
        return NULL;
    }
    tape->put = vmsg_capture_put;
    tape->ctx = vmsg_capture_create(path, true, err, err_size);
    if (tape->ctx)
        return tape;
    munmap(tape, sizeof *tape);
    return NULL;
}

bool vmsg_fuzz_record_finish(struct vmsg_tape *tape, char *err, size_t err_size)
{
    bool ok;

    if (!tape)
        return true;
    ok = vmsg_capture_finish(tape->ctx, err, err_size);
    munmap(tape, sizeof *tape);
    return ok;
}

/* ---- a campaign ---- */

void vmsg_fuzz_record_about(struct vmsg_tape *tape, const struct vmsg_fuzz_setup *setup,
                            const char *sut)
{
    const struct vmsg_ics *ics = setup->config.ics;
    const struct vmsg_clause_input facts = vmsg_context_facts_of_clauses(&setup->ctx);
    const struct vmsg_run_result about = {.spec = "virtio-msg-v2",
                                          .sut_name = ics->name ? ics->name : "",
                                          .sut_version = ics->version ? ics->version : "",
                                          .sut_uri = sut,
                                          .seed = setup->config.seed,
                                          .assumptions = setup->assumed};

    if (tape)
        vmsg_tape_run(tape, VMSG_TAPE_RUN, vmsg_context_judged(&setup->ctx),
                      vmsg_run_to_json(&facts, &about));
}

void vmsg_fuzz_record_found(struct vmsg_tape *tape, const struct vmsg_fuzz_setup *setup, bool found)
{
    const struct vmsg_run_result result = {.conforms = !found};

    if (tape)
        vmsg_tape_run(tape, VMSG_TAPE_END, vmsg_context_judged(&setup->ctx),
                      vmsg_run_end_to_json(&result));
}

/* ---- a session ---- */

static enum vmsg_verdict verdict_of(enum vmsg_fuzz_end end)
{
    switch (end) {
    case VMSG_FUZZ_CLEAN:
        return VMSG_VERDICT_PASS;
    case VMSG_FUZZ_BROKEN:
        return VMSG_VERDICT_FAIL;
    case VMSG_FUZZ_WEDGED:
    case VMSG_FUZZ_FLOOD: /* it does nothing else any more */
        return VMSG_VERDICT_WEDGED;
    case VMSG_FUZZ_CRASHED:
    case VMSG_FUZZ_NO_SUT:
        return VMSG_VERDICT_CRASHED;
    case VMSG_FUZZ_FAILED:
        break;
    }
    return VMSG_VERDICT_ERROR;
}

/* What the player concludes the verdict from, beside what the oracle finds. */
static struct vmsg_evidence evidence_of(enum vmsg_fuzz_end end)
{
    enum vmsg_verdict v = verdict_of(end);

    return (struct vmsg_evidence){.run = v == VMSG_VERDICT_WEDGED    ? VMSG_SCRIPT_WEDGED
                                         : v == VMSG_VERDICT_CRASHED ? VMSG_SCRIPT_CLOSED
                                                                     : VMSG_SCRIPT_RETURNED,
                                  .closing = true,
                                  .close = VMSG_SCRIPT_RETURNED,
                                  .died = v == VMSG_VERDICT_CRASHED};
}

void vmsg_fuzz_record_close(struct vmsg_tape *tape, const struct vmsg_tape_place *at,
                            const struct vmsg_fuzz_result *r)
{
    const struct vmsg_evidence e = evidence_of(r->end);
    bool judged = !r->refused && r->end != VMSG_FUZZ_NO_SUT && r->end != VMSG_FUZZ_FAILED;
    char text[sizeof r->text];
    struct vmsg_outcome o = {.verdict = r->refused ? VMSG_VERDICT_INCONCLUSIVE : verdict_of(r->end),
                             .connected = r->end != VMSG_FUZZ_NO_SUT,
                             .opened = true};
    json_t *json;

    if (!tape)
        return;
    snprintf(text, sizeof text, "%s",
             r->refused ? "the upper tester refused a command, so nothing is judged" : r->text);
    o.reason = text;
    o.sut_end = o.verdict == VMSG_VERDICT_CRASHED ? text : NULL;
    json = vmsg_outcome_to_json(&o, judged ? &e : NULL, text);
    if (json && *r->key)
        json_object_set_new(json, "finding", json_string(r->key));
    vmsg_tape_close(tape, at, json);
}
