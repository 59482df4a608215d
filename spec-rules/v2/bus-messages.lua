-- Bus messages: GET_DEVICES, PING, EVENT_DEVICE.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Bus Messages / Overview",
    title = "Message ids",
    {
      id = "any.prose.bus-initiating-side",
      level = "MUST", observe = "restated",
      restates = "any.prose.initiating-side",
      summary = "GET_DEVICES is started by the driver side, PING by either, EVENT_DEVICE by the "
        .. "device side.",
      hash = 0x9a3e95d2559a8834,
    },
  },
  {
    section = "Bus Messages / BUS_MSG_GET_DEVICES",
    title = "GET_DEVICES",
    {
      id = "bus.prose.get-devices-echo",
      level = "MUST", observe = "restated",
      restates = "bus.get-devices.7",
      summary = "The response repeats the offset.",
      hash = 0xe1cd4fc0558a59ba,
    },
    {
      id = "bus.prose.get-devices-count",
      level = "MUST", observe = "restated",
      restates = "bus.get-devices.3",
      summary = "No more slots are returned than were asked for.",
      hash = 0x9c9f2ce21171d105,
    },
    {
      id = "bus.prose.get-devices-window",
      level = "SHOULD", observe = "restated",
      restates = "bus.get-devices.7",
      summary = "The window is as large as asked for, unless size or absence of devices makes "
        .. "it shorter.",
      hash = 0xd414bae199632975,
    },
    {
      id = "bus.prose.get-devices-terminal",
      level = "MUST", observe = "restated",
      restates = "bus.get-devices.5",
      summary = "next_offset 0 ends the enumeration.",
      hash = 0x2e5cd206a746cd49,
    },
  },
  {
    section = "Bus Messages / GET_DEVICES",
    title = "GET_DEVICES",
    {
      id = "bus.get-devices.1",
      level = "MUST", observe = "wire",
      summary = "count is a number of slots, and the bitmap has one bit for each, lowest bit "
        .. "first, in whole bytes.",
      hash = 0xd39b163d459dc3bd,
    },
    {
      id = "bus.get-devices.2",
      level = "MUST", observe = "wire",
      summary = "A request for no slots is answered with none.",
      hash = 0x2e44083dae2bdc4a,
    },
    {
      id = "bus.get-devices.3",
      level = "MUST", observe = "wire",
      summary = "No more slots are returned than were asked for.",
      hash = 0x3ee4e55384d3c5d6,
    },
    {
      id = "bus.get-devices.4",
      level = "MUST", observe = "wire",
      summary = "Bits of the last byte beyond count are zero.",
      hash = 0x8fb6992adf059917,
    },
    {
      id = "bus.get-devices.5",
      level = "MUST", observe = "wire",
      summary = "The last response has next_offset 0.",
      readings = {
        "When a response is the last is not defined; any enumeration that makes progress "
          .. "and ends is legal.",
      },
      hash = 0x74cfda1711db6a61,
    },
    {
      id = "bus.get-devices.6",
      level = "MUST", observe = "wire",
      summary = "A response that is not the last has a next_offset above the request's offset.",
      readings = {
        "For count 0 with devices beyond, any such value.",
      },
      hash = 0x18842c0226ec1084,
    },
    {
      id = "bus.get-devices.7",
      level = "MUST", observe = "wire",
      summary = "The window is as large as asked for unless size or absence of devices makes it "
        .. "shorter; a shorter one still begins at the offset.",
      hash = 0x855573bcc89773e7,
    },
    {
      id = "bus.get-devices.8",
      level = "MAY", observe = "wire",
      summary = "A window without devices may be answered with count 0.",
      hash = 0xf66162dfee746c48,
    },
  },
  {
    section = "Bus Messages / BUS_MSG_PING",
    title = "PING",
    {
      id = "bus.prose.ping-response",
      level = "MUST", observe = "restated",
      restates = "bus.ping.1",
      summary = "The response repeats the value of the request.",
      hash = 0x1c4a06c2408ff8d6,
    },
  },
  {
    section = "Bus Messages / PING",
    title = "PING",
    {
      id = "bus.ping.1",
      level = "MUST", observe = "wire",
      summary = "The response repeats the 32-bit value of the request.",
      readings = {
        "Token echo in bus responses is free.",
      },
      hash = 0x8f01dfdcffd256d3,
    },
  },
  {
    section = "Bus Messages / BUS_MSG_EVENT_DEVICE",
    title = "EVENT_DEVICE",
    {
      id = "bus.prose.device-state-values",
      level = "MUST", observe = "wire",
      summary = "EVENT_DEVICE carries 1 for added, 2 for removed, or an implementation's own "
        .. "value from 0x8000 up.",
      hash = 0x67f849a1cb48596f,
    },
    {
      id = "bus.prose.implementation-states",
      level = "MAY", observe = "restated",
      restates = "bus.prose.device-state-values",
      summary = "States from 0x8000 up are the implementation's own.",
      hash = 0x7277f61e4210c455,
    },
  },
  {
    section = "Bus Messages / EVENT_DEVICE",
    title = "EVENT_DEVICE",
    {
      id = "bus.event-device.1",
      level = "MUST", observe = "upper",
      summary = "EVENT_DEVICE names a device number that is exposed to the driver side.",
      why = "Needs add and remove; an event that comes by itself is judged too.",
      hash = 0x08ae860e0f6f2a19,
    },
    {
      id = "bus.event-device.2",
      level = "MUST", observe = "upper",
      summary = "ADDED is sent only when the device can be reached.",
      why = "Needs add; an event that comes by itself is judged too.",
      hash = 0x208af44b4164dbe3,
    },
    {
      id = "bus.event-device.3",
      level = "MUST", observe = "upper",
      summary = "REMOVED is sent when the device can no longer be reached.",
      why = "Needs remove; an event that comes by itself is judged too.",
      hash = 0x42cded6adc734d0a,
    },
  },
}
