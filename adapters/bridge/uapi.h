/*
 * The Linux virtio-msg bridge interface, version 1, as layouts and numbers.
 *
 * From include/uapi/linux/virtio_msg_bus_bridge.h and its document in the Linux proof of concept
 * for the second patch series (linux-poc of bertrand-marquis/virtio-msg-spec); the sizes are the
 * ones that its kernel side asserts. Also compiled into a kernel module.
 */
#ifndef VMSG_BRIDGE_UAPI_H
#define VMSG_BRIDGE_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

enum {
    VMSG_BRIDGE_VERSION = 1,
    VMSG_BRIDGE_ENTRIES = 256,     /* slots of a ring */
    VMSG_BRIDGE_ENTRY_ALIGN = 128, /* a slot is the message limit, rounded up to this */
    VMSG_BRIDGE_BITMAP_MAX = 8192,
    VMSG_BRIDGE_BUS_NAME = 16,
    VMSG_BRIDGE_BUS_ID = 48,
    VMSG_BRIDGE_CONTROL_PAYLOAD = 64,

    VMSG_BRIDGE_RESOLVE_CREATE = 1 << 0,
    VMSG_BRIDGE_CAP_ONLINE = 1 << 0,
    VMSG_BRIDGE_SET_DEVICES_CLEAR = 1 << 0,

    VMSG_BRIDGE_CONTROL_ONLINE = 4,
    VMSG_BRIDGE_CONTROL_OFFLINE = 5,
    VMSG_BRIDGE_OFFLINE_REMOVED = 1,
    VMSG_BRIDGE_OFFLINE_RESET = 2,

    VMSG_BRIDGE_MAP_ADD = 1,
    VMSG_BRIDGE_MAP_DEL_REQ = 2,
    VMSG_BRIDGE_ACK_OK = 0,
    VMSG_BRIDGE_ACK_RETRY = 1,
    VMSG_BRIDGE_ACK_REJECT = 2,
};

struct vmsg_bridge_address {
    char bus_name[VMSG_BRIDGE_BUS_NAME]; /* both NUL-terminated and zero-padded */
    char bus_id[VMSG_BRIDGE_BUS_ID];
};

struct vmsg_bridge_resolve {
    struct vmsg_bridge_address address;
    __u32 handle; /* out, never 0 */
    __u32 flags;
    __u64 reserved[2];
};

struct vmsg_bridge_release {
    __u32 handle, flags;
    __u64 reserved;
};

/* At a ring's start; its slots follow at once. prod and cons count frames and never wrap at
 * entries. */
struct vmsg_bridge_ring_header {
    __u32 prod, cons, entries, entry_size, flags, reserved;
};

struct vmsg_bridge_ring_info {
    __u64 offset, bytes; /* within ring_fd */
    __u32 entries, entry_size;
    __u64 reserved;
};

struct vmsg_bridge_caps {
    __u32 uapi_version, revision, max_msg_size, flags;
    __u64 transport_features, bridge_features, reserved[2];
};

struct vmsg_bridge_attach {
    __u32 endpoint_id, flags;
    __s32 ring_fd, kick_fd, call_fd;
    __u32 vmm_max_msg_size;
    struct vmsg_bridge_ring_info tx, rx; /* tx: this side produces */
    struct vmsg_bridge_caps caps;        /* out */
    __u64 reserved[4];
};

struct vmsg_bridge_map_event {
    __u64 seq, map_id, epoch, bus_addr, length, mmap_offset, mmap_length;
    __u16 type, reserved0;
    __u32 flags;
    __u64 reserved1[2];
};

struct vmsg_bridge_map_recv {
    struct vmsg_bridge_map_event event;
    __u32 flags, reserved0;
    __u64 reserved1[2];
};

struct vmsg_bridge_map_ack {
    __u64 seq;
    __u16 type, status;
    __u32 flags;
    __u64 reserved[2];
};

struct vmsg_bridge_set_devices {
    __u32 endpoint_id;
    __u16 first_dev_num, last_dev_num; /* inclusive */
    __u32 flags, bitmap_bytes, reserved;
    __aligned_u64 bitmap_ptr; /* bit n of it: device first_dev_num + n */
};

struct vmsg_bridge_online {
    __u32 endpoint_id;
    char bus_name[VMSG_BRIDGE_BUS_NAME];
    __u32 max_msg_size;
    __u64 reserved[2];
};

struct vmsg_bridge_offline {
    __u32 endpoint_id, reason;
    __u64 reserved;
};

struct vmsg_bridge_control {
    __u64 seq;
    __u16 type, flags;
    __u32 payload_len;
    __u8 payload[VMSG_BRIDGE_CONTROL_PAYLOAD];
};

struct vmsg_bridge_msg_error {
    __u16 dev_num, token;
    __u8 msg_id, reserved0[3];
    __s32 error; /* a negative errno */
    __u32 flags;
    __u64 reserved1[2];
};

#define VMSG_BRIDGE_ATTACH      _IOWR(0xB9, 0x00, struct vmsg_bridge_attach)
#define VMSG_BRIDGE_DETACH      _IO(0xB9, 0x01)
#define VMSG_BRIDGE_MAP_RECV    _IOWR(0xB9, 0x02, struct vmsg_bridge_map_recv)
#define VMSG_BRIDGE_MAP_ACK     _IOW(0xB9, 0x03, struct vmsg_bridge_map_ack)
#define VMSG_BRIDGE_SET_DEVICES _IOW(0xB9, 0x04, struct vmsg_bridge_set_devices)
#define VMSG_BRIDGE_CONTROL     _IOWR(0xB9, 0x08, struct vmsg_bridge_control)
#define VMSG_BRIDGE_MSG_ERROR   _IOW(0xB9, 0x09, struct vmsg_bridge_msg_error)
#define VMSG_BRIDGE_RESOLVE     _IOWR(0xB9, 0x0A, struct vmsg_bridge_resolve)
#define VMSG_BRIDGE_RELEASE     _IOW(0xB9, 0x0B, struct vmsg_bridge_release)

_Static_assert(sizeof(struct vmsg_bridge_address) == 64, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_resolve) == 88, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_release) == 16, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_ring_header) == 24, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_ring_info) == 32, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_caps) == 48, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_attach) == 168, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_map_event) == 80, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_map_recv) == 104, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_map_ack) == 32, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_set_devices) == 32, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_online) == 40, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_offline) == 16, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_control) == 80, "bridge UAPI");
_Static_assert(sizeof(struct vmsg_bridge_msg_error) == 32, "bridge UAPI");

#endif
