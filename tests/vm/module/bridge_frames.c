// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Frames through the rings, and the requests among them that have no completion yet.
 */
#include "bridge_state.h"

#include <linux/bitmap.h>
#include <linux/eventfd.h>
#include <linux/slab.h>

#define RETRY_JIFFIES 1 /* a full ring is looked at again */
#define MSG_BUS       2
#define MSG_EVENT     0x40

static struct outstanding *find_outstanding(u16 dev_num, u16 token)
{
    for (unsigned int i = 0; i < N_OUTSTANDING; i++)
        if (vm_bridge.outstanding[i].used && vm_bridge.outstanding[i].dev_num == dev_num &&
            vm_bridge.outstanding[i].token == token)
            return &vm_bridge.outstanding[i];
    return NULL;
}

static void note_request(const u8 *frame)
{
    for (unsigned int i = 0; i < N_OUTSTANDING && !frame[0] && !(frame[1] & MSG_EVENT); i++)
        if (!vm_bridge.outstanding[i].used) {
            vm_bridge.outstanding[i] =
                (struct outstanding){le16_at(frame + 2), le16_at(frame + 4), frame[1], true};
            return;
        }
}

static void note_response(const u8 *frame)
{
    struct outstanding *o =
        frame[0] & MSG_RESPONSE ? find_outstanding(le16_at(frame + 2), le16_at(frame + 4)) : NULL;

    if (o)
        o->used = false;
}

/* Frames of the program: transport class and to a device that it published, or the ring is bad. */
static void drain(void)
{
    int taken;
    size_t size;

    while (!vm_bridge.fault && vm_bridge.online && !vm_port_is_full(&vm_bridge.port)) {
        taken = vm_ring_take(&vm_bridge.tx, vm_bridge.slot);
        if (!taken)
            return;
        size = le16_at(vm_bridge.slot + 6);
        if (taken < 0 || vm_bridge.slot[0] & ~MSG_RESPONSE || size < HEADER ||
            size > vm_bridge.max_msg_size ||
            !test_bit(le16_at(vm_bridge.slot + 2), vm_bridge.devices)) {
            vm_bridge.fault = true;
            vm_bridge_wake();
            return;
        }
        note_response(vm_bridge.slot);
        vm_port_tell(&vm_bridge.port, VM_MESSAGE, vm_bridge.slot, size);
    }
}

/* Frames to the program; bus messages do not travel. True: the ring is full, look again. */
bool vm_bridge_publish(void)
{
    struct vm_entry *entry;
    bool any = false;
    int put = 1;

    while (put > 0 && !vm_bridge.fault && vm_bridge.online &&
           (entry = list_first_entry_or_null(&vm_bridge.port.to_front.entries, struct vm_entry,
                                             node))) {
        bool fits = entry->record.len >= HEADER && entry->record.len <= vm_bridge.rx.entry_size &&
                    !(entry->payload[0] & MSG_BUS);

        put = fits ? vm_ring_put(&vm_bridge.rx, entry->payload, entry->record.len) : 1;
        if (put < 0)
            vm_bridge.fault = true;
        if (put <= 0)
            break;
        if (fits)
            note_request(entry->payload);
        kfree(vm_port_take(&vm_bridge.port.to_front));
        any = true;
    }
    if (any || vm_bridge.fault)
        vm_bridge_wake();
    return !put;
}

void vm_bridge_work(struct work_struct *unused)
{
    mutex_lock(&vm_bridge.port.lock);
    if (vm_bridge.owner && !vm_bridge.detached) {
        drain();
        if (vm_bridge_publish())
            schedule_delayed_work(&vm_bridge.work, RETRY_JIFFIES);
    }
    mutex_unlock(&vm_bridge.port.lock);
}

static int kicked(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
    u64 count = 0;

    if (key_to_poll(key) & EPOLLIN) {
        eventfd_ctx_do_read(vm_bridge.kick, &count);
        mod_delayed_work(system_wq, &vm_bridge.work, 0);
    }
    return 0;
}

static void hook(struct file *file, wait_queue_head_t *head, poll_table *table)
{
    vm_bridge.kick_head = head;
    add_wait_queue(head, &vm_bridge.kick_wait);
}

void vm_bridge_hook_kicks(void)
{
    init_waitqueue_func_entry(&vm_bridge.kick_wait, kicked);
    init_poll_funcptr(&vm_bridge.kick_table, hook);
    vfs_poll(vm_bridge.kick_file, &vm_bridge.kick_table);
}

/* Without the lock, since the work takes it. */
void vm_bridge_unhook(void)
{
    if (vm_bridge.kick_head)
        remove_wait_queue(vm_bridge.kick_head, &vm_bridge.kick_wait);
    vm_bridge.kick_head = NULL;
    cancel_delayed_work_sync(&vm_bridge.work);
}

int vm_bridge_msg_error(const struct vmsg_bridge_msg_error *e)
{
    struct outstanding *o = find_outstanding(e->dev_num, e->token);
    struct vm_error error = {.dev_num = e->dev_num, .token = e->token, .msg_id = e->msg_id};

    if (!vm_bridge.online)
        return -ENOTCONN;
    if (e->error >= 0 || e->error < -4095 || e->flags ||
        memchr_inv(e->reserved0, 0, sizeof(e->reserved0)) ||
        memchr_inv(e->reserved1, 0, sizeof(e->reserved1)))
        return -EINVAL;
    if (!o)
        return -ENOENT;
    if (o->msg_id != e->msg_id)
        return -EPROTO;
    o->used = false;
    error.error = -e->error;
    return vm_port_tell(&vm_bridge.port, VM_ERROR, &error, sizeof(error));
}
