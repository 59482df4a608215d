/*
 * The Linux virtio-msg-user interface, as numbers.
 *
 * From drivers/virtio/virtio_msg_user.c, virtio_msg_loopback.c and include/uapi/linux/virtio_msg.h,
 * virtio_msg_lb.h of the proposed Linux transport (wmamills/linux-openamp-staging). Also compiled
 * into a kernel module.
 */
#ifndef VMSG_CHARDEV_UAPI_H
#define VMSG_CHARDEV_UAPI_H

#include <linux/ioctl.h>

/* A read or write of fewer bytes is refused by returning 0. */
#define VMSG_USER_MIN_SIZE 44

/* On the control node, with a pointer to one unsigned int: the device number. */
#define VMSG_LB_ADD    _IOC(_IOC_NONE, 'P', 0, 4)
#define VMSG_LB_REMOVE _IOC(_IOC_NONE, 'P', 1, 4)

#endif
