/*
 * The fault and quirk registries: well formed, complete, and every entry of the device
 * shows: a long conversation with the peer that has it differs from the same one with an unbroken
 * peer.
 */
#include "harness/peers/faults_talk.h"

#include <ctype.h>

static const char *const judged[] = {
#define VMSG_CLAUSE(NAME, ID, BINDS) ID,
#include "harness/oracle/clauses.def"
#undef VMSG_CLAUSE
};

/* Clauses that only permit: nothing can break them. */
static const char *const permissions[] = {
    "dev.configuration-semantics-profiles.6",
    "dev.configuration-semantics-profiles.11",
    "dev.device-notifications.2",
    "dev.get-device-info.7",
    "dev.set-device-status.3",
    "drv.driver-notifications.2",
    "drv.get-device-status.1",
    "drv.set-config.2",
    "drv.set-driver-features.2",
    "bus.common-message-format.5",
    "bus.error-signaling.7",
    "bus.get-devices.8",
    "bus.ordering.2",
    "bus.ordering.4",
    "bus.prose.events-any-time",
    "bus.prose.interleave-devices",
    "bus.transport-message-forwarding.5",
};

static bool known_clause(const char *id, size_t len)
{
    for (size_t i = 0; i < sizeof judged / sizeof judged[0]; i++)
        if (strlen(judged[i]) == len && strncmp(judged[i], id, len) == 0)
            return true;
    return false;
}

static void assert_words(const char *words, bool (*known)(const char *, size_t))
{
    while (words && *words) {
        size_t len = strcspn(words, " ");

        if (!known(words, len))
            fail_msg("unknown word in: %s", words);
        words += len + strspn(words + len, " ");
    }
}

static bool known_need(const char *word, size_t len)
{
    static const char *const needs[] = {"strict", "memory",         "upper",   "polling",
                                        "events", "timeout",        "no-uuid", "synthesis",
                                        "packed", "no-bus-messages"};

    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (strlen(needs[i]) == len && strncmp(needs[i], word, len) == 0)
            return true;
    return false;
}

static void assert_id(const char *id)
{
    assert_true(islower((unsigned char)*id));
    for (const char *p = id; *p; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '-')
            fail_msg("%s is not kebab case", id);
}

static void assert_sentence(const char *summary)
{
    assert_true(isupper((unsigned char)*summary));
    assert_int_equal(summary[strlen(summary) - 1], '.');
}

static void faults_are_well_formed(void **state)
{
    const struct vmsg_fault *f;

    for (size_t i = 0; (f = vmsg_fault_at(i)); i++) {
        assert_id(f->id);
        assert_sentence(f->summary);
        assert_words(f->clause, known_clause);
        assert_words(f->also, known_clause);
        assert_words(f->needs, known_need);
        assert_true(!f->also || !strstr(f->also, f->clause) ||
                    isdigit((unsigned char)strstr(f->also, f->clause)[strlen(f->clause)]));
        assert_ptr_equal(vmsg_fault_by_id(f->id), f); /* so no id is there twice */
    }
    assert_null(vmsg_fault_by_id("no-such-fault"));
}

static void quirks_are_well_formed(void **state)
{
    const struct vmsg_quirk *q;

    for (size_t i = 0; (q = vmsg_quirk_at(i)); i++) {
        assert_id(q->id);
        assert_sentence(q->summary);
        assert_words(q->needs, known_need);
        assert_ptr_equal(vmsg_quirk_by_id(q->id), q);
    }
    assert_null(vmsg_quirk_by_id("no-such-quirk"));
}

static bool permits(const char *clause)
{
    for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++)
        if (strcmp(permissions[i], clause) == 0)
            return true;
    return false;
}

static void can_be_broken(enum vmsg_role role, const char *prefix)
{
    for (size_t i = 0; i < sizeof judged / sizeof judged[0]; i++) {
        const struct vmsg_fault *f;
        bool broken = permits(judged[i]) || strncmp(judged[i], prefix, strlen(prefix)) != 0;

        for (size_t j = 0; !broken && (f = vmsg_fault_at(j)); j++)
            broken = f->role == role && strcmp(f->clause, judged[i]) == 0;
        if (!broken)
            fail_msg("no fault breaks %s", judged[i]);
    }
}

static void every_judged_clause_can_be_broken(void **state)
{
    can_be_broken(VMSG_ROLE_DEVICE, "dev.");
    can_be_broken(VMSG_ROLE_DRIVER, "drv.");
    can_be_broken(VMSG_ROLE_BUS, "bus.");
}

static bool needs(const char *words, const char *word)
{
    return words && strstr(words, word);
}

/* The whole conversation with both devices, or the one model asked for. */
static struct world *conversation(const char *model, const char *words, const char *fault,
                                  const char *quirk)
{
    bool one = model && strcmp(model, "max") == 0;
    struct world *w = world_new(one ? "max" : "block", 0);

    if (!one)
        w->config.n_devices = 0;
    w->config.fault = fault;
    w->config.quirks[0] = quirk;
    w->config.quirks[quirk != NULL] = needs(words, "packed") ? "packed" : NULL;
    w->config.polling = needs(words, "polling");
    w->host.transport_features = needs(words, "strict") ? VMSG_F_STRICT_CONFIG_GENERATION : 0;
    world_start(w);
    talk(w, needs(words, "packed"));
    if (!one) {
        w->dev = 5;
        talk(w, needs(words, "packed"));
    }
    return w;
}

/* What came, and what was left in memory. */
static bool same(const struct world *a, const struct world *b)
{
    return a->prompt == b->prompt && a->log_len == b->log_len &&
           memcmp(a->log, b->log, a->log_len) == 0 &&
           memcmp(a->at, b->at, (a->n + 1) * sizeof a->at[0]) == 0 &&
           memcmp(a->host.mem, b->host.mem, WORLD_MEM) == 0;
}

static void must_differ(const char *id, const char *model, const char *words, const char *fault,
                        const char *quirk)
{
    struct world *plain = conversation(model, words, NULL, NULL);
    struct world *odd = conversation(model, words, fault, quirk);
    bool equal = same(plain, odd);

    world_free(plain);
    world_free(odd);
    if (equal)
        fail_msg("%s does not show", id);
}

static void every_fault_shows(void **state)
{
    const struct vmsg_fault *f;

    for (size_t i = 0; (f = vmsg_fault_at(i)) && f->role == VMSG_ROLE_DEVICE; i++)
        must_differ(f->id, f->model, f->needs, f->id, NULL);
}

static void every_quirk_shows(void **state)
{
    const struct vmsg_quirk *q;

    for (size_t i = 0; (q = vmsg_quirk_at(i)) && q->role == VMSG_ROLE_DEVICE; i++)
        must_differ(q->id, q->model, q->needs, NULL, q->id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_well_formed),
        cmocka_unit_test(quirks_are_well_formed),
        cmocka_unit_test(every_judged_clause_can_be_broken),
        cmocka_unit_test(every_fault_shows),
        cmocka_unit_test(every_quirk_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
