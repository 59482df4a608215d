/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The state of the bridge and its one endpoint, and what its parts do for each other; all with the
 * port's lock held where nothing else is said.
 */
#ifndef VM_BRIDGE_STATE_H
#define VM_BRIDGE_STATE_H

#include "port.h"
#include "rings.h"

#include <linux/poll.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#define HANDLE        1
#define N_DEVICES     65536
#define N_EVENTS      16 /* map and control events that wait to be received */
#define N_OUTSTANDING 1024
#define N_WINDOWS     2 /* the DMA memory is shown in halves */
#define HEADER        8
#define MSG_RESPONSE  1

/* A request that was handed out and has no completion yet. */
struct outstanding {
    u16 dev_num, token;
    u8 msg_id;
    bool used;
};

struct vm_bridge {
    struct vm_port port;
    struct file *owner; /* who is attached; NULL: nobody */
    bool resolved, online, detached, fault;
    struct vm_ring tx, rx;
    u32 max_msg_size;
    struct eventfd_ctx *kick, *call;
    struct file *kick_file;
    wait_queue_head_t *kick_head;
    wait_queue_entry_t kick_wait;
    poll_table kick_table;
    struct delayed_work work;
    u64 seq, control_seq, map_ids, epoch;
    struct vmsg_bridge_map_event maps[N_EVENTS];
    unsigned int n_maps;
    bool received;         /* the first of them, and not acknowledged */
    u64 window[N_WINDOWS]; /* map ids that live; 0: none */
    struct vmsg_bridge_control controls[N_EVENTS];
    unsigned int n_controls;
    struct outstanding outstanding[N_OUTSTANDING];
    u8 *slot;
    DECLARE_BITMAP(devices, N_DEVICES);
};

extern struct vm_bridge vm_bridge;

static inline u16 le16_at(const u8 *bytes)
{
    return bytes[0] | bytes[1] << 8;
}

void vm_bridge_wake(void);

/* ---- bridge_events.c ---- */

u64 vm_bridge_window_size(unsigned int i);
u64 vm_bridge_window_offset(unsigned int i);
void vm_bridge_hide_windows(void);
void vm_bridge_forget_devices(void);
void vm_bridge_go_offline(u32 reason);
void vm_bridge_go_online(void);
int vm_bridge_set_devices(const struct vmsg_bridge_set_devices *d);
int vm_bridge_map_recv(struct vmsg_bridge_map_recv *r);
int vm_bridge_map_ack(const struct vmsg_bridge_map_ack *a);
int vm_bridge_control_recv(struct vmsg_bridge_control *c);

/* ---- bridge_frames.c ---- */

/* Frames to the program; bus messages do not travel. True: the ring is full, look again. */
bool vm_bridge_publish(void);
void vm_bridge_work(struct work_struct *unused);
int vm_bridge_msg_error(const struct vmsg_bridge_msg_error *e);

/* Be told of the program's kicks; the end of that is without the lock, since the work takes it. */
void vm_bridge_hook_kicks(void);
void vm_bridge_unhook(void);

/* ---- bridge_attach.c ---- */

int vm_bridge_attach(struct file *file, struct vmsg_bridge_attach *a);
void vm_bridge_detach(struct file *file); /* without the lock */

#endif
