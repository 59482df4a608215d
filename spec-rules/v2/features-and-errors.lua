-- Basic concepts: feature blocks, error signaling, endianness.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Basic Concepts / Device Feature Blocks",
    title = "Device Feature Blocks",
    {
      id = "dev.device-feature-blocks.1",
      level = "MUST", observe = "wire",
      summary = "Feature blocks beyond what the device implements read as zero.",
      hash = 0xae9d2ec707a32ee5,
    },
    {
      id = "dev.device-feature-blocks.2",
      level = "MUST", observe = "wire",
      summary = "SET_DRIVER_FEATURES changes the blocks that it addresses and no other.",
      readings = {
        "Feature messages of 0 blocks are answered or discarded.",
      },
      hash = 0x69f153bad617c132,
    },
    {
      id = "dev.device-feature-blocks.3",
      level = "MUST", observe = "wire",
      summary = "GET_DEVICE_FEATURES shows what the device offers, whatever the driver selected.",
      hash = 0xf264f3c1d0f1d587,
    },
  },
  {
    section = "Basic Concepts / Error Signaling",
    title = "Error Signaling",
    {
      id = "bus.prose.request-completion",
      level = "MUST", observe = "restated",
      restates = "bus.error-signaling.2",
      summary = "A request whose response cannot come is completed by a failure from the bus.",
      hash = 0x884e7297afc6426a,
    },
    {
      id = "any.prose.event-may-be-dropped",
      level = "MAY", observe = "none",
      summary = "An event may get lost without an error for anyone.",
      why = "An event has no answer: its loss cannot be told from its being served.",
      hash = 0x670e6ef3c93e0a6d,
    },
    {
      id = "any.prose.malformed-discarded",
      level = "MUST", observe = "restated",
      restates = "dev.error-signaling.1",
      summary = "Malformed and unsupported messages are discarded without an error response.",
      hash = 0x7f0be8f3086f0e51,
    },
  },
  {
    section = "Basic Concepts / Error Signaling",
    title = "Error Handling",
    {
      id = "bus.error-signaling.1",
      level = "MUST", observe = "wire",
      summary = "Every valid request that expects a response is completed within a bounded time.",
      hash = 0x70bf774df4a6d156,
    },
    {
      id = "bus.error-signaling.2",
      level = "MUST", observe = "wire",
      summary = "Each such request ends once: one response, or one failure.",
      hash = 0x4a5ac23b98d4d31f,
    },
    {
      id = "bus.error-signaling.3",
      level = "MUST", observe = "wire",
      summary = "The bus does not wait for ever for a response.",
      hash = 0x22d7e4379fe7229d,
    },
    {
      id = "bus.error-signaling.4",
      level = "MUST", observe = "wire",
      summary = "A bus message with a malformed header or an unsupported id is discarded, and "
        .. "causes no message.",
      readings = {
        "A bus message whose dev_num is not 0 is discarded, or the field is ignored.",
        "A transport request with a lying or too large size may be failed, dropped or forwarded.",
        "A bus may use implementation-defined ids (bit 7).",
      },
      hash = 0x2c15d39bd1ca4e13,
    },
    {
      id = "bus.error-signaling.5",
      level = "MUST", observe = "wire",
      summary = "Transport message ids are not the bus's to judge: unknown ones are forwarded "
        .. "like others.",
      readings = {
        "Unknown event ids: forwarded or dropped.",
      },
      hash = 0xc90dec7e4adc06e9,
    },
    {
      id = "bus.error-signaling.6",
      level = "MUST", observe = "wire",
      summary = "An event is never answered by an error.",
      hash = 0xcafa600219cc75a5,
    },
    {
      id = "bus.error-signaling.7",
      level = "MAY", observe = "wire",
      summary = "An event may be discarded without a completion for anyone.",
      hash = 0x8e2903a3de2e5f1a,
    },
    {
      id = "drv.error-signaling.1",
      level = "MUST", observe = "wire",
      summary = "A malformed or unsupported transport message to the driver is discarded and "
        .. "causes no message.",
      readings = {
        "An event id that is unknown, or extra payload inside msg_size, may be discarded "
          .. "or served.",
      },
      hash = 0xbd14efed15c57200,
    },
    {
      id = "drv.error-signaling.2",
      level = "MUST", observe = "wire",
      summary = "The driver waits a bounded time and retries a bounded number of times, also "
        .. "for the end of a reset.",
      why = "Time and attempts are in the ICS.",
      hash = 0x544151afaba9c908,
    },
    {
      id = "drv.error-signaling.3",
      level = "MUST", observe = "wire",
      summary = "When time and attempts are used up, the request has failed and the driver "
        .. "recovers by reset and status.",
      hash = 0x4c74362a25f358f6,
    },
    {
      id = "dev.error-signaling.1",
      level = "MUST", observe = "wire",
      summary = "A malformed or unsupported transport message to the device is discarded and "
        .. "causes no message.",
      readings = {
        "\"Malformed\" is not defined. Certain: shorter than the header or the fixed "
          .. "payload, msg_size beyond the delivered bytes, an event with the response bit.",
        "Above the advertised maximum, extra payload inside msg_size, delivered bytes "
          .. "beyond msg_size: discarded or served.",
        "Implementation-defined ids (bit 7) may be answered as the implementation's own.",
        "GET_CONFIG outside the space: silence or an answer of length 0.",
      },
      hash = 0xf7602e3413c7035c,
    },
    {
      id = "dev.error-signaling.2",
      level = "MUST", observe = "wire",
      summary = "Recovery from an error follows the reset and status rules.",
      why = "Status and queues must survive a malformed message unless the device reports a "
        .. "change.",
      hash = 0xdb5f0ce88fefc8e0,
    },
  },
  {
    section = "Basic Concepts / Endianness",
    title = "Endianness",
    {
      id = "any.prose.little-endian",
      level = "MUST", observe = "restated",
      restates = "dev.endianness.1",
      summary = "All numbers are little-endian.",
      hash = 0x5785aa426dd875d8,
    },
    {
      id = "drv.endianness.1",
      level = "MUST", observe = "wire",
      summary = "The driver writes and reads header and payload fields in little-endian order.",
      hash = 0xd22fd2625774e59c,
    },
    {
      id = "dev.endianness.1",
      level = "MUST", observe = "wire",
      summary = "The device writes and reads header and payload fields in little-endian order.",
      hash = 0x02ad50aa001caed7,
    },
  },
}
