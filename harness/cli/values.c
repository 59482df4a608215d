/* Values of options: numbers, sizes, times, words. */
#include "harness/cli/values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Digits at the start of text, decimal or 0x; *rest is what follows. */
static bool leading_number(const char *text, uint64_t *value, const char **rest)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    char *end;

    if (*text < '0' || *text > '9')
        return false; /* strtoull would take blanks and signs */
    errno = 0;
    *value = strtoull(text, &end, hex ? 16 : 10);
    *rest = end;
    return errno == 0;
}

bool vmsg_value_number(const char *option, const char *text, uint64_t least, uint64_t most,
                       uint64_t *value, char *err, size_t err_size)
{
    const char *rest;

    if (leading_number(text, value, &rest) && !*rest && *value >= least && *value <= most)
        return true;
    snprintf(err, err_size, "%s must be a number from %llu to %llu, not '%s'", option,
             (unsigned long long)least, (unsigned long long)most, text);
    return false;
}

bool vmsg_value_count(const char *option, const char *text, unsigned most, unsigned *value,
                      char *err, size_t err_size)
{
    uint64_t n;

    if (!vmsg_value_number(option, text, 1, most, &n, err, err_size))
        return false;
    *value = (unsigned)n;
    return true;
}

bool vmsg_value_size(const char *option, const char *text, uint64_t most, size_t *value, char *err,
                     size_t err_size)
{
    static const char units[] = "KMG";
    const char *rest, *unit;
    uint64_t n;

    if (leading_number(text, &n, &rest)) {
        unit = *rest ? strchr(units, *rest) : NULL;
        for (const char *u = units; unit && u <= unit && n <= most; u++)
            n *= 1024;
        if ((!*rest || (unit && !rest[1])) && n <= most) {
            *value = (size_t)n;
            return true;
        }
    }
    snprintf(err, err_size,
             "%s must be a size in bytes like 65536, 64K or 16M, at most %lluM, "
             "not '%s'",
             option, (unsigned long long)most >> 20, text);
    return false;
}

bool vmsg_value_seconds(const char *option, const char *text, uint32_t most_s, uint32_t *ms,
                        char *err, size_t err_size)
{
    char *end;
    double s;

    errno = 0;
    s = strtod(text, &end);
    if (errno == 0 && *text >= '0' && *text <= '9' && !*end && s >= 0.001 && s <= most_s) {
        *ms = (uint32_t)(s * 1000 + 0.5);
        return true;
    }
    snprintf(err, err_size, "%s must be seconds from 0.001 to %u, not '%s'", option,
             (unsigned)most_s, text);
    return false;
}

const char *vmsg_value_role_text(enum vmsg_role role)
{
    switch (role) {
    case VMSG_ROLE_DEVICE:
        return "device";
    case VMSG_ROLE_DRIVER:
        return "driver";
    case VMSG_ROLE_BUS:
        break;
    }
    return "bus";
}

bool vmsg_value_role(const char *text, enum vmsg_role *role, char *err, size_t err_size)
{
    static const enum vmsg_role roles[] = {VMSG_ROLE_DEVICE, VMSG_ROLE_DRIVER, VMSG_ROLE_BUS};

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (!strcmp(text, vmsg_value_role_text(roles[i]))) {
            *role = roles[i];
            return true;
        }
    snprintf(err, err_size, "the role must be device, driver or bus, not '%s'", text);
    return false;
}

bool vmsg_value_level(const char *text, enum vmsg_level *level, char *err, size_t err_size)
{
    static const enum vmsg_level levels[] = {VMSG_MUST, VMSG_SHOULD, VMSG_MAY};

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (!strcasecmp(text, vmsg_level_text(levels[i]))) {
            *level = levels[i];
            return true;
        }
    snprintf(err, err_size, "--level must be MUST, SHOULD or MAY, not '%s'", text);
    return false;
}

bool vmsg_value_report(char *text, const struct vmsg_value_report *others, size_t n,
                       struct vmsg_value_report *report, char *err, size_t err_size)
{
    char *equals = strchr(text, '=');

    if (!equals || !equals[1] || equals == text) {
        snprintf(err, err_size, "--report needs FORMAT=PATH, e.g. --report json=report.json");
        return false;
    }
    *equals = '\0';
    for (size_t i = 0; i < n; i++)
        if (!strcmp(others[i].path, equals + 1)) {
            snprintf(err, err_size, "two reports go to '%s'; give each its own path", equals + 1);
            return false;
        }
    *report = (struct vmsg_value_report){text, equals + 1};
    return true;
}
