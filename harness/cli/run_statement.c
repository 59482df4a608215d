/* The conformance statement of a run: defaults, then a file, then flags. */
#include "harness/cli/run_statement.h"

#include <stdlib.h>
#include <string.h>

/* What is known of the bundled peer, so that `ref:` alone shows all that it can. */
static const struct vmsg_run_field reference[] = {
    {"name", "reference"},
    {"upper_tester", "true"},
    {"transport_features", "0x1"},
    {"bus_messages", "GET_DEVICES,PING,EVENT_DEVICE"},
};

static bool given(const struct vmsg_run_options *o, const char *key)
{
    for (size_t i = 0; i < o->n_fields; i++)
        if (!strcmp(o->fields[i].key, key))
            return true;
    return false;
}

static bool assume_reference(struct vmsg_ics *ics, const struct vmsg_run_options *o, char **assumed,
                             char *err, size_t err_size)
{
    char text[256] = "of the bundled reference peer:";
    size_t n = strlen(text), first = n;

    for (size_t i = 0; i < sizeof reference / sizeof *reference; i++) {
        const struct vmsg_run_field *f = &reference[i];

        if (given(o, f->key))
            continue;
        if (!vmsg_ics_set(ics, f->key, f->value, err, err_size))
            return false;
        if (i > 0) /* its name is shown anyway */
            n += (size_t)snprintf(text + n, sizeof text - n, "%s %s=%s", n > first ? "," : "",
                                  f->key, f->value);
    }
    *assumed = n > first ? strdup(text) : NULL;
    return true;
}

/* "max_msg_size '51' must be ..." is told of the flag: "--max-msg-size '51' must be ...". */
static void blame_flag(const char *key, char *err, size_t err_size)
{
    char why[CLI_ERR_SIZE], flag[64];

    snprintf(why, sizeof why, "%s", err);
    snprintf(flag, sizeof flag, "%s", strcmp(key, "version") ? key : "sut-version");
    for (char *p = flag; *p; p++)
        *p = *p == '_' ? '-' : *p;
    snprintf(err, err_size, "--%s%s%s", flag, strncmp(why, key, strlen(key)) ? ": " : "",
             strncmp(why, key, strlen(key)) ? why : why + strlen(key));
}

static bool set_flags(struct vmsg_ics *ics, const struct vmsg_run_options *o, char *err,
                      size_t err_size)
{
    for (size_t i = 0; i < o->n_fields; i++) {
        const struct vmsg_run_field *f = &o->fields[i];

        if (!vmsg_ics_set(ics, f->key, f->value, err, err_size)) {
            blame_flag(f->key, err, err_size);
            return false;
        }
    }
    return true;
}

static bool same_role(struct vmsg_ics *ics, const struct vmsg_run_options *o, char *err,
                      size_t err_size)
{
    if (ics->role_given && ics->role != o->role) {
        snprintf(err, err_size,
                 "the conformance statement %s has role \"%s\", but --role is %s; make them agree",
                 o->ics, vmsg_value_role_text(ics->role), vmsg_value_role_text(o->role));
        return false;
    }
    ics->role = o->role;
    return true;
}

/* What is wrong in a file, or with it and the flags together, is told with its name. */
static void name_file(const char *path, char *err, size_t err_size)
{
    char why[CLI_ERR_SIZE];

    if (!path || strstr(err, path))
        return;
    snprintf(why, sizeof why, "%s", err);
    snprintf(err, err_size, "%s: %s", path, why);
}

bool vmsg_run_statement(struct vmsg_ics *ics, const struct vmsg_run_options *o, char **assumed,
                        char *err, size_t err_size)
{
    *assumed = NULL;
    vmsg_ics_init(ics);
    if (o->ics && !vmsg_ics_load(ics, o->ics, err, err_size)) {
        name_file(o->ics, err, err_size);
        return false;
    }
    if (!o->ics && !strncmp(o->uri, "ref:", 4) && !assume_reference(ics, o, assumed, err, err_size))
        return false;
    if (!set_flags(ics, o, err, err_size) || !same_role(ics, o, err, err_size))
        return false;
    if (vmsg_ics_check(ics, err, err_size))
        return true;
    name_file(o->ics, err, err_size);
    return false;
}
