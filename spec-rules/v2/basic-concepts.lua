-- Basic concepts: bus and transport, revisions, device numbers.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Basic Concepts / Relationship between bus and transport",
    title = "Relationship between bus and transport",
    {
      id = "bus.prose.bus-messages-as-defined",
      level = "MUST", observe = "restated",
      restates = "bus.bus-messages.2",
      summary = "A bus that does enumeration, hotplug or liveness by messages uses the bus "
        .. "messages as they are defined.",
      hash = 0xa892f81a46deba2e,
    },
  },
  {
    section = "Basic Concepts / Relationship between bus and transport / Bus Messages",
    title = "Bus Message Implementation",
    {
      id = "bus.bus-messages.1",
      level = "MAY", observe = "declaration",
      summary = "Each of GET_DEVICES, PING and EVENT_DEVICE may be left out.",
      why = "The ICS lists the bus messages that are supported; leaving one out is legal.",
      hash = 0xd58986a6c63626a6,
    },
    {
      id = "bus.bus-messages.2",
      level = "MUST", observe = "wire",
      summary = "A bus message that is supported behaves as its own section says.",
      hash = 0x3e1ded359c9e106a,
    },
  },
  {
    section = "Basic Concepts / Relationship between bus and transport / "
      .. "Transport Message Forwarding",
    title = "Transport Message Forwarding",
    {
      id = "bus.transport-message-forwarding.1",
      level = "MUST", observe = "wire",
      summary = "A transport message is forwarded only after its device number was checked "
        .. "against the devices that exist.",
      hash = 0x76f9608916b9c4c4,
    },
    {
      id = "bus.transport-message-forwarding.2",
      level = "MUST", observe = "wire",
      summary = "A transport message reaches exactly the device that its header names, however "
        .. "that device was found.",
      hash = 0x2c6873b280ae8707,
    },
    {
      id = "bus.transport-message-forwarding.3",
      level = "SHOULD", observe = "wire",
      summary = "The bus checks generic limits only and leaves the payload as it is.",
      hash = 0x0e517833beff04e0,
    },
    {
      id = "bus.transport-message-forwarding.4",
      level = "MUST", observe = "wire",
      summary = "A request that cannot be checked or routed ends in a failure that the driver "
        .. "side sees.",
      hash = 0x84cc12cae9344a63,
    },
    {
      id = "bus.transport-message-forwarding.5",
      level = "MAY", observe = "wire",
      summary = "An event that cannot be checked or routed may be dropped.",
      readings = {
        "Unknown event ids: forwarded or dropped.",
      },
      hash = 0x48f31a815e78bb55,
    },
  },
  {
    section = "Basic Concepts / Revisions",
    title = "Revisions",
    {
      id = "bus.prose.common-feature-subset",
      level = "MUST", observe = "restated",
      restates = "bus.advertising-transport-parameters.3",
      summary = "The effective transport feature mask is what both sides have in common.",
      hash = 0xfd6be3aa46a2e272,
    },
  },
  {
    section = "Basic Concepts / Revisions / Advertising Transport Parameters",
    title = "Advertising Transport Parameters",
    {
      id = "bus.advertising-transport-parameters.1",
      level = "MUST", observe = "declaration",
      summary = "Revision, maximum message size and transport feature bits are known to the "
        .. "transport before the first transport message.",
      why = "How they are obtained is up to the implementation; in a run the ICS carries them.",
      hash = 0x7231a22068cb1f62,
    },
    {
      id = "bus.advertising-transport-parameters.2",
      level = "MUST", observe = "declaration",
      summary = "Transport feature bits are advertised apart from the device's feature blocks.",
      why = "The advertisement has no message; the ICS carries it.",
      hash = 0xf7b83a4e1616c207,
    },
    {
      id = "bus.advertising-transport-parameters.3",
      level = "MUST", observe = "declaration",
      summary = "Only transport feature bits that both sides support are advertised.",
      why = "The advertisement has no message; what each side supports is known from the ICS "
        .. "alone.",
      hash = 0xef9dd342a3896d44,
    },
    {
      id = "bus.advertising-transport-parameters.4",
      level = "MUST", observe = "wire",
      summary = "The advertised limits hold for messages in both directions.",
      hash = 0xfd8d3205af0bd3c9,
    },
    {
      id = "bus.advertising-transport-parameters.5",
      level = "MUST", observe = "declaration",
      summary = "The advertised values do not change while a device is active.",
      why = "The advertisement has no message; a change can be seen only where the ICS declares "
        .. "how it is announced.",
      hash = 0xfcd90534e4b39e23,
    },
    {
      id = "bus.advertising-transport-parameters.6",
      level = "MUST", observe = "upper",
      summary = "When the values change the transport is told, and messages for the device are "
        .. "accepted again only after revalidation.",
      why = "Needs the command max-msg-size: devices are removed and added again, and "
        .. "GET_DEVICE_INFO comes first.",
      readings = {
        "The text gives no wire form; other forms that the ICS declares are legal.",
      },
      hash = 0xae1ad347ec1de3fd,
    },
  },
  {
    section = "Basic Concepts / Revisions / Driver Limits",
    title = "Respecting Bus Limits",
    {
      id = "drv.driver-limits.1",
      level = "MUST", observe = "wire",
      summary = "No message of the driver is larger than the maximum that the bus advertises.",
      hash = 0x0b54b16d1e3f2291,
    },
    {
      id = "drv.driver-limits.2",
      level = "MUST", observe = "wire",
      summary = "The driver uses no message or transport feature of a higher revision than the "
        .. "bus reports.",
      why = "Only revision 1 exists: seen as the use of unassigned message ids.",
      hash = 0xf56a590826420fb6,
    },
  },
  {
    section = "Basic Concepts / Revisions / Device Limits",
    title = "Respecting Bus Limits",
    {
      id = "dev.device-limits.1",
      level = "MUST", observe = "wire",
      summary = "No response or event of the device is larger than the maximum that the bus "
        .. "advertises.",
      readings = {
        "A request whose answer cannot fit is undefined: silence, or for GET_CONFIG an "
          .. "answer of length 0.",
      },
      hash = 0x7e3a479c033769dd,
    },
    {
      id = "dev.device-limits.2",
      level = "MUST", observe = "wire",
      summary = "The device needs nothing beyond the reported revision, and ignores or refuses "
        .. "requests for what it does not support.",
      why = "Only revision 1 exists: seen through unassigned message ids.",
      hash = 0xf7f46c223b37097e,
    },
  },
  {
    section = "Basic Concepts / Revisions",
    title = "Revisions",
    {
      id = "bus.prose.size-range",
      level = "MUST", observe = "restated",
      restates = "bus.message-size.1",
      summary = "In revision 1 a maximum message size lies between 52 and 65,535 bytes.",
      hash = 0x73167324b4a41960,
    },
  },
  {
    section = "Basic Concepts / Revisions / Message Size",
    title = "Message Size Bounds",
    {
      id = "bus.message-size.1",
      level = "MUST", observe = "declaration",
      summary = "The advertised maximum message size is at least 52 bytes.",
      why = "The value is in the ICS.",
      hash = 0x44ae43120df6b4e2,
    },
    {
      id = "bus.message-size.2",
      level = "SHOULD", observe = "declaration",
      summary = "The advertised maximum message size is at most 264 bytes.",
      why = "The value is in the ICS.",
      hash = 0x284555886c805af5,
    },
  },
  {
    section = "Basic Concepts / Versioning and Forward Compatibility",
    title = "Revision Compatibility",
    {
      id = "drv.versioning-and-forward-compatibility.1",
      level = "MUST", observe = "none",
      summary = "The driver does everything that is mandatory up to its revision.",
      why = "The sum of all other clauses; nothing of its own to see.",
      hash = 0xbe706758b8499ea0,
    },
    {
      id = "drv.versioning-and-forward-compatibility.2",
      level = "MUST", observe = "wire",
      summary = "A message or indication from the device that needs more than the driver "
        .. "supports is ignored, or the request counts as failed.",
      why = "Only revision 1 exists: provoked with unassigned event ids.",
      hash = 0xc2ba2128be36c53d,
    },
    {
      id = "dev.versioning-and-forward-compatibility.1",
      level = "MUST", observe = "none",
      summary = "The device does everything that is mandatory up to its revision.",
      why = "The sum of all other clauses; nothing of its own to see.",
      hash = 0x2c44a643cb8e29ad,
    },
    {
      id = "dev.versioning-and-forward-compatibility.2",
      level = "MUST", observe = "wire",
      summary = "A request that needs an unsupported revision or transport feature is refused "
        .. "by its message's own means, or ignored.",
      why = "Only revision 1 exists: provoked with unassigned message ids.",
      readings = {
        "Implementation-defined ids (bit 7) may be answered as the implementation's own.",
      },
      hash = 0xea84e4a67ccc99ab,
    },
    {
      id = "bus.versioning-and-forward-compatibility.1",
      level = "MUST", observe = "none",
      summary = "The bus does everything that is mandatory up to its revision.",
      why = "The sum of all other clauses; nothing of its own to see.",
      hash = 0x1209a58ea0278a3e,
    },
    {
      id = "bus.versioning-and-forward-compatibility.2",
      level = "MUST", observe = "none",
      summary = "A message that cannot be forwarded for want of a revision or feature is failed "
        .. "or dropped, never half forwarded.",
      why = "Only revision 1 exists, and transport message ids are not the bus's to judge "
        .. "(bus.error-signaling.5), so no message asks for it.",
      hash = 0x8ab0fc2385d40f73,
    },
  },
  {
    section = "Basic Concepts / Device Numbers",
    title = "Device Numbers",
    {
      id = "drv.prose.device-info-first",
      level = "MUST", observe = "restated",
      restates = "drv.overview.1",
      summary = "GET_DEVICE_INFO is the first message to a new device number.",
      hash = 0xf11c841a58d92c0d,
    },
  },
  {
    section = "Basic Concepts / Device Numbers / Assignment",
    title = "Device Number Assignment",
    {
      id = "bus.assignment.1",
      level = "MUST", observe = "none",
      summary = "No two devices of a bus instance share a device number.",
      why = "Two devices behind one number look like one; that messages reach the device that they "
        .. "name is judged by bus.transport-message-forwarding.2.",
      hash = 0x7ec9e04c7cfc5b97,
    },
    {
      id = "bus.assignment.2",
      level = "SHOULD", observe = "none",
      summary = "A device number is not given out again right after its device went.",
      why = "The upper tester's command names the number; which one a bus chooses by itself is not "
        .. "seen.",
      readings = {
        "Adding the same number again at once after a change of the size limit is not blamed.",
      },
      hash = 0x9294e03a6fad4002,
    },
    {
      id = "bus.assignment.3",
      level = "MUST", observe = "wire",
      summary = "By GET_DEVICES, EVENT_DEVICE or platform data the driver can learn every valid "
        .. "device number.",
      readings = {
        "A number that only the peer's EVENT_DEVICE announced is validated by it.",
      },
      hash = 0x77d8c02671fd94d3,
    },
  },
}
