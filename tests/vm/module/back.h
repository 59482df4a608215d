/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The back of the test module's devices: what a peer's relay reads and writes where the kernel's
 * own drivers would be. One record a read and a write.
 */
#ifndef VM_BACK_H
#define VM_BACK_H

#include <linux/ioctl.h>
#include <linux/types.h>

enum vm_kind {
    VM_MESSAGE, /* both ways: a message, header first */
    VM_OPENED,  /* the front was opened, a bridge attached: a new session begins */
    VM_CLOSED,  /* it ended */
    VM_ADDED,   /* a device appeared; payload: its number, u16 */
    VM_REMOVED, /* and went */
    VM_ERROR,   /* a request failed; payload: struct vm_error */
};

#define VM_PAYLOAD_MAX 65535u

struct vm_record {
    __u16 kind;
    __u16 len;     /* of the payload that follows */
    __u32 session; /* of the front; what is written for another than the living one is dropped */
};

struct vm_error {
    __u16 dev_num, token;
    __u8 msg_id, zero[3];
    __u32 error; /* errno, positive */
};

struct vm_memory {
    __s32 fd; /* a memfd: DMA memory */
    __u32 zero;
    __u64 base; /* its bus address */
    __u64 size;
};

#define VM_SET_MEMORY _IOW('V', 0, struct vm_memory)
#define VM_GONE       _IO('V', 1) /* the peer of the session, the argument, is gone for good */
#define VM_RESET      _IO('V', 2) /* of a bridge: the endpoint goes offline and comes back */

#endif
