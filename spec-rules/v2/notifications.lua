-- EVENT_CONFIG, EVENT_AVAIL, EVENT_USED.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Transport Messages / VIRTIO_MSG_EVENT_CONFIG",
    title = "EVENT_CONFIG",
    {
      id = "drv.prose.data-omitted",
      level = "SHOULD", observe = "restated",
      restates = "drv.configuration-semantics-profiles.5",
      summary = "Without data in the event the driver reads the configuration.",
      hash = 0x83be616e8c0e4fdd,
    },
    {
      id = "dev.prose.status-write-no-event",
      level = "MUST", observe = "restated",
      restates = "dev.configuration-semantics-profiles.9",
      summary = "A driver's status write alone causes no EVENT_CONFIG.",
      hash = 0xfb2c5367d5b5e98e,
    },
    {
      id = "dev.prose.status-only-event",
      level = "MUST", observe = "restated",
      restates = "dev.configuration-semantics-profiles.10",
      summary = "An event about status only has offset and length 0.",
      hash = 0x93fd5a647b385d04,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_EVENT_AVAIL",
    title = "EVENT_AVAIL",
    {
      id = "drv.prose.next-offset-zero",
      level = "MUST", observe = "restated",
      restates = "drv.event-avail.2",
      summary = "Without VIRTIO_F_NOTIFICATION_DATA next_offset is 0.",
      hash = 0x43af37a31fdb3693,
    },
    {
      id = "drv.prose.vq-index-is-index",
      level = "MUST", observe = "restated",
      restates = "drv.event-avail.1",
      summary = "vq_index is always a queue index.",
      hash = 0x3d62ef442d6ecb43,
    },
    {
      id = "drv.event-avail.1",
      level = "MUST", observe = "wire",
      summary = "EVENT_AVAIL names the queue by its index.",
      hash = 0x72569e6a4924b154,
    },
    {
      id = "drv.event-avail.2",
      level = "MUST", observe = "wire",
      summary = "next_offset is 0 without VIRTIO_F_NOTIFICATION_DATA, and holds core's next "
        .. "offset and wrap bit with it.",
      why = "The value is compared with the ring when DMA memory is shared.",
      readings = {
        "Split queues: the wrap bit is zero as the chapter says, or bit 15 of the "
          .. "available index as core says.",
      },
      hash = 0x4deafcd6c3f7d236,
    },
    {
      id = "bus.event-avail.1",
      level = "MUST", observe = "wire",
      summary = "A bus that cannot carry notification data keeps VIRTIO_F_NOTIFICATION_DATA "
        .. "from being negotiated.",
      why = "Seen as: next_offset arrives changed although the feature was negotiated.",
      hash = 0xbd9f8bdda93609d2,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_EVENT_USED",
    title = "EVENT_USED",
    {
      id = "dev.prose.event-used-queue",
      level = "MUST", observe = "wire",
      summary = "EVENT_USED names a virtqueue that exists.",
      readings = {
        "It may be sent though the driver suppressed it (NO_INTERRUPT, event index).",
      },
      hash = 0x226272056c966298,
    },
  },
}
