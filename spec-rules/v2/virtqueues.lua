-- GET_VQUEUE, SET_VQUEUE, RESET_VQUEUE, GET_SHM.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Transport Messages / VIRTIO_MSG_GET_VQUEUE",
    title = "GET_VQUEUE",
    {
      id = "dev.prose.unavailable-queue",
      level = "MUST", observe = "restated",
      restates = "dev.get-vqueue.2",
      summary = "A queue that is not there is answered with zeros and its index.",
      hash = 0x14c7edd2c2f55ea5,
    },
    {
      id = "dev.prose.get-vqueue-echo",
      level = "MUST", observe = "restated",
      restates = "dev.prose.response-echo",
      summary = "The response repeats the index.",
      hash = 0xab9f611c41517773,
    },
    {
      id = "drv.get-vqueue.1",
      level = "MUST", observe = "wire",
      summary = "A queue is queried before it is configured, and a maximum size of 0 means that "
        .. "it is not there.",
      hash = 0xcbeb1e3be2511759,
    },
    {
      id = "drv.get-vqueue.2",
      level = "MUST", observe = "wire",
      summary = "No queue size is requested above the maximum.",
      hash = 0xe96bff4cea9a1604,
    },
    {
      id = "dev.get-vqueue.1",
      level = "MUST", observe = "wire",
      summary = "For a queue that is there, maximum and current size are accurate; the current "
        .. "size is 0 until the queue is configured.",
      readings = {
        "After RESET_VQUEUE or device reset: zero sizes and addresses, or the old "
          .. "addresses with the queue disabled.",
      },
      hash = 0xd2e9b81bc3f1974a,
    },
    {
      id = "dev.get-vqueue.2",
      level = "MUST", observe = "wire",
      summary = "A queue that is not there is answered with its index and zeros in all other "
        .. "fields.",
      hash = 0x0e620209c6aca40e,
    },
    {
      id = "dev.get-vqueue.3",
      level = "MUST", observe = "wire",
      summary = "Bit 0 of flags tells whether the queue is enabled; the other bits are 0.",
      hash = 0x9ee1c4fb5f3ccb96,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_SET_VQUEUE",
    title = "SET_VQUEUE",
    {
      id = "drv.prose.set-vqueue-reserved",
      level = "MUST", observe = "restated",
      restates = "drv.set-vqueue.1",
      summary = "The reserved field is 0.",
      hash = 0xdbca9c07df8324ff,
    },
    {
      id = "drv.prose.set-vqueue-flags-reserved",
      level = "MUST", observe = "restated",
      restates = "drv.set-vqueue.1",
      summary = "Bits 31 to 6 of flags are 0.",
      hash = 0x7553531e56e65235,
    },
    {
      id = "dev.prose.flags-zero",
      level = "MUST", observe = "restated",
      restates = "dev.set-vqueue.5",
      summary = "With flags 0 a disabled queue takes all fields and stays disabled.",
      hash = 0x34525613e5f28c35,
    },
    {
      id = "dev.prose.set-vqueue-empty",
      level = "MUST", observe = "restated",
      restates = "dev.prose.empty-response",
      summary = "The SET_VQUEUE response has no payload.",
      hash = 0xf84bac9b43ccbd4f,
    },
    {
      id = "drv.set-vqueue.1",
      level = "MUST", observe = "wire",
      summary = "Reserved field and reserved flags are zero.",
      hash = 0x94a5763dfe2654a2,
    },
    {
      id = "drv.set-vqueue.2",
      level = "MUST", observe = "wire",
      summary = "State operation 3 is not used.",
      hash = 0x5bfe32e7bebc07f6,
    },
    {
      id = "drv.set-vqueue.3",
      level = "SHOULD", observe = "wire",
      summary = "Availability is looked up by GET_VQUEUE before SET_VQUEUE is relied on.",
      hash = 0x67625576261cfe24,
    },
    {
      id = "drv.set-vqueue.4",
      level = "MUST", observe = "wire",
      summary = "State operation 0 is not used on an enabled queue.",
      hash = 0xe295c035f4046506,
    },
    {
      id = "drv.set-vqueue.5",
      level = "MUST", observe = "wire",
      summary = "A size that is to be applied is not above the maximum.",
      hash = 0x817465c93ae6c016,
    },
    {
      id = "drv.set-vqueue.6",
      level = "MUST", observe = "wire",
      summary = "Addresses that are to be applied are aligned as core virtio asks.",
      why = "Whether they point to memory is seen when DMA memory is shared.",
      hash = 0x7b96e1377c1633b4,
    },
    {
      id = "drv.set-vqueue.7",
      level = "MUST", observe = "wire",
      summary = "Sizes and addresses of an enabled queue are left alone.",
      hash = 0xf6dc2cf63cfb6f75,
    },
    {
      id = "drv.set-vqueue.8",
      level = "MUST", observe = "upper",
      summary = "To reconfigure an enabled queue the driver resets it first, when "
        .. "VIRTIO_F_RING_RESET is negotiated.",
      why = "Needs setup-vqueue on an enabled queue.",
      hash = 0xcb8eab42d19bd214,
    },
    {
      id = "drv.set-vqueue.9",
      level = "MUST", observe = "wire",
      summary = "The driver confirms by GET_VQUEUE what it wants to rely on.",
      readings = {
        "Configure and enable in one SET_VQUEUE and then confirm, or configure, confirm "
          .. "and then enable.",
      },
      hash = 0x4e4964fba1342987,
    },
    {
      id = "dev.set-vqueue.1",
      level = "MUST", observe = "wire",
      summary = "SET_VQUEUE for a queue that is not there changes nothing.",
      hash = 0x7a6f7578239076a5,
    },
    {
      id = "dev.set-vqueue.2",
      level = "MUST", observe = "wire",
      summary = "A nonzero reserved field, reserved flags or state operation 3: nothing changes "
        .. "and the empty response comes.",
      hash = 0x9ba8f417b4f489a3,
    },
    {
      id = "dev.set-vqueue.3",
      level = "MUST", observe = "wire",
      summary = "State operation 0 on an enabled queue: nothing changes and the empty response "
        .. "comes.",
      hash = 0xad777a0bd1cd78a3,
    },
    {
      id = "dev.set-vqueue.4",
      level = "MUST", observe = "wire",
      summary = "SET_VQUEUE is applied as a whole or not at all.",
      readings = {
        "Size 0 or above the maximum: nothing changes.",
        "Sizes that are no power of two, misaligned addresses, any status: taken or "
          .. "nothing changes.",
      },
      hash = 0xa85acd1ce28689d0,
    },
    {
      id = "dev.set-vqueue.5",
      level = "MUST", observe = "wire",
      summary = "Fields whose ignore bit is 0 are applied; the others keep their values.",
      readings = {
        "A request that is refused as a whole changes nothing; see dev.set-vqueue.4.",
        "A queue that was given no size may have one of its own: cur_size is 0 until the queue is "
          .. "configured, and shows it then.",
      },
      hash = 0x873df278cf2512b0,
    },
    {
      id = "dev.set-vqueue.6",
      level = "MUST", observe = "wire",
      summary = "An update of size or addresses of an enabled queue: nothing changes and the "
        .. "empty response comes.",
      hash = 0xde640311d5cd6e46,
    },
    {
      id = "dev.set-vqueue.7",
      level = "MUST", observe = "wire",
      summary = "The state operation takes effect after the fields, and never turns an enabled "
        .. "queue off.",
      readings = {
        "A request that is refused as a whole changes nothing; see dev.set-vqueue.4.",
      },
      hash = 0x8437f485fe9fabeb,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_RESET_VQUEUE",
    title = "RESET_VQUEUE",
    {
      id = "dev.prose.reset-vqueue-quiesced",
      level = "MUST", observe = "wire",
      summary = "RESET_VQUEUE is answered once the queue is quiet.",
      why = "Seen as: no EVENT_USED and, with DMA memory, no used buffer after the response.",
      hash = 0x9d24074e28c89d57,
    },
    {
      id = "dev.prose.vqueue-post-reset",
      level = "MUST", observe = "restated",
      restates = "dev.reset-vqueue.3",
      summary = "After its reset a queue is in the state that core virtio describes.",
      readings = {
        "Zero sizes and addresses, or the old addresses with the queue disabled.",
      },
      hash = 0x82b1ba18521a1f88,
    },
    {
      id = "dev.prose.reset-vqueue-empty",
      level = "MUST", observe = "restated",
      restates = "dev.prose.empty-response",
      summary = "The RESET_VQUEUE response has no payload.",
      hash = 0xa3543c1b72bf5f80,
    },
    {
      id = "drv.reset-vqueue.1",
      level = "MUST", observe = "upper",
      summary = "RESET_VQUEUE is used only with VIRTIO_F_RING_RESET, and only to reconfigure or "
        .. "recover a queue.",
      why = "Needs reset-vqueue; use without the feature is seen at any time.",
      hash = 0x6ee99ab508a39415,
    },
    {
      id = "drv.reset-vqueue.2",
      level = "SHOULD", observe = "upper",
      summary = "Availability is looked up by GET_VQUEUE before RESET_VQUEUE is relied on.",
      why = "Needs reset-vqueue.",
      hash = 0x240ad7c45d64ff54,
    },
    {
      id = "drv.reset-vqueue.3",
      level = "MUST", observe = "upper",
      summary = "SET_VQUEUE follows only after RESET_VQUEUE was answered.",
      why = "Needs reset-vqueue.",
      hash = 0x3d2f9bc4ff04f33b,
    },
    {
      id = "dev.reset-vqueue.1",
      level = "MUST", observe = "wire",
      summary = "RESET_VQUEUE for a queue that is not there changes nothing.",
      hash = 0xe80c7a338d1fcb37,
    },
    {
      id = "dev.reset-vqueue.2",
      level = "MUST", observe = "wire",
      summary = "Without VIRTIO_F_RING_RESET nothing changes and the empty response comes.",
      readings = {
        "After a status write that clears FEATURES_OK without a reset, what was negotiated may be "
          .. "kept or dropped.",
      },
      hash = 0x7f364775d7b3b3ff,
    },
    {
      id = "dev.reset-vqueue.3",
      level = "MUST", observe = "wire",
      summary = "The queue stops, its state is reset, and it can be configured again while "
        .. "disabled.",
      readings = {
        "The old addresses may still show, with the queue disabled.",
      },
      hash = 0x4b659bcd6b020055,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_GET_SHM",
    title = "GET_SHM",
    {
      id = "dev.prose.get-shm-echo",
      level = "MUST", observe = "restated",
      restates = "dev.prose.response-echo",
      summary = "The response repeats shmid.",
      hash = 0xe26a606487fcbd74,
    },
    {
      id = "dev.prose.get-shm-reserved",
      level = "MUST", observe = "restated",
      restates = "dev.get-shm.2",
      summary = "The reserved field of the response is 0.",
      hash = 0xcde03ccbe15c7372,
    },
    {
      id = "dev.get-shm.1",
      level = "MUST", observe = "wire",
      summary = "A region that the device lacks has length 0; one that it has is described "
        .. "accurately.",
      why = "Accuracy is judged against the ICS and between answers.",
      hash = 0xfdc4d7b780a792ae,
    },
    {
      id = "dev.get-shm.2",
      level = "MUST", observe = "wire",
      summary = "The reserved field of the response is zero.",
      hash = 0x3cfa48274cb6b787,
    },
  },
}
