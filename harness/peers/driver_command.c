/* The reference driver's upper-tester commands (SUT contract, "The conformance statement"). */
#include "harness/peers/driver_state.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 4u

struct words {
    char text[2 * DRIVER_CONFIG + 64];
    char *at[WORDS];
    unsigned n;
};

static const struct {
    const char *name;
    enum driver_op_kind kind;
    unsigned least, most; /* words, the name included */
    const char *usage;
} commands[] = {
    {"init", DRIVER_DO_INIT, 2, 2, "init DEV"},
    {"reset", DRIVER_DO_RESET, 2, 2, "reset DEV"},
    {"remove", DRIVER_DO_REMOVE, 2, 2, "remove DEV"},
    {"status", DRIVER_DO_STATUS, 2, 2, "status DEV"},
    {"get-config", DRIVER_DO_GET_CONFIG, 4, 4, "get-config DEV OFF LEN"},
    {"set-config", DRIVER_DO_SET_CONFIG, 3, 4, "set-config DEV OFF HEX"},
    {"kick", DRIVER_DO_KICK, 3, 3, "kick DEV VQ"},
    {"setup-vqueue", DRIVER_DO_SETUP_QUEUE, 3, 3, "setup-vqueue DEV VQ"},
    {"reset-vqueue", DRIVER_DO_RESET_QUEUE, 3, 3, "reset-vqueue DEV VQ"},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* Cut the line at spaces; false when there is too much of it. */
static bool split(struct words *w, const char *line)
{
    char *p = w->text;

    w->n = 0;
    if (strlen(line) >= sizeof(w->text))
        return false;
    memcpy(p, line, strlen(line) + 1);
    for (;;) {
        while (isspace((unsigned char)*p))
            *p++ = '\0';
        if (!*p)
            return true;
        if (w->n == WORDS)
            return false;
        w->at[w->n++] = p;
        while (*p && !isspace((unsigned char)*p))
            p++;
    }
}

static bool number(const char *word, uint32_t most, uint32_t *value)
{
    bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    unsigned long long v;
    char *end;

    if (!isdigit((unsigned char)word[0]))
        return false;
    errno = 0;
    v = strtoull(word, &end, hex ? 16 : 10);
    if (*end || errno || v > most)
        return false;
    *value = (uint32_t)v;
    return true;
}

static bool hex_bytes(const char *word, struct driver_op *op)
{
    size_t len = strlen(word);

    if (len % 2 || len / 2 > sizeof(op->data) || strspn(word, "0123456789abcdefABCDEF") != len)
        return false;
    for (size_t i = 0; i < len / 2; i++) {
        char pair[3] = {word[2 * i], word[2 * i + 1], '\0'};

        op->data[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    op->length = (uint32_t)(len / 2);
    return true;
}

/* The arguments after the device number. */
static bool arguments(const struct words *w, struct driver_op *op)
{
    switch (op->kind) {
    case DRIVER_DO_INIT:
    case DRIVER_DO_RESET:
    case DRIVER_DO_REMOVE:
    case DRIVER_DO_STATUS:
        return true;
    case DRIVER_DO_GET_CONFIG:
        return number(w->at[2], UINT32_MAX, &op->offset) &&
               number(w->at[3], UINT32_MAX, &op->length);
    case DRIVER_DO_SET_CONFIG:
        return number(w->at[2], UINT32_MAX, &op->offset) && (w->n < 4 || hex_bytes(w->at[3], op));
    case DRIVER_DO_KICK:
    case DRIVER_DO_SETUP_QUEUE:
    case DRIVER_DO_RESET_QUEUE:
        return number(w->at[2], UINT16_MAX, &op->queue);
    }
    return false;
}

/* Offsets and lengths stay within what GET_DEVICE_INFO said ("Device Information"). */
static const char *config_refusal(const struct driver_device *d, const struct driver_op *op)
{
    bool anywhere =
        driver_faulty(d, op->kind == DRIVER_DO_GET_CONFIG ? VMSG_DRIVER_FAULT_READS_PAST_THE_END
                                                          : VMSG_DRIVER_FAULT_WRITES_PAST_THE_END);

    if (!anywhere && (d->config_size == 0 || (uint64_t)op->offset + op->length > d->config_size))
        return "outside the configuration space; stay below the device's config_size";
    if (op->length > driver_config_room(d))
        return "more than one message carries; ask for fewer bytes";
    return NULL;
}

/* Why a running device cannot do it, NULL: it can. */
static const char *running_refusal(const struct driver_device *d, const struct driver_op *op)
{
    switch (op->kind) {
    case DRIVER_DO_INIT:
    case DRIVER_DO_RESET:
    case DRIVER_DO_REMOVE:
    case DRIVER_DO_STATUS:
        return NULL;
    case DRIVER_DO_GET_CONFIG:
    case DRIVER_DO_SET_CONFIG:
        return config_refusal(d, op);
    case DRIVER_DO_KICK:
        if (op->queue >= DRIVER_QUEUES || !d->queues[op->queue].ready)
            return "the virtqueue is not set up; use setup-vqueue first";
        if (!driver_ring_can_submit(d, op->queue))
            return "the virtqueue holds no further buffer; let the device use some first";
        return NULL;
    case DRIVER_DO_SETUP_QUEUE:
        return driver_queue_refusal(d, op->queue, false);
    case DRIVER_DO_RESET_QUEUE:
        return driver_queue_refusal(d, op->queue, true);
    }
    return NULL;
}

/* Commands that a device which is not driven can take. */
static bool works_stopped(enum driver_op_kind kind)
{
    return kind == DRIVER_DO_INIT || kind == DRIVER_DO_RESET || kind == DRIVER_DO_REMOVE ||
           kind == DRIVER_DO_STATUS;
}

/* Why the command cannot be done as things stand; while the device is busy that is open. */
static const char *refusal(const struct driver_device *d, const struct driver_op *op)
{
    if (d->step == DRIVER_STOPPED && !works_stopped(op->kind))
        return "the device is not running; use init first";
    return d->step == DRIVER_RUNNING ? running_refusal(d, op) : NULL;
}

static void run(struct driver_device *d)
{
    d->op_tries = 0;
    d->op_from = d->step;
    switch (d->op.kind) {
    case DRIVER_DO_INIT:
        driver_start(d);
        return;
    case DRIVER_DO_RESET:
        driver_reset(d, DRIVER_THEN_STOP);
        return;
    case DRIVER_DO_REMOVE:
        driver_reset(d, DRIVER_THEN_FORGET);
        return;
    case DRIVER_DO_STATUS:
        driver_enter(d, DRIVER_OP_STATUS);
        return;
    case DRIVER_DO_GET_CONFIG:
        driver_enter(d, DRIVER_OP_GET_CONFIG);
        return;
    case DRIVER_DO_SET_CONFIG:
        driver_enter(d, DRIVER_OP_SET_CONFIG);
        return;
    case DRIVER_DO_KICK:
        d->polls = 0;
        driver_ring_submit(d, d->op.queue);
        return;
    case DRIVER_DO_SETUP_QUEUE:
    case DRIVER_DO_RESET_QUEUE:
        driver_queue_begin(d, d->op.queue, d->op.kind == DRIVER_DO_RESET_QUEUE);
        driver_enter(d, DRIVER_QUEUE_GET);
        return;
    }
}

void driver_idle(struct driver_device *d)
{
    while (d->step == DRIVER_RUNNING || d->step == DRIVER_STOPPED) {
        if (d->step == DRIVER_RUNNING && d->config_stale) {
            driver_config_read(d);
            return;
        }
        if (!d->n_ops)
            break;
        d->op = d->ops[0];
        memmove(d->ops, d->ops + 1, --d->n_ops * sizeof(d->ops[0]));
        if (!refusal(d, &d->op))
            run(d);
    }
    if (d->step == DRIVER_RUNNING)
        driver_io(d);
}

/* Queue the command for its device; a reason when it cannot be. */
static const char *accept(struct vmsg_driver *drv, uint16_t dev_num, const struct driver_op *op)
{
    struct driver_device *d = driver_find(drv, dev_num);
    const char *reason;

    if (!d && op->kind != DRIVER_DO_INIT)
        return "unknown device; use init first";
    if (!d)
        d = driver_add(drv, dev_num);
    if (!d)
        return "16 devices are driven already; remove one first";
    if (d->n_ops == DRIVER_OPS)
        return "8 commands wait for the device already; wait until they are done";
    reason = refusal(d, op);
    if (reason)
        return reason;
    d->ops[d->n_ops++] = *op;
    return NULL;
}

void vmsg_driver_command(struct vmsg_driver *drv, const char *line, char *reply, size_t reply_size)
{
    struct words w;
    struct driver_op op = {0};
    uint32_t dev_num;
    const char *reason;
    size_t i;

    if (!split(&w, line) || w.n == 0) {
        snprintf(reply, reply_size, "error not a command line; write a command and its arguments");
        return;
    }
    for (i = 0; i < N_COMMANDS && strcmp(commands[i].name, w.at[0]) != 0; i++)
        continue;
    if (i == N_COMMANDS) {
        snprintf(reply, reply_size,
                 "error unknown command; a driver takes init, reset, remove, "
                 "status, get-config, set-config, kick, setup-vqueue, "
                 "reset-vqueue");
        return;
    }
    op.kind = commands[i].kind;
    if (w.n < commands[i].least || w.n > commands[i].most ||
        !number(w.at[1], UINT16_MAX, &dev_num) || !arguments(&w, &op)) {
        snprintf(reply, reply_size, "error bad arguments; write %s", commands[i].usage);
        return;
    }
    reason = accept(drv, (uint16_t)dev_num, &op);
    snprintf(reply, reply_size, "%s%s", reason ? "error " : "ok", reason ? reason : "");
    if (!reason)
        driver_idle(driver_find(drv, (uint16_t)dev_num));
}
