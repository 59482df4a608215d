-- GET_DEVICE_STATUS and SET_DEVICE_STATUS.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Transport Messages / VIRTIO_MSG_GET_DEVICE_STATUS",
    title = "GET_DEVICE_STATUS",
    {
      id = "drv.get-device-status.1",
      level = "MAY", observe = "wire",
      summary = "The driver may read the status at any time.",
      hash = 0x35450e0abcec426f,
    },
    {
      id = "drv.get-device-status.2",
      level = "SHOULD", observe = "wire",
      summary = "When the status shows DEVICE_NEEDS_RESET, the driver resets and initialises "
        .. "the device again before further I/O.",
      hash = 0x602e24fafe7d65dd,
    },
    {
      id = "drv.get-device-status.3",
      level = "MUST", observe = "wire",
      summary = "Until a reset is known to be complete the driver reads the status until it is 0.",
      readings = {
        "The read of the status is needed only when the answer to the reset was not 0.",
      },
      hash = 0xf3ef7d0472236ec5,
    },
    {
      id = "dev.get-device-status.1",
      level = "MUST", observe = "wire",
      summary = "The status that is read is the true one, with FEATURES_OK and "
        .. "DEVICE_NEEDS_RESET as they are.",
      readings = {
        "Writes that clear bits, set undefined bits or skip steps: the device decides, and "
          .. "answers accurately.",
      },
      hash = 0x8aa74f782bdefca6,
    },
    {
      id = "dev.get-device-status.2",
      level = "SHOULD", observe = "upper",
      summary = "After an error that it cannot recover from, the device shows DEVICE_NEEDS_RESET.",
      why = "Needs needs-reset, or DMA memory: a corrupt ring is an unrecoverable error too.",
      readings = {
        "While status is 0 there is nothing to report.",
      },
      hash = 0xc1c7665f2fdb9d19,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_SET_DEVICE_STATUS",
    title = "SET_DEVICE_STATUS",
    {
      id = "dev.prose.status-when-answered",
      level = "MUST", observe = "restated",
      restates = "dev.set-device-status.1",
      summary = "The response holds the status at the time of the response.",
      hash = 0x561d3364c9ad5341,
    },
    {
      id = "dev.prose.nonzero-while-resetting",
      level = "MUST", observe = "restated",
      restates = "dev.set-device-status.4",
      summary = "A status that is not 0 in answer to a reset means that it goes on.",
      hash = 0x65f47f949aa45da5,
    },
    {
      id = "drv.set-device-status.1",
      level = "MUST", observe = "wire",
      summary = "A reset is asked for by writing 0.",
      hash = 0x0b5a66c74e837c24,
    },
    {
      id = "drv.set-device-status.2",
      level = "MUST", observe = "wire",
      summary = "An answer of 0 ends the reset; otherwise the driver polls GET_DEVICE_STATUS "
        .. "until it reads 0.",
      hash = 0x4a2c1b6f04a6c089,
    },
    {
      id = "dev.set-device-status.1",
      level = "MUST", observe = "wire",
      summary = "A status that the device cannot take may be changed, and the answer says what "
        .. "became of it.",
      readings = {
        "Writes that clear bits, set undefined bits or skip steps: the device decides, and "
          .. "answers accurately.",
      },
      hash = 0xb601bbaeafafc7b9,
    },
    {
      id = "dev.set-device-status.2",
      level = "MUST", observe = "wire",
      summary = "Writing 0 starts a reset, which ends with a reported status of 0.",
      hash = 0x2c25c3b5501d7d47,
    },
    {
      id = "dev.set-device-status.3",
      level = "MAY", observe = "wire",
      summary = "A reset may be complete before its response, or later.",
      hash = 0xe4613af920a338ef,
    },
    {
      id = "dev.set-device-status.4",
      level = "MUST", observe = "wire",
      summary = "Status 0 is not reported before the reset is complete.",
      hash = 0xea25e1c6493d2374,
    },
  },
}
