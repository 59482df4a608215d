-- Device operation: notifications, changes, reset, hotplug.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Device Operation / Driver Notifications",
    title = "Driver Notifications",
    {
      id = "any.prose.polling-selection",
      level = "MAY", observe = "restated",
      restates = "drv.driver-notifications.1",
      summary = "Driver and device may agree on polling instead of notifications.",
      hash = 0xfb4a91d2dc080344,
    },
    {
      id = "drv.driver-notifications.1",
      level = "MAY", observe = "declaration",
      summary = "Polling may be chosen instead of notifications.",
      why = "There is no message for the choice; the ICS says it.",
      hash = 0xed6a2b0c8b9afcb1,
    },
    {
      id = "drv.driver-notifications.2",
      level = "MAY", observe = "memory",
      summary = "With polling, EVENT_AVAIL may be left out.",
      why = "Needs DMA memory, to see buffers that were not announced, and an ICS that says "
        .. "polling.",
      hash = 0xeb1d8fdd19970244,
    },
    {
      id = "drv.driver-notifications.3",
      level = "MUST", observe = "memory",
      summary = "Without polling, available buffers are announced by EVENT_AVAIL.",
      why = "Needs DMA memory, to see buffers that were not announced.",
      readings = {
        "A device may suppress notifications (NO_NOTIFY, event index); then either.",
      },
      hash = 0x9d1d3c3aeb3978ba,
    },
  },
  {
    section = "Device Operation / Device Notifications",
    title = "Device Notifications",
    {
      id = "any.prose.polling-completion",
      level = "MAY", observe = "restated",
      restates = "dev.device-notifications.2",
      summary = "Used buffers may be found by polling instead of EVENT_USED.",
      hash = 0x2261aaf692fb5b5d,
    },
    {
      id = "dev.device-notifications.1",
      level = "MUST", observe = "memory",
      summary = "Without polling, used buffers are announced by EVENT_USED.",
      why = "Needs DMA memory, to see the used ring.",
      readings = {
        "When the driver suppressed it (NO_INTERRUPT, event index) the event may be sent or not.",
      },
      hash = 0x88299f3db1de880a,
    },
    {
      id = "dev.device-notifications.2",
      level = "MAY", observe = "memory",
      summary = "With polling, EVENT_USED may be left out.",
      why = "Needs DMA memory, to see the used ring, and an ICS that says polling.",
      hash = 0xa18bcd82b2b101e1,
    },
    {
      id = "drv.device-notifications.1",
      level = "SHOULD", observe = "wire",
      summary = "After EVENT_CONFIG the driver brings its view of the configuration up to date, "
        .. "from the data or by GET_CONFIG.",
      why = "Seen as GET_CONFIG when the event has no data.",
      hash = 0x19513091cdcb3a5a,
    },
    {
      id = "drv.device-notifications.2",
      level = "SHOULD", observe = "wire",
      summary = "An EVENT_CONFIG with offset and length 0 and no data makes the driver read "
        .. "what it needs again.",
      hash = 0x145ee92f8a783ce9,
    },
    {
      id = "drv.device-notifications.3",
      level = "MUST", observe = "memory",
      summary = "On EVENT_USED the driver looks into the named queue for used buffers.",
      why = "Needs DMA memory, to complete buffers and see them offered again.",
      hash = 0x41599e10d7b223a7,
    },
    {
      id = "drv.device-notifications.4",
      level = "MUST", observe = "memory",
      summary = "With polling the driver gets on without any EVENT_USED.",
      why = "Needs DMA memory, to complete buffers without an event, and an ICS that says "
        .. "polling.",
      hash = 0xbd039aa356d86ef1,
    },
  },
  {
    section = "Device Operation / Configuration Changes During Operation",
    title = "Configuration Changes During Operation",
    {
      id = "dev.prose.config-change-signalled",
      level = "MUST", observe = "restated",
      restates = "dev.configuration-semantics-profiles.7",
      summary = "Changes that the device makes itself are announced by EVENT_CONFIG.",
      hash = 0x4613ffa8c5b2c95a,
    },
  },
  {
    section = "Device Operation / Virtqueue Changes During Operation",
    title = "Virtqueue Changes During Operation",
    {
      id = "drv.prose.reset-before-reconfiguring",
      level = "MUST", observe = "restated",
      restates = "drv.set-vqueue.8",
      summary = "An enabled queue is reset before it is configured anew.",
      hash = 0xd8097af201acf9c2,
    },
  },
  {
    section = "Device Operation / Reset",
    title = "Reset",
    {
      id = "dev.prose.post-reset-state",
      level = "MUST", observe = "restated",
      restates = "dev.get-vqueue.1",
      summary = "After a reset the core rules for a reset device hold; in this chapter that "
        .. "shows as queues that are not configured.",
      readings = {
        "Zero sizes and addresses, or the old addresses with the queue disabled.",
      },
      hash = 0x64ac3de2fff97233,
    },
  },
  {
    section = "Device Operation / Hotplug and Removal",
    title = "Hotplug and Removal",
    {
      id = "bus.hotplug-and-removal.1",
      level = "MUST", observe = "upper",
      summary = "A bus that uses EVENT_DEVICE announces every arrival and every removal with it.",
      why = "Needs add and remove.",
      hash = 0x502c493f60b9075a,
    },
    {
      id = "bus.hotplug-and-removal.2",
      level = "MUST", observe = "upper",
      summary = "A new device is exposed to the driver, and a removal is told to the driver side.",
      why = "Needs add and remove.",
      hash = 0xa79068b9269ccb1d,
    },
  },
}
