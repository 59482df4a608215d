/*
 * A session with a bridge: one endpoint, attached by rings and eventfds, and what the bridge tells
 * of it.
 */
#ifndef VMSG_BRIDGE_SESSION_H
#define VMSG_BRIDGE_SESSION_H

#include "adapters/bridge/ring.h"
#include "adapters/bridge/windows.h"

struct vmsg_session {
    int fd, ring_fd, kick, call; /* -1: none */
    uint32_t handle;             /* 0: none */
    bool is_attached, is_online, is_ended;
    uint8_t *rings; /* both, mapped */
    size_t rings_size;
    uint32_t max_msg_size; /* agreed */
    struct vmsg_ring tx, rx;
    struct vmsg_windows windows;
    uint8_t devices[VMSG_BRIDGE_BITMAP_MAX]; /* what is published, and again after each return */
    char reason[200];                        /* why it ended, once is_ended */
};

struct vmsg_session_config {
    const char *path, *bus, *id;
    uint32_t max_msg_size;
    const char *devices; /* "0,5" */
    uint64_t mem_base;
    size_t mem_size;
};

/* No session; may be closed. */
void vmsg_session_init(struct vmsg_session *s);

/* Open, resolve, attach. False with a sentence in err. The endpoint may be offline. */
bool vmsg_session_open(struct vmsg_session *s, const struct vmsg_session_config *config, char *err,
                       size_t err_size);

/*
 * Receive and follow all control and map events that wait; publishes the devices when the endpoint
 * comes online. The session ends, with a reason, when the endpoint is removed, or events make no
 * sense.
 */
void vmsg_session_follow(struct vmsg_session *s);

/* Publish the devices. False: the session has ended or the endpoint is offline. */
bool vmsg_session_publish(struct vmsg_session *s);

/* A device comes or goes: at once, or with the next publishing of an endpoint that is offline. */
void vmsg_session_set_device(struct vmsg_session *s, uint16_t dev_num, bool there);

/* Fail a request, as a bus does that cannot have it answered; `error` is a positive errno. */
void vmsg_session_fail(struct vmsg_session *s, uint16_t dev_num, uint16_t token, uint8_t msg_id,
                       uint32_t error);

/* What poll() said of the bridge beside readability: has it ended the session? */
void vmsg_session_polled(struct vmsg_session *s, short revents);

bool vmsg_session_has_device(const struct vmsg_session *s, uint16_t dev_num);

/* Detach and let everything go; `reason` stays. */
void vmsg_session_close(struct vmsg_session *s);

#endif
