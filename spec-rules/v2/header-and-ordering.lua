-- Basic concepts: the common message format and ordering.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Basic Concepts / Common Message Format",
    title = "Common header fields",
    {
      id = "any.prose.bus-dev-num-comment",
      level = "MUST", observe = "restated",
      restates = "bus.common-message-format.1",
      summary = "Bus messages have device number 0.",
      hash = 0x7d57ebe8fc1ed266,
    },
    {
      id = "any.prose.response-type",
      level = "MUST", observe = "wire",
      summary = "A response has the response bit set, and the namespace and message id of its "
        .. "request.",
      hash = 0xbb7ac794facb1685,
    },
    {
      id = "any.prose.event-not-response",
      level = "MUST", observe = "wire",
      summary = "A message with an event id never has the response bit.",
      hash = 0x492fc11f51c2a70f,
    },
    {
      id = "any.prose.bus-dev-num-zero",
      level = "MUST", observe = "restated",
      restates = "bus.common-message-format.1",
      summary = "Bus messages carry device number 0.",
      hash = 0x6fca5c5c65c4ea4d,
    },
    {
      id = "any.prose.token-opaque",
      level = "MUST", observe = "restated",
      restates = "dev.common-message-format.5",
      summary = "The token means nothing to drivers and devices.",
      hash = 0xa1cf90521ced18b1,
    },
    {
      id = "bus.prose.token-rewrite",
      level = "MAY", observe = "restated",
      restates = "bus.common-message-format.5",
      summary = "The bus may change tokens on either leg as long as nobody notices.",
      hash = 0xc7a78b896b0ae813,
    },
    {
      id = "dev.prose.token-copied",
      level = "MUST", observe = "restated",
      restates = "dev.common-message-format.6",
      summary = "A response repeats the token of its request.",
      hash = 0xca64fd9fa442d8fc,
    },
    {
      id = "any.prose.msg-size-total",
      level = "MUST", observe = "restated",
      restates = "dev.common-message-format.2",
      summary = "msg_size counts header and payload.",
      hash = 0xb9a0583d0c5ec569,
    },
  },
  {
    section = "Basic Concepts / Common Message Format",
    title = "Common Header",
    {
      id = "drv.common-message-format.1",
      level = "MUST", observe = "wire",
      summary = "The driver sends bits 2 to 7 of type as zero and ignores them in what it "
        .. "receives.",
      hash = 0xf958714aa791aceb,
    },
    {
      id = "drv.common-message-format.2",
      level = "MUST", observe = "wire",
      summary = "msg_size is the true length of a driver's message and not above the advertised "
        .. "maximum.",
      hash = 0xfdd2b35aa0e0db6a,
    },
    {
      id = "drv.common-message-format.3",
      level = "MUST", observe = "wire",
      summary = "A driver's transport message carries the number of the device that it is for.",
      hash = 0xce1370fa748badd8,
    },
    {
      id = "drv.common-message-format.4",
      level = "MUST", observe = "wire",
      summary = "Padding that the driver adds to a payload is zero.",
      why = "Only where the driver pads.",
      hash = 0x6c654e37f58266ae,
    },
    {
      id = "drv.common-message-format.5",
      level = "MUST", observe = "wire",
      summary = "The driver does not depend on token values.",
      readings = {
        "Token echo in bus responses: any value.",
      },
      hash = 0x30e4004a16917eb3,
    },
    {
      id = "dev.common-message-format.1",
      level = "MUST", observe = "wire",
      summary = "The device sends bits 2 to 7 of type as zero and ignores them in what it "
        .. "receives.",
      hash = 0x226c845707478479,
    },
    {
      id = "dev.common-message-format.2",
      level = "MUST", observe = "wire",
      summary = "msg_size is the true length of a device's message and not above the advertised "
        .. "maximum.",
      hash = 0x8d5f3998ee148353,
    },
    {
      id = "dev.common-message-format.3",
      level = "MUST", observe = "wire",
      summary = "A device's transport message carries its own device number.",
      hash = 0xbc8553fd145bc852,
    },
    {
      id = "dev.common-message-format.4",
      level = "MUST", observe = "wire",
      summary = "Padding that the device adds to a payload is zero, and bus padding is ignored.",
      why = "Only where the device pads.",
      hash = 0x43ae4c1f5c9f68d0,
    },
    {
      id = "dev.common-message-format.5",
      level = "MUST", observe = "wire",
      summary = "The device does not depend on token values.",
      hash = 0x060ee9b1c6e17687,
    },
    {
      id = "dev.common-message-format.6",
      level = "MUST", observe = "wire",
      summary = "A response carries the token of its request.",
      hash = 0xc251bdc67dae1e35,
    },
    {
      id = "bus.common-message-format.1",
      level = "MUST", observe = "wire",
      summary = "Bus messages arrive with device number 0, and the device number of transport "
        .. "messages is not changed.",
      readings = {
        "A received bus message with another number is discarded, or the field is ignored.",
      },
      hash = 0x54efa6aa8343aa75,
    },
    {
      id = "bus.common-message-format.2",
      level = "MUST", observe = "wire",
      summary = "The bus sends bits 2 to 7 of type as zero in its own messages and ignores them "
        .. "in what it forwards.",
      hash = 0x0ec96b88a57859b5,
    },
    {
      id = "bus.common-message-format.3",
      level = "MUST", observe = "wire",
      summary = "Framing or padding that the bus adds is zero on both sides.",
      why = "Only where the bus pads within what an adapter delivers.",
      hash = 0x095808704158ab49,
    },
    {
      id = "bus.common-message-format.4",
      level = "MUST", observe = "restated", restates = "bus.common-message-format.6",
      summary = "The token belongs to the bus; it may set it, and drivers and devices must not "
        .. "notice.",
      readings = {
        "Token values in bus responses are free.",
      },
      hash = 0xe9e5fd9ec600cf66,
    },
    {
      id = "bus.common-message-format.5",
      level = "MAY", observe = "wire",
      summary = "Tokens may be rewritten towards the device, towards the driver, or both.",
      hash = 0xf50ec4cf4724ec1a,
    },
    {
      id = "bus.common-message-format.6",
      level = "MUST", observe = "wire",
      summary = "Whatever the bus does with tokens, a driver gets the response to its own "
        .. "request and its own token.",
      hash = 0x31af5f00941e2233,
    },
  },
  {
    section = "Basic Concepts / Common Message Format",
    title = "Common header, closing text",
    {
      id = "any.prose.reserved-header-zero",
      level = "MUST", observe = "restated",
      restates = "dev.common-message-format.1",
      summary = "Reserved header bits are sent as zero.",
      hash = 0x37b987eec60a070b,
    },
    {
      id = "any.prose.reserved-header-ignored",
      level = "MUST", observe = "restated",
      restates = "dev.common-message-format.1",
      summary = "Reserved header bits are ignored by the receiver.",
      hash = 0x37b987eec60a070b,
    },
  },
  {
    section = "Basic Concepts / Ordering",
    title = "Ordering, opening text",
    {
      id = "bus.prose.multiple-outstanding",
      level = "MAY", observe = "restated",
      restates = "bus.ordering.2",
      summary = "Several requests to one device may be under way, told apart by token.",
      hash = 0x7af2edeb3d8eadb1,
    },
    {
      id = "bus.prose.events-any-time",
      level = "MAY", observe = "wire",
      summary = "Events may arrive between a request and its response.",
      hash = 0x9f8f15de49866b2c,
    },
    {
      id = "bus.prose.interleave-devices",
      level = "MAY", observe = "wire",
      summary = "Messages of different devices may be interleaved.",
      hash = 0x1152c7830fc9d138,
    },
    {
      id = "dev.prose.response-echo",
      level = "MUST", observe = "wire",
      summary = "A response repeats what its definition says of the request: block_index and "
        .. "num_blocks, offset and length, index, shmid.",
      readings = {
        "GET_CONFIG that cannot be served may be answered with length 0.",
        "GET_DEVICE_FEATURES that cannot fit the maximum size is undefined.",
      },
      hash = 0x3ab0875a0f5c7dfb,
    },
  },
  {
    section = "Basic Concepts / Ordering",
    title = "Ordering",
    {
      id = "any.prose.echo-validation",
      level = "MAY", observe = "none",
      summary = "Repeated values may be used to check a response, but do not decide to which "
        .. "request it belongs.",
      why = "A choice inside the receiver: checking and not checking look alike.",
      hash = 0xc08b664bcefcf178,
    },
  },
  {
    section = "Basic Concepts / Ordering",
    title = "Message Ordering",
    {
      id = "bus.ordering.1",
      level = "MUST", observe = "wire",
      summary = "The bus keeps what it needs to end each request with one response or one "
        .. "failure.",
      hash = 0xa881cb2fe9d6422b,
    },
    {
      id = "bus.ordering.2",
      level = "MAY", observe = "wire",
      summary = "Several requests to the same device may be forwarded at once.",
      hash = 0xd995359c1667e30d,
    },
    {
      id = "bus.ordering.3",
      level = "MUST", observe = "wire",
      summary = "Requests of one driver to one device reach the device in the order in which "
        .. "they were sent.",
      hash = 0x065ccb2e62ecc88d,
    },
    {
      id = "bus.ordering.4",
      level = "MAY", observe = "wire",
      summary = "Responses to concurrent requests may arrive in another order, each still "
        .. "matched to its request.",
      hash = 0x54b24884e67ca71b,
    },
    {
      id = "bus.ordering.5",
      level = "MUST", observe = "wire",
      summary = "An event is not held back only to keep it behind a request or a response.",
      hash = 0x7354fefddaad3081,
    },
    {
      id = "dev.ordering.1",
      level = "MUST", observe = "wire",
      summary = "The device processes the requests of a driver in the order in which they came.",
      hash = 0x2069988be8e43871,
    },
    {
      id = "dev.ordering.2",
      level = "MUST", observe = "wire",
      summary = "A valid, supported request gets exactly one response.",
      readings = {
        "SET_CONFIG of length 0 and feature messages of 0 blocks may be answered or discarded.",
        "A request above the advertised maximum, or with extra bytes, may be served or discarded.",
      },
      hash = 0xea3acf7dd2abb2d2,
    },
    {
      id = "dev.ordering.3",
      level = "MUST", observe = "wire",
      summary = "A malformed or unsupported request gets no response.",
      readings = {
        "What is malformed is not defined; see dev.error-signaling.1.",
        "Implementation-defined ids (bit 7) may be answered as the implementation's own.",
      },
      hash = 0x5146b69c04cc2ff1,
    },
  },
}
