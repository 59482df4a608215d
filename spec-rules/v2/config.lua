-- GET_CONFIG and SET_CONFIG.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Transport Messages / VIRTIO_MSG_GET_CONFIG",
    title = "GET_CONFIG",
    {
      id = "dev.prose.get-config-echo",
      level = "MUST", observe = "restated",
      restates = "dev.prose.response-echo",
      summary = "The response repeats offset and length.",
      hash = 0xfb64d8f536217aaf,
    },
    {
      id = "drv.get-config.1",
      level = "MUST", observe = "wire",
      summary = "Reads stay within the configuration space.",
      readings = {
        "GET_CONFIG outside the space is undefined for the device: silence, or an answer "
          .. "of length 0.",
      },
      hash = 0x890f7cd4b2d9e5c8,
    },
    {
      id = "dev.get-config.1",
      level = "MUST", observe = "wire",
      summary = "Every GET_CONFIG response carries the current generation.",
      readings = {
        "Outside the space, or when the answer would exceed the maximum size: silence, or "
          .. "an answer of length 0, never bytes that do not exist.",
      },
      hash = 0xb20b3e6c0b523a8b,
    },
  },
  {
    section = "Transport Messages / VIRTIO_MSG_SET_CONFIG",
    title = "SET_CONFIG",
    {
      id = "dev.prose.set-config-offset-echo",
      level = "MUST", observe = "restated",
      restates = "dev.prose.response-echo",
      summary = "The response repeats the offset, and its length tells the outcome.",
      hash = 0x4dddb8fdc4d664a0,
    },
    {
      id = "drv.prose.zero-length-write",
      level = "MAY", observe = "restated",
      restates = "drv.set-config.2",
      summary = "A write of no bytes is valid and does nothing.",
      hash = 0xe410089dcd573992,
    },
    {
      id = "dev.prose.all-or-nothing",
      level = "MUST", observe = "restated",
      restates = "dev.set-config.3",
      summary = "A write happens in full or not at all.",
      hash = 0x8fe6d9d69a4f495c,
    },
    {
      id = "dev.prose.mismatch-only-strict",
      level = "MUST", observe = "restated",
      restates = "dev.configuration-semantics-profiles.4",
      summary = "A generation mismatch counts in the strict profile only.",
      hash = 0x180df0c456602099,
    },
    {
      id = "drv.prose.baseline-generation-zero",
      level = "MUST", observe = "restated",
      restates = "drv.configuration-semantics-profiles.4",
      summary = "Outside the strict profile the request's generation is 0.",
      hash = 0x3ce1d5c6f4ca6c3f,
    },
    {
      id = "dev.prose.set-config-echo",
      level = "MUST", observe = "wire",
      summary = "The response to a write that took place repeats the written data.",
      hash = 0x680dea7e33aa976c,
    },
    {
      id = "drv.set-config.1",
      level = "MUST", observe = "upper",
      summary = "Writes stay within the configuration space.",
      why = "Needs set-config, unless the driver writes configuration by itself.",
      hash = 0x0e97f5c3bea26d09,
    },
    {
      id = "drv.set-config.2",
      level = "MAY", observe = "upper",
      summary = "A write of no bytes may be sent.",
      why = "Needs set-config.",
      hash = 0x2e3f3013ceb99256,
    },
    {
      id = "drv.set-config.3",
      level = "MUST", observe = "none",
      summary = "The driver takes the response's length for the outcome: all or nothing.",
      why = "What the driver tells its user of the outcome stays inside it.",
      hash = 0xd6b7e3899111aef4,
    },
    {
      id = "dev.set-config.1",
      level = "MUST", observe = "wire",
      summary = "Every SET_CONFIG response carries the generation that is current then.",
      readings = {
        "A driver's own write may or may not change the generation.",
      },
      hash = 0x4d5c141a939adb7d,
    },
    {
      id = "dev.set-config.2",
      level = "MUST", observe = "wire",
      summary = "A write of no bytes, when accepted, changes nothing.",
      readings = {
        "It may be answered or discarded; never a change.",
      },
      hash = 0xd2331a117914559b,
    },
    {
      id = "dev.set-config.3",
      level = "MUST", observe = "wire",
      summary = "A write of some bytes is applied in full and answered with the same length, or "
        .. "not at all and answered with length 0.",
      hash = 0x9bd9a8356a2923a8,
    },
    {
      id = "dev.set-config.4",
      level = "MUST", observe = "wire",
      summary = "A response of length 0 has no data.",
      hash = 0x775f182019b2d109,
    },
  },
}
