-- Basic concepts: configuration semantics profiles.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Basic Concepts / Configuration Semantics Profiles",
    title = "Configuration Semantics Profiles",
    {
      id = "drv.configuration-semantics-profiles.1",
      level = "MUST", observe = "none",
      summary = "The driver knows whether the baseline or the strict profile applies before its "
        .. "first SET_CONFIG.",
      why = "A decision inside the driver; its result is judged by drv.configuration-semantics- "
        .. "profiles.4 and .6.",
      hash = 0xd0d1d5228dd37f1a,
    },
    {
      id = "drv.configuration-semantics-profiles.2",
      level = "MUST", observe = "upper",
      summary = "The profile follows from the transport feature bits, not from device features.",
      why = "Needs set-config, with device features that would mislead.",
      hash = 0x37d85f9095325ded,
    },
    {
      id = "drv.configuration-semantics-profiles.3",
      level = "SHOULD", observe = "wire",
      summary = "Generation values are used to notice concurrent changes, and configuration is "
        .. "read again until they are stable.",
      hash = 0x9610c076e1888bf3,
    },
    {
      id = "drv.configuration-semantics-profiles.4",
      level = "MUST", observe = "upper",
      summary = "In the baseline profile every SET_CONFIG carries generation 0.",
      why = "Needs set-config, unless the driver writes configuration by itself.",
      hash = 0x4ddb26d4429dcf45,
    },
    {
      id = "drv.configuration-semantics-profiles.5",
      level = "SHOULD", observe = "wire",
      summary = "In the baseline profile an EVENT_CONFIG without data, or with offset and "
        .. "length 0, makes the driver read the configuration again.",
      hash = 0xf343430fe78d1f67,
    },
    {
      id = "drv.configuration-semantics-profiles.6",
      level = "MUST", observe = "upper",
      summary = "In the strict profile SET_CONFIG carries the latest generation that the driver "
        .. "was told.",
      why = "Needs set-config, unless the driver writes configuration by itself.",
      readings = {
        "A SET_CONFIG response carries a generation too and may count as the latest, "
          .. "though only GET_CONFIG and EVENT_CONFIG are named.",
      },
      hash = 0xd2f309acb7ce327f,
    },
    {
      id = "drv.configuration-semantics-profiles.7",
      level = "SHOULD", observe = "upper",
      summary = "After a strict rejection the driver reads the configuration again before it "
        .. "retries.",
      why = "Needs set-config.",
      hash = 0x8ea3cb1e4d7287e1,
    },
    {
      id = "drv.configuration-semantics-profiles.8",
      level = "MUST", observe = "upper",
      summary = "Nothing is concluded from the order of generation values, or from values "
        .. "before a reset.",
      why = "Needs set-config after a reset in which the generation went back.",
      hash = 0x43858454973f8f6b,
    },
    {
      id = "dev.configuration-semantics-profiles.1",
      level = "MUST", observe = "wire",
      summary = "The device follows the profile that the bus's transport feature bits select.",
      hash = 0xc8ee4c64d8b6b979,
    },
    {
      id = "dev.configuration-semantics-profiles.2",
      level = "MUST", observe = "wire",
      summary = "GET_CONFIG and SET_CONFIG responses and EVENT_CONFIG all carry the generation "
        .. "that is current.",
      readings = {
        "Whether a driver's own write changes the generation is the device's choice.",
      },
      hash = 0xf57b466081cfeabb,
    },
    {
      id = "dev.configuration-semantics-profiles.3",
      level = "MUST", observe = "upper",
      summary = "The generation changes whenever two accesses could see different versions of "
        .. "the configuration space.",
      why = "Needs change-config; a change that the device makes by itself is judged too.",
      readings = {
        "A driver's own SET_CONFIG may or may not change the generation.",
      },
      hash = 0xb0ff371b756a3d1f,
    },
    {
      id = "dev.configuration-semantics-profiles.4",
      level = "MUST", observe = "wire",
      summary = "In the baseline profile the generation of a SET_CONFIG request is not looked "
        .. "at; a write that is valid otherwise takes place.",
      hash = 0x493a652574373741,
    },
    {
      id = "dev.configuration-semantics-profiles.5",
      level = "MUST", observe = "wire",
      summary = "A mismatched generation in SET_CONFIG is by itself no reason for EVENT_CONFIG.",
      hash = 0x4e5cf2296d1ead63,
    },
    {
      id = "dev.configuration-semantics-profiles.6",
      level = "MAY", observe = "upper",
      summary = "An EVENT_CONFIG with offset and length 0 and no data may stand for a change "
        .. "that has no bounded range.",
      why = "Needs change-config.",
      hash = 0x444052aa77118fe0,
    },
    {
      id = "dev.configuration-semantics-profiles.7",
      level = "MUST", observe = "upper",
      summary = "Every change that the device makes to its configuration and that the driver "
        .. "can see is announced by EVENT_CONFIG.",
      why = "Needs change-config.",
      readings = {
        "While status is 0, core forbids notifications: announcing and silence are both legal.",
        "A driver's own SET_CONFIG may or may not be followed by EVENT_CONFIG.",
      },
      hash = 0x6ce5a68c61b3d212,
    },
    {
      id = "dev.configuration-semantics-profiles.8",
      level = "MUST", observe = "upper",
      summary = "EVENT_CONFIG announces a status only when the device changed it by itself and "
        .. "the driver has to be told.",
      why = "Needs needs-reset, or DMA memory: a corrupt ring is an unrecoverable error too.",
      readings = {
        "While status is 0, announcing and silence are both legal.",
      },
      hash = 0xe30c8f3217ee7e7b,
    },
    {
      id = "dev.configuration-semantics-profiles.9",
      level = "MUST", observe = "wire",
      summary = "A status write by the driver is by itself no reason for EVENT_CONFIG.",
      hash = 0x84f3801432f63d6f,
    },
    {
      id = "dev.configuration-semantics-profiles.10",
      level = "MUST", observe = "upper",
      summary = "An EVENT_CONFIG that tells only of a status has offset and length 0.",
      why = "Needs needs-reset, or DMA memory: a corrupt ring is an unrecoverable error too.",
      hash = 0x65e703fd135a422e,
    },
    {
      id = "dev.configuration-semantics-profiles.11",
      level = "MAY", observe = "wire",
      summary = "The generation may start over, for example in a reset.",
      hash = 0x606c224546d8e451,
    },
    {
      id = "dev.configuration-semantics-profiles.12",
      level = "MUST", observe = "wire",
      summary = "In the strict profile a SET_CONFIG whose generation is not the current one is "
        .. "refused.",
      hash = 0x0776b013d8b7c78d,
    },
    {
      id = "dev.configuration-semantics-profiles.13",
      level = "MUST", observe = "upper",
      summary = "A change too large for one EVENT_CONFIG is announced without data, and "
        .. "GET_CONFIG gives the new data.",
      why = "Needs change-config over more bytes than an event can carry.",
      hash = 0x50113029e17645c5,
    },
  },
}
