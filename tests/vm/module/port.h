/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A port: two queues of records between a front, which the program under test's harness uses, and a
 * back, which a relay uses.
 */
#ifndef VM_PORT_H
#define VM_PORT_H

#include "back.h"

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/wait.h>

#define VM_QUEUED_MOST 4096

struct vm_entry {
    struct list_head node;
    struct vm_record record;
    u8 payload[];
};

struct vm_queue {
    struct list_head entries;
    unsigned int n;
};

struct vm_port;

/* What the front does about things that happen at the back; called with the lock held. */
struct vm_front {
    void (*message)(struct vm_port *port); /* there is one more in to_front */
    void (*room)(struct vm_port *port);    /* there is room in to_back again; may be NULL */
    void (*gone)(struct vm_port *port);
    void (*reset)(struct vm_port *port); /* may be NULL */
};

struct vm_port {
    struct miscdevice back;
    const struct vm_front *front;
    struct mutex lock;
    wait_queue_head_t wait; /* both sides, for either queue */
    struct vm_queue to_front, to_back;
    u32 session;   /* counts the openings of the front */
    bool is_open;  /* the front */
    bool has_back; /* the back */
    bool is_gone;  /* the peer of this session */
    struct file *memory;
    u64 memory_base, memory_size;
};

int vm_port_register(struct vm_port *port, const char *name, const struct vm_front *front);
void vm_port_unregister(struct vm_port *port);

/* All with the lock held. */
int vm_port_open(struct vm_port *port);  /* the front; -ENODEV without a back, -EBUSY */
int vm_port_renew(struct vm_port *port); /* a new session: nothing of the last one is left */
void vm_port_close(struct vm_port *port);
bool vm_port_is_full(const struct vm_port *port); /* to_back */
int vm_port_tell(struct vm_port *port, u16 kind, const void *payload, size_t len);
struct vm_entry *vm_port_take(struct vm_queue *queue); /* the first, to be kfree()d; or NULL */

/* Make `vma` a mapping of the DMA memory from `offset` on. */
int vm_port_mmap(struct vm_port *port, struct vm_area_struct *vma, u64 offset);

#endif
