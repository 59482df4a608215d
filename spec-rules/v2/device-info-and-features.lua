-- GET_DEVICE_INFO, GET_DEVICE_FEATURES, SET_DRIVER_FEATURES.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Transport Messages / VIRTIO_MSG_GET_DEVICE_INFO",
    title = "GET_DEVICE_INFO",
    {
      id = "dev.prose.no-admin-queues",
      level = "MUST", observe = "restated",
      restates = "dev.get-device-info.5",
      summary = "Without administration queues their start is 0 too.",
      hash = 0xebd7b3d3feb5a630,
    },
    {
      id = "drv.prose.early-discovery-info",
      level = "MUST", observe = "restated",
      restates = "drv.prose.early-discovery",
      summary = "GET_DEVICE_INFO alone may come before the normal sequence.",
      hash = 0x20ea4eadf9d78bea,
    },
    {
      id = "drv.prose.standard-sequence",
      level = "MUST", observe = "restated",
      restates = "drv.prose.status-progression",
      summary = "All other messages come within the standard sequence.",
      hash = 0x000fee9af0d56fec,
    },
    {
      id = "drv.prose.empty-request",
      level = "MUST", observe = "wire",
      summary = "GET_DEVICE_INFO and GET_DEVICE_STATUS requests have no payload.",
      hash = 0x2e198b169d679847,
    },
    {
      id = "dev.get-device-info.1",
      level = "MUST", observe = "wire",
      summary = "GET_DEVICE_INFO is answered in every state, also before initialisation, always "
        .. "with the same values.",
      hash = 0x8db8582da3091e7e,
    },
    {
      id = "dev.get-device-info.2",
      level = "MUST", observe = "wire",
      summary = "num_feature_blocks covers every feature bit that is offered.",
      hash = 0x5e1913b19460eb8a,
    },
    {
      id = "dev.get-device-info.3",
      level = "MUST", observe = "wire",
      summary = "max_virtqueues is at most 65,536.",
      hash = 0x069f76f28e9a171a,
    },
    {
      id = "dev.get-device-info.4",
      level = "MUST", observe = "wire",
      summary = "max_virtqueues counts the administration queues too.",
      hash = 0xdfb5c6d2d830eb31,
    },
    {
      id = "dev.get-device-info.5",
      level = "MUST", observe = "wire",
      summary = "Without administration queues admin_vq_start is 0.",
      hash = 0x874f3cd53a398404,
    },
    {
      id = "dev.get-device-info.6",
      level = "MUST", observe = "wire",
      summary = "The administration queues end within max_virtqueues.",
      hash = 0x45221f0315efa0aa,
    },
    {
      id = "dev.get-device-info.7",
      level = "MAY", observe = "wire",
      summary = "device_uuid may hold an identifier.",
      hash = 0x0ae4b55dc7704e23,
    },
    {
      id = "dev.get-device-info.8",
      level = "SHOULD", observe = "wire",
      summary = "A device_uuid that is not nil is a version 4 UUID.",
      hash = 0x628dcc9bc19d5857,
    },
    {
      id = "dev.get-device-info.9",
      level = "MUST", observe = "wire",
      summary = "A device without an identifier sends the nil UUID.",
      why = "Seen only as a value that cannot be an identifier, such as one of no defined "
        .. "variant or version, or one that changes.",
      readings = {
        "Any non-nil value of a defined form counts as an identifier.",
      },
      hash = 0xb33c7e906253bec8,
    },
    {
      id = "drv.get-device-info.1",
      level = "SHOULD", observe = "wire",
      summary = "Block count, configuration size and queue limits are taken from this response.",
      hash = 0x52f9ad0cff4c4d27,
    },
    {
      id = "drv.get-device-info.2",
      level = "MUST", observe = "wire",
      summary = "admin_vq_count 0 means that there are no administration queues.",
      why = "Seen as: no queue is set up as one.",
      hash = 0xf323ee6e58c92ad9,
    },
    {
      id = "drv.get-device-info.3",
      level = "MUST", observe = "wire",
      summary = "Administration queues are counted within max_virtqueues.",
      why = "Seen as: no queue index beyond max_virtqueues is used.",
      hash = 0x12ad20e30e50bd05,
    },
    {
      id = "drv.get-device-info.4",
      level = "MUST", observe = "none",
      summary = "The nil UUID means that there is none.",
      why = "What the driver makes of the UUID stays inside it.",
      hash = 0x669581dd0b1c47d8,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_GET_DEVICE_FEATURES",
    title = "GET_DEVICE_FEATURES",
    {
      id = "dev.prose.get-device-features-echo",
      level = "MUST", observe = "restated",
      restates = "dev.prose.response-echo",
      summary = "The response repeats the block index.",
      hash = 0xe758ba79bf40e49e,
    },
    {
      id = "dev.prose.features-zero-padded",
      level = "MUST", observe = "restated",
      restates = "dev.device-feature-blocks.1",
      summary = "Blocks that the device lacks are filled with zeros.",
      hash = 0x48ed55f7a6d14e99,
    },
    {
      id = "drv.get-device-features.1",
      level = "MUST", observe = "wire",
      summary = "The data is read as 32-bit blocks from the requested index on, with zeros for "
        .. "what is missing.",
      readings = {
        "A short answer may be padded with zeros or be treated as malformed.",
      },
      hash = 0x3567a21650b4e607,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_SET_DRIVER_FEATURES",
    title = "SET_DRIVER_FEATURES",
    {
      id = "dev.prose.blocks-unchanged",
      level = "MUST", observe = "restated",
      restates = "dev.device-feature-blocks.2",
      summary = "Blocks that a request does not address stay as they are.",
      hash = 0xa8f7b22c843e1e10,
    },
    {
      id = "drv.prose.features-in-parts",
      level = "MAY", observe = "restated",
      restates = "drv.set-driver-features.2",
      summary = "Features may be written in several requests.",
      hash = 0xb718f51c76323290,
    },
    {
      id = "dev.prose.empty-response",
      level = "MUST", observe = "wire",
      summary = "Responses to SET_DRIVER_FEATURES, SET_VQUEUE and RESET_VQUEUE have no payload.",
      hash = 0x252799d2e7b83f76,
    },
    {
      id = "drv.set-driver-features.1",
      level = "MUST", observe = "wire",
      summary = "Only bits that the driver wants are set.",
      why = "What it wants is inside the driver; seen as: no bit that was not offered.",
      hash = 0x1b6c78a69e27bdc8,
    },
    {
      id = "drv.set-driver-features.2",
      level = "MAY", observe = "wire",
      summary = "The selection may be written in several requests before FEATURES_OK.",
      hash = 0x855257e799e0f941,
    },
  },
}
