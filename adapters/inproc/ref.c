/*
 * The ref: adapter: its options, on top of the in-process adapter.
 */
#include "adapters/inproc/ref.h"

#include "adapters/inproc/inproc.h"
#include "adapters/uri.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ref {
    struct vmsg_peer_config peer; /* first: it is what the peer's open() is given */
    struct vmsg_uri uri;          /* owns the names in peer */
    bool own_seed;
};

static bool set_role(struct vmsg_peer_config *c, const char *role, char *err, size_t err_size)
{
    static const char *const roles[] = {"device", "driver", "bus"}; /* as enum vmsg_role */
    for (unsigned i = 0; i < 3; i++)
        if (!strcmp(roles[i], role)) {
            c->role = (enum vmsg_role)i;
            return true;
        }
    snprintf(err, err_size, "unknown role '%s'; it is device, driver or bus", role);
    return false;
}

static bool set_quirks(struct vmsg_peer_config *c, char *list, char *err, size_t err_size)
{
    unsigned n = 0;
    for (char *id, *rest = list; (id = strsep(&rest, ","));) {
        if (n == VMSG_PEER_MAX_QUIRKS) {
            snprintf(err, err_size, "quirk= takes at most %u ids", VMSG_PEER_MAX_QUIRKS);
            return false;
        }
        c->quirks[n++] = id;
    }
    return true;
}

static bool set_devices(struct vmsg_peer_config *c, char *list, char *err, size_t err_size)
{
    for (char *item, *rest = list; (item = strsep(&rest, ","));) {
        uint64_t number;
        char *at = strchr(item, '@');
        if (c->n_devices == VMSG_PEER_MAX_DEVICES) {
            snprintf(err, err_size, "devices= takes at most %u devices", VMSG_PEER_MAX_DEVICES);
            return false;
        }
        if (!at || !vmsg_uri_number(at + 1, &number) || number > UINT16_MAX) {
            snprintf(err, err_size,
                     "devices=%s is not understood; write MODEL@NUMBER,..., as in "
                     "block@0,entropy@5",
                     item);
            return false;
        }
        *at = '\0';
        c->devices[c->n_devices].model = item;
        c->devices[c->n_devices++].dev_num = (uint16_t)number;
    }
    return true;
}

static bool set_options(struct ref *r, char *err, size_t err_size)
{
    const char *quirks = vmsg_uri_get(&r->uri, "quirk");
    const char *devices = vmsg_uri_get(&r->uri, "devices");
    const char *seed = vmsg_uri_get(&r->uri, "seed");
    if (r->uri.path[0]) {
        snprintf(err, err_size, "ref:%s is not understood; options follow as ref:?fault=ID",
                 r->uri.path);
        return false;
    }
    r->peer.fault = vmsg_uri_get(&r->uri, "fault");
    r->own_seed = seed;
    if (seed && !vmsg_uri_number(seed, &r->peer.seed)) {
        snprintf(err, err_size, "seed=%s is no number", seed);
        return false;
    }
    /* The lists are cut up in place; the URI's text is ours. */
    return (!quirks || set_quirks(&r->peer, (char *)quirks, err, err_size)) &&
           (!devices || set_devices(&r->peer, (char *)devices, err, err_size));
}

static void prepare(void *config, const struct vmsg_adapter_params *params)
{
    struct ref *r = config;
    if (!r->own_seed)
        r->peer.seed = params->seed;
    r->peer.polling = params->notifications && !strcmp(params->notifications, "polling");
    r->peer.request_timeout_ms = params->request_timeout_ms;
    r->peer.platform = params->devices;
    r->peer.synthesis =
        params->notification_path && !strcmp(params->notification_path, "synthesis");
}

static void free_ref(void *config)
{
    struct ref *r = config;
    vmsg_uri_clear(&r->uri);
    free(r);
}

struct vmsg_adapter *vmsg_ref_create(const char *rest, const char *role, char *err, size_t err_size)
{
    static const char *const known[] = {"fault", "quirk", "seed", "devices", NULL};
    struct vmsg_adapter *adapter = NULL;
    struct ref *r = calloc(1, sizeof *r);
    if (!r) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    if (set_role(&r->peer, role, err, err_size) &&
        vmsg_uri_parse(&r->uri, rest, known, err, err_size) && set_options(r, err, err_size) &&
        vmsg_served_peer_check(&r->peer, err, err_size))
        adapter = vmsg_inproc_create(
            &(struct vmsg_inproc_sut){&vmsg_served_peer, r, prepare, free_ref}, err, err_size);
    if (adapter)
        adapter->caps |= VMSG_CAN_MANY;
    else
        free_ref(r);
    return adapter;
}
