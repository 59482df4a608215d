/* vmsgspec peer: a reference peer as a program. */
#include "adapters/serve.h"
#include "harness/cli/options.h"
#include "harness/cli/peer_lists.h"
#include "harness/cli/values.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <string.h>

enum {
    KEY_LISTEN = 0x100,
    KEY_LISTEN_FAR,
    KEY_FAULT,
    KEY_QUIRK,
    KEY_DEVICE,
    KEY_SEED,
    KEY_MAX_MSG_SIZE,
    KEY_TRANSPORT_FEATURES,
    KEY_NOTIFICATIONS,
    KEY_REQUEST_TIMEOUT,
    KEY_LIST_FAULTS,
    KEY_LIST_QUIRKS,
    KEY_LIST_LAYOUT_FAULTS,
    KEY_JSON,
};

static const struct argp_option options[] = {
    {"fault", KEY_FAULT, "ID", 0, "break one clause on purpose", 1},
    {"quirk", KEY_QUIRK, "ID", 0, "do something legal but unusual; may be repeated", 0},
    {"device", KEY_DEVICE, "MODEL[@NUM]", 0,
     "a device: block, entropy or max; may be repeated; default block@0 and entropy@5", 0},
    {"seed", KEY_SEED, "N", 0, "what is free, varies by this number", 0},
    {"listen", KEY_LISTEN, "URI", 0,
     "unix-listen:, tcp-listen:, vsock-listen:, shm: or ivshmem:; without it, the environment of "
     "exec: is used",
     2},
    {"listen-device-side", KEY_LISTEN_FAR, "URI", 0,
     "a bus: the shm: or ivshmem: of its device end, beside --listen", 0},
    {"max-msg-size", KEY_MAX_MSG_SIZE, "BYTES", 0, "with --listen; default 264", 0},
    {"transport-features", KEY_TRANSPORT_FEATURES, "MASK", 0, "with --listen; default 0", 0},
    {"request-timeout-ms", KEY_REQUEST_TIMEOUT, "MS", 0,
     "with --listen: a driver's patience with one attempt; default 1000", 0},
    {"notifications", KEY_NOTIFICATIONS, "HOW", 0, "with --listen: events (default) or polling", 0},
    {"list-faults", KEY_LIST_FAULTS, NULL, 0, "show the faults of this role", 3},
    {"list-quirks", KEY_LIST_QUIRKS, NULL, 0, "show the quirks of this role", 0},
    {"list-layout-faults", KEY_LIST_LAYOUT_FAULTS, NULL, 0,
     "show the faults of the layout, for --listen shm: or ivshmem:", 0},
    {"json", KEY_JSON, NULL, 0, "with a list: for programs", 0},
    {0},
};

struct peer {
    struct vmsg_serve_options serve;
    bool role_given, list_faults, list_quirks, list_layout_faults, json;
    const char *only_listen; /* an option that --listen alone makes meaningful */
    unsigned n_quirks;
    char models[VMSG_PEER_MAX_DEVICES][32];
};

/* MODEL or MODEL@NUM; without a number it is the one after the last device's. */
static bool take_device(struct peer *p, const char *arg, char *err, size_t err_size)
{
    struct vmsg_peer_config *c = &p->serve.peer;
    const char *at = strchr(arg, '@');
    size_t len = at ? (size_t)(at - arg) : strlen(arg);
    uint64_t number = c->n_devices ? c->devices[c->n_devices - 1].dev_num + 1u : 0;

    if (c->n_devices == VMSG_PEER_MAX_DEVICES) {
        snprintf(err, err_size, "at most %d devices fit into a peer", VMSG_PEER_MAX_DEVICES);
        return false;
    }
    if (at && !vmsg_value_number("the number in --device MODEL@NUM", at + 1, 0, UINT16_MAX, &number,
                                 err, err_size))
        return false;
    if (len == 0 || len >= sizeof p->models[0] || number > UINT16_MAX) {
        snprintf(err, err_size, "--device must be MODEL or MODEL@NUM, e.g. block@0, not '%s'", arg);
        return false;
    }
    for (unsigned i = 0; i < c->n_devices; i++)
        if (c->devices[i].dev_num == number) {
            snprintf(err, err_size, "two devices have number %u; give each its own",
                     (unsigned)number);
            return false;
        }
    memcpy(p->models[c->n_devices], arg, len);
    c->devices[c->n_devices].model = p->models[c->n_devices];
    c->devices[c->n_devices].dev_num = (uint16_t)number;
    c->n_devices++;
    return true;
}

static bool take_quirk(struct peer *p, const char *arg, char *err, size_t err_size)
{
    if (p->n_quirks == VMSG_PEER_MAX_QUIRKS) {
        snprintf(err, err_size, "at most %d quirks fit into a peer", VMSG_PEER_MAX_QUIRKS);
        return false;
    }
    p->serve.peer.quirks[p->n_quirks++] = arg;
    return true;
}

static bool take_max_msg_size(struct peer *p, const char *arg, char *err, size_t err_size)
{
    uint64_t n;

    p->only_listen = "--max-msg-size";
    if (!vmsg_value_number("--max-msg-size", arg, VMSG_MAX_SIZE_LEAST, VMSG_MAX_SIZE_MOST, &n, err,
                           err_size))
        return false;
    p->serve.max_msg_size = (uint32_t)n;
    return true;
}

static bool take_request_timeout(struct peer *p, const char *arg, char *err, size_t err_size)
{
    uint64_t n;

    p->only_listen = "--request-timeout-ms";
    if (!vmsg_value_number("--request-timeout-ms", arg, 1, 3600000, &n, err, err_size))
        return false;
    p->serve.peer.request_timeout_ms = (uint32_t)n;
    return true;
}

static bool take_notifications(struct peer *p, const char *arg, char *err, size_t err_size)
{
    p->only_listen = "--notifications";
    p->serve.peer.polling = !strcmp(arg, "polling");
    if (p->serve.peer.polling || !strcmp(arg, "events"))
        return true;
    snprintf(err, err_size, "--notifications must be events or polling, not '%s'", arg);
    return false;
}

static bool take_argument(struct peer *p, const char *arg, char *err, size_t err_size)
{
    if (p->role_given) {
        snprintf(err, err_size, "unexpected '%s'; one role is enough", arg);
        return false;
    }
    p->role_given = true;
    return vmsg_value_role(arg, &p->serve.peer.role, err, err_size);
}

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    struct peer *p = ctx;

    switch (key) {
    case KEY_LISTEN:
        p->serve.listen = arg;
        return true;
    case KEY_LISTEN_FAR:
        p->serve.listen_far = arg;
        return true;
    case KEY_FAULT:
        p->serve.peer.fault = arg;
        return true;
    case KEY_QUIRK:
        return take_quirk(p, arg, err, err_size);
    case KEY_DEVICE:
        return take_device(p, arg, err, err_size);
    case KEY_SEED:
        return vmsg_value_number("--seed", arg, 0, CLI_SEED_MOST, &p->serve.peer.seed, err,
                                 err_size);
    case KEY_MAX_MSG_SIZE:
        return take_max_msg_size(p, arg, err, err_size);
    case KEY_TRANSPORT_FEATURES:
        p->only_listen = "--transport-features";
        return vmsg_value_number("--transport-features", arg, 0, UINT64_MAX,
                                 &p->serve.transport_features, err, err_size);
    case KEY_NOTIFICATIONS:
        return take_notifications(p, arg, err, err_size);
    case KEY_REQUEST_TIMEOUT:
        return take_request_timeout(p, arg, err, err_size);
    case KEY_LIST_FAULTS:
        return p->list_faults = true;
    case KEY_LIST_QUIRKS:
        return p->list_quirks = true;
    case KEY_LIST_LAYOUT_FAULTS:
        return p->list_layout_faults = true;
    case KEY_JSON:
        return p->json = true;
    default:
        return take_argument(p, arg, err, err_size);
    }
}

/* What cannot be meant together. */
static bool sensible(const struct peer *p, char *err, size_t err_size)
{
    int lists = p->list_faults + p->list_quirks + p->list_layout_faults;

    if (!p->role_given)
        snprintf(err, err_size, "the role is missing: vmsgspec peer device, driver or bus");
    else if (lists > 1)
        snprintf(err, err_size, "--list-faults and the like are several lists; ask for one");
    else if (p->json && !lists)
        snprintf(err, err_size,
                 "--json belongs to --list-faults, --list-quirks or "
                 "--list-layout-faults");
    else if (p->only_listen && !p->serve.listen)
        snprintf(err, err_size, "%s belongs to --listen; without it the environment says so",
                 p->only_listen);
    else
        return true;
    return false;
}

const struct vmsg_cli_options vmsg_cmd_peer_options = {
    .command = "peer",
    .args = "ROLE",
    .operands = "device driver bus",
    .doc = "Be a reference peer: a device, driver or bus that keeps the specification, or "
           "breaks one clause of it on purpose."
           "\vStarted by exec:, it takes what else it needs from the environment.",
    .options = options,
    .take = take,
};

int vmsg_cmd_peer(int argc, char **argv)
{
    struct peer p = {0};
    char err[CLI_ERR_SIZE] = "";
    enum vmsg_cli_parsed parsed = vmsg_cli_parse(&vmsg_cmd_peer_options, argc, argv, &p);
    int status;

    if (parsed != CLI_PARSED)
        return vmsg_cli_stopped(parsed);
    if (!sensible(&p, err, sizeof err))
        return vmsg_cli_error("peer", "%s", err);
    if (p.list_layout_faults)
        return vmsg_list_layout_faults(p.json);
    if (p.list_faults)
        return vmsg_list_faults(p.serve.peer.role, p.json);
    if (p.list_quirks)
        return vmsg_list_quirks(p.serve.peer.role, p.json);
    status = vmsg_serve(&p.serve, err, sizeof err);
    if (status != 0)
        vmsg_cli_error("peer", "%s", err);
    return status;
}
