-- Device discovery and device initialization.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Device Discovery",
    title = "Device Discovery",
    {
      id = "bus.device-discovery.1",
      level = "MUST", observe = "wire",
      summary = "Every device number that the driver gets to see was confirmed by platform data "
        .. "or by a query.",
      readings = {
        "A number that only the peer's EVENT_DEVICE announced is validated by it, though "
          .. "the text does not name it here.",
      },
      hash = 0xbb2c419eb2372c84,
    },
    {
      id = "bus.device-discovery.2",
      level = "MUST", observe = "wire",
      summary = "A device that is present is exposed to the driver side, so that "
        .. "GET_DEVICE_INFO reaches it.",
      hash = 0x12617fc1ad359efc,
    },
    {
      id = "bus.device-discovery.3",
      level = "MAY", observe = "declaration",
      summary = "GET_DEVICES may be left out where another way of enumeration tells the same.",
      why = "The other way is outside the messages; the ICS names the devices.",
      hash = 0x554affa51f7bbc34,
    },
  },
  {
    section = "Device Initialization / Overview",
    title = "Initialization flow",
    {
      id = "drv.prose.early-discovery",
      level = "MUST", observe = "wire",
      summary = "Before the normal sequence begins with a reset, the driver sends nothing but "
        .. "GET_DEVICE_INFO.",
      hash = 0xd5c38cbf05202fc1,
    },
    {
      id = "drv.prose.status-progression",
      level = "MUST", observe = "wire",
      summary = "The order is reset, ACKNOWLEDGE, DRIVER, features and FEATURES_OK, setup of "
        .. "the device, DRIVER_OK.",
      hash = 0x4e9cee26de40756d,
    },
  },
  {
    section = "Device Initialization / Overview",
    title = "Initialization Flow",
    {
      id = "drv.overview.1",
      level = "MUST", observe = "wire",
      summary = "GET_DEVICE_INFO comes before feature negotiation and queue setup.",
      hash = 0x20f80611d21c1f9e,
    },
    {
      id = "drv.overview.2",
      level = "MUST", observe = "wire",
      summary = "Features are negotiated and FEATURES_OK is confirmed before a queue is enabled.",
      hash = 0x553722035a85cc29,
    },
    {
      id = "drv.overview.3",
      level = "MUST", observe = "wire",
      summary = "Each queue is configured and its parameters are confirmed before it is used "
        .. "for I/O.",
      readings = {
        "Configure and enable in one SET_VQUEUE and then confirm, or configure, confirm "
          .. "and then enable.",
      },
      hash = 0x2123c8249a2c3eb5,
    },
    {
      id = "drv.overview.4",
      level = "MUST", observe = "wire",
      summary = "The driver moves the status by SET_DEVICE_STATUS up to DRIVER_OK before normal "
        .. "I/O.",
      hash = 0x50fd4965e8f94079,
    },
  },
  {
    section = "Device Initialization / Device Information",
    title = "Device Information",
    {
      id = "drv.device-information.1",
      level = "MUST", observe = "wire",
      summary = "Offsets and lengths of configuration accesses stay within the size that "
        .. "GET_DEVICE_INFO gave.",
      hash = 0xdbdedca9f9ff12c6,
    },
  },
  {
    section = "Device Initialization / Device Features",
    title = "Feature Negotiation",
    {
      id = "drv.device-features.1",
      level = "MUST", observe = "wire",
      summary = "The driver reads the offered features and writes back only what it wants of "
        .. "them.",
      why = "Seen as: no bit is selected that was not offered.",
      hash = 0x6c917e76bed25146,
    },
    {
      id = "drv.device-features.2",
      level = "MUST", observe = "wire",
      summary = "The driver does not select VIRTIO_F_NOTIF_CONFIG_DATA, even when it is offered.",
      hash = 0xb3c5fc1b8bcb410d,
    },
    {
      id = "drv.device-features.3",
      level = "MUST", observe = "wire",
      summary = "After the features the driver writes FEATURES_OK and looks whether the device "
        .. "kept it.",
      hash = 0x46f3401fdbff680b,
    },
    {
      id = "dev.device-features.1",
      level = "MUST", observe = "wire",
      summary = "The device does not offer VIRTIO_F_NOTIF_CONFIG_DATA.",
      hash = 0xd67734bd6e4812cb,
    },
    {
      id = "dev.device-features.2",
      level = "MUST", observe = "wire",
      summary = "When the device cannot work with the selected features, the status it answers "
        .. "lacks FEATURES_OK.",
      hash = 0x4c6e8a6fe6a07e02,
    },
  },
  {
    section = "Device Initialization / Finalizing Initialization",
    title = "Final Status",
    {
      id = "drv.finalizing-initialization.1",
      level = "MUST", observe = "wire",
      summary = "DRIVER_OK is written only after features are agreed and the queues that are "
        .. "needed are set up.",
      hash = 0x82049264a0ad31f1,
    },
    {
      id = "drv.finalizing-initialization.2",
      level = "MUST", observe = "memory",
      summary = "No I/O is queued before the device reports DRIVER_OK.",
      why = "Needs DMA memory to look into the rings; an early EVENT_AVAIL is seen on the wire.",
      hash = 0x3d5ea76aef922445,
    },
    {
      id = "drv.finalizing-initialization.3",
      level = "MUST", observe = "memory",
      summary = "No buffers and no notifications for a queue before SET_VQUEUE configured it.",
      why = "Needs DMA memory to look into the rings; an early EVENT_AVAIL is seen on the wire.",
      hash = 0x153923af5c648e0d,
    },
    {
      id = "dev.finalizing-initialization.1",
      level = "MUST", observe = "memory",
      summary = "The device processes no buffers before DRIVER_OK was set.",
      why = "Needs DMA memory, to offer buffers and to see the used ring.",
      hash = 0x86c8be9b950ebccd,
    },
    {
      id = "dev.finalizing-initialization.2",
      level = "MUST", observe = "memory",
      summary = "With DRIVER_OK the device processes the queues that are set up.",
      why = "Needs DMA memory, to offer buffers and to see the used ring.",
      hash = 0x1992498909d7f84b,
    },
  },
}
