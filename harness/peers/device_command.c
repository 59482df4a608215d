/* Upper-tester commands of the device role (contract section 3): strict parsing, one reply line. */
#include "harness/peers/refdev.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
    const char *name;
    /* `d` is the present device named first, NULL when there is none; `rest` what follows. */
    const char *(*run)(struct vmsg_endpoint *ep, uint16_t dev_num, struct vmsg_refdev *d,
                       const char *rest);
};

/* A decimal or 0x number up to `max`, and what follows its spaces; false when it is none. */
static bool parse_number(const char **text, uint64_t max, uint64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    *value = strtoull(*text, &end, strncmp(*text, "0x", 2) == 0 ? 16 : 10);
    if ((*end != ' ' && *end != '\0') || *value > max)
        return false;
    while (*end == ' ')
        end++;
    *text = end;
    return true;
}

static int nibble(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* Hexadecimal pairs to the end of the line; -1 when they are malformed or too many. */
static int parse_hex(const char *text, uint8_t *out, size_t cap)
{
    size_t n = 0;

    for (; *text; text += 2, n++) {
        int high = nibble(text[0]);
        int low = high < 0 ? -1 : nibble(text[1]);

        if (low < 0 || n == cap)
            return -1;
        out[n] = (uint8_t)(high << 4 | low);
    }
    return (int)n;
}

static const char *change_config(struct vmsg_endpoint *ep, uint16_t dev_num, struct vmsg_refdev *d,
                                 const char *rest)
{
    uint8_t data[VMSG_MODEL_CONFIG_MAX];
    uint64_t offset;
    int len;

    if (!d)
        return "there is no such device";
    if (!parse_number(&rest, UINT32_MAX, &offset))
        return "usage: change-config DEV OFFSET HEX";
    len = parse_hex(rest, data, sizeof data);
    if (len <= 0)
        return "usage: change-config DEV OFFSET HEX";
    if (offset > d->model->config_size || (uint64_t)len > d->model->config_size - offset)
        return "the range is outside the configuration space";
    vmsg_refdev_change_config(d, (uint32_t)offset, data, (uint32_t)len);
    return NULL;
}

static const char *needs_reset(struct vmsg_endpoint *ep, uint16_t dev_num, struct vmsg_refdev *d,
                               const char *rest)
{
    if (!d)
        return "there is no such device";
    if (*rest)
        return "usage: needs-reset DEV";
    vmsg_refdev_fail(d);
    return NULL;
}

static const char *complete(struct vmsg_endpoint *ep, uint16_t dev_num, struct vmsg_refdev *d,
                            const char *rest)
{
    uint64_t index;

    if (!d)
        return "there is no such device";
    if (!parse_number(&rest, VMSG_QUEUES_MAX - 1, &index) || *rest)
        return "usage: complete DEV VQ";
    return vmsg_refdev_complete(d, (uint32_t)index);
}

static const char *add(struct vmsg_endpoint *ep, uint16_t dev_num, struct vmsg_refdev *d,
                       const char *rest)
{
    if (*rest)
        return "usage: add DEV";
    if (d)
        return "the device is already there";
    d = vmsg_endpoint_add(ep, dev_num, NULL);
    if (!d)
        return "no room for another device";
    d->hidden = vmsg_faulty(ep, VMSG_FAULT_EVENT_DEVICE_EARLY);
    if (!vmsg_faulty(ep, VMSG_FAULT_ADD_SILENT))
        vmsg_endpoint_event_device(ep, dev_num, VMSG_DEVICE_ADDED);
    return NULL;
}

static const char *drop(struct vmsg_endpoint *ep, uint16_t dev_num, struct vmsg_refdev *d,
                        const char *rest)
{
    if (*rest)
        return "usage: remove DEV";
    if (!d)
        return "there is no such device";
    d->present = vmsg_faulty(ep, VMSG_FAULT_EVENT_DEVICE_SERVES);
    if (!vmsg_faulty(ep, VMSG_FAULT_REMOVE_SILENT))
        vmsg_endpoint_event_device(ep, dev_num, VMSG_DEVICE_REMOVED);
    return NULL;
}

static const struct command commands[] = {
    {"change-config", change_config},
    {"needs-reset", needs_reset},
    {"complete", complete},
    {"add", add},
    {"remove", drop},
};

static const struct command *find(const char *line, size_t len)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strlen(commands[i].name) == len && strncmp(commands[i].name, line, len) == 0)
            return &commands[i];
    return NULL;
}

static const char *run(struct vmsg_endpoint *ep, const char *line)
{
    size_t len = strcspn(line, " ");
    const struct command *command = find(line, len);
    const char *rest = line + len + strspn(line + len, " ");
    uint64_t dev_num;

    if (!command)
        return "unknown command; a device knows change-config, needs-reset, complete, add, remove";
    if (!parse_number(&rest, UINT16_MAX, &dev_num))
        return "the command's first argument is a device number";
    return command->run(ep, (uint16_t)dev_num, vmsg_endpoint_find(ep, (uint16_t)dev_num), rest);
}

void vmsg_endpoint_command(struct vmsg_endpoint *ep, const char *line, char *reply,
                           size_t reply_size)
{
    const char *error = run(ep, line);

    snprintf(reply, reply_size, "%s%s", error ? "error " : "ok", error ? error : "");
}
