/* Upper-tester commands as steps (SUT contract, section 3), and what each tells the oracle. */
#include "fuzz/execute_build.h"

#include <stdio.h>
#include <string.h>

enum arguments { DEV, DEV_VQ, DEV_OFF_LEN, DEV_OFF_HEX, ALONE, SIZE };

#define NOTHING (-1) /* to note */

#define KICK       "kick"
#define KICKS_MOST 300u /* more than the rings of most drivers have room for */

struct command {
    const char *name;
    enum arguments arguments;
    int note; /* enum vmsg_note_kind */
};

static const struct command of_device[] = {
    {"change-config", DEV_OFF_HEX, VMSG_NOTE_CHANGE_CONFIG},
    {"needs-reset", DEV, VMSG_NOTE_NEEDS_RESET},
    {"complete", DEV_VQ, VMSG_NOTE_COMPLETE},
    {"add", DEV, VMSG_NOTE_ADD},
    {"remove", DEV, VMSG_NOTE_REMOVE},
};
static const struct command of_driver[] = {
    {"init", DEV, NOTHING},
    {"reset", DEV, NOTHING},
    {"status", DEV, NOTHING},
    {KICK, DEV_VQ, NOTHING},
    {"setup-vqueue", DEV_VQ, NOTHING},
    {"reset-vqueue", DEV_VQ, NOTHING},
    {"get-config", DEV_OFF_LEN, NOTHING},
    {"set-config", DEV_OFF_HEX, NOTHING},
    {"remove", DEV, NOTHING},
};
static const struct command of_bus[] = {
    {"add", DEV, VMSG_NOTE_ADD},
    {"remove", DEV, VMSG_NOTE_REMOVE},
    {"drop-next", ALONE, VMSG_NOTE_DROP_NEXT},
    {"max-msg-size", SIZE, VMSG_NOTE_MAX_SIZE},
};

static const struct command *command_of(enum vmsg_role role, uint8_t a)
{
    switch (role) {
    case VMSG_ROLE_DEVICE:
        return &of_device[a % (sizeof of_device / sizeof *of_device)];
    case VMSG_ROLE_DRIVER:
        return &of_driver[a % (sizeof of_driver / sizeof *of_driver)];
    case VMSG_ROLE_BUS:
        break;
    }
    return &of_bus[a % (sizeof of_bus / sizeof *of_bus)];
}

/* May the SUT know that device by now? One that it was not told of yet cannot go or be used. */
static bool is_there(enum vmsg_role role, const struct vmsg_fuzz_device *d)
{
    return d && !d->removed && (d->found || role == VMSG_ROLE_DEVICE);
}

static bool all_there(const struct vmsg_fuzz_known *k)
{
    for (size_t i = 0; i < k->n_devices; i++)
        if (!k->devices[i].found)
            return false;
    return true;
}

/* Only what a SUT that works accepts: a refused command leaves nothing to judge. */
static bool makes_sense(const struct vmsg_fuzz_known *k, enum vmsg_role role,
                        const struct command *c, const struct vmsg_fuzz_device *d, uint32_t first)
{
    if (c->arguments == SIZE || c->arguments == ALONE)
        return all_there(k);
    if (c->note == VMSG_NOTE_ADD)
        return d && d->removed;
    if (c->note == VMSG_NOTE_NEEDS_RESET)
        return is_there(role, d) && !(d->status & VIRTIO_S_NEEDS_RESET);
    if (c->note == VMSG_NOTE_CHANGE_CONFIG)
        return is_there(role, d) && first < d->config_size && d->config_size - first >= 4;
    return is_there(role, d);
}

static void write_line(const struct command *c, const struct vmsg_fuzz_upper *u, char *line,
                       size_t size)
{
    size_t n, hex = u->note.data_len ? u->note.data_len : 4;

    switch (c->arguments) {
    case DEV:
        snprintf(line, size, "%s %u", c->name, u->note.dev_num);
        return;
    case DEV_VQ:
        snprintf(line, size, "%s %u %u", c->name, u->note.dev_num, u->note.vq);
        return;
    case DEV_OFF_LEN:
        snprintf(line, size, "%s %u %u %u", c->name, u->note.dev_num, u->note.value,
                 u->data[0] % 16u);
        return;
    case DEV_OFF_HEX:
        n = (size_t)snprintf(line, size, "%s %u %u ", c->name, u->note.dev_num, u->note.value);
        for (size_t i = 0; i < hex; i++)
            n += (size_t)snprintf(line + n, size - n, "%02x", u->data[i]);
        return;
    case ALONE:
        snprintf(line, size, "%s", c->name);
        return;
    case SIZE:
        snprintf(line, size, "%s %u", c->name, u->note.value);
        return;
    }
}

/* What the configuration becomes: the raw bytes where there are any, as far as they fit. */
static size_t change(uint8_t *data, const struct vmsg_fuzz_step *s, uint32_t room)
{
    size_t n = s->n_raw < room ? s->n_raw : room;

    if (n == 0)
        return 4;
    memcpy(data, s->raw, n);
    return n;
}

bool vmsg_fuzz_upper(struct vmsg_fuzz_known *k, enum vmsg_role role, const struct vmsg_fuzz_step *s,
                     struct vmsg_fuzz_upper *u)
{
    const struct command *c = command_of(role, s->a);
    uint32_t first = (uint32_t)vmsg_fuzz_value(k, &s->f[0], 0);

    *u = (struct vmsg_fuzz_upper){0};
    u->note.dev_num = vmsg_fuzz_dev(k, s->b, &u->device);
    if (!makes_sense(k, role, c, u->device, first))
        return false;
    vmsg_put_le32(u->data, (uint32_t)vmsg_fuzz_value(k, &s->f[1], 4));
    u->noted = c->note != NOTHING;
    if (u->noted)
        u->note.kind = (enum vmsg_note_kind)c->note;
    if (c->arguments == DEV_VQ)
        u->note.vq = first;
    else if (c->arguments == SIZE)
        u->note.value = VMSG_MAX_SIZE_LEAST + first % 4096u;
    else
        u->note.value = c->arguments == DEV || c->arguments == ALONE ? 0 : first;
    if (c->note == VMSG_NOTE_CHANGE_CONFIG) {
        u->note.data = u->data;
        u->note.data_len = change(u->data, s, u->device->config_size - first);
    }
    if (!strcmp(c->name, KICK))
        u->kicks = 1 + (unsigned)(vmsg_fuzz_value(k, &s->f[1], 0) % KICKS_MOST);
    u->looks = u->kicks || !strcmp(c->name, "status") || !strcmp(c->name, "get-config");
    write_line(c, u, u->line, sizeof u->line);
    return true;
}
