-- Transport messages: ids, core messages, runtime notifications.
-- How an entry is written: docs/catalogue.md.
return {
  {
    section = "Transport Messages / Overview",
    title = "Message ids",
    {
      id = "any.prose.initiating-side",
      level = "MUST", observe = "wire",
      summary = "A side starts only the messages that the id tables let it start.",
      hash = 0xeb563ffb89852781,
    },
    {
      id = "any.prose.reserved-ids",
      level = "MUST", observe = "wire",
      summary = "Message ids 0 and 1 are not sent, in either namespace.",
      hash = 0x9e103c99bfe0f555,
    },
  },
  {
    section = "Transport Messages / Mandatory",
    title = "Core Messages",
    {
      id = "dev.mandatory.1",
      level = "MUST", observe = "wire",
      summary = "All eleven requests are served, from GET_DEVICE_INFO to GET_SHM.",
      hash = 0x1e3dfd5acdfbaaa5,
    },
    {
      id = "drv.mandatory.1",
      level = "MUST", observe = "wire",
      summary = "The driver can send, and understands the answers of, all requests but GET_SHM.",
      why = "RESET_VQUEUE needs reset-vqueue.",
      hash = 0x7b26d8ed786fcc4f,
    },
  },
  {
    section = "Transport Messages / Runtime Notifications",
    title = "Runtime Notifications",
    {
      id = "bus.runtime-notifications.1",
      level = "MUST", observe = "declaration",
      summary = "The bus says whether runtime notifications are forwarded or synthesised.",
      why = "The ICS says it.",
      hash = 0x06a7e2e6ea3dda8d,
    },
    {
      id = "bus.runtime-notifications.2",
      level = "MUST", observe = "declaration",
      summary = "Out-of-band signalling, where used, is documented.",
      why = "A matter of the bus's documents.",
      hash = 0x5d9ba7abc1bd920e,
    },
    {
      id = "bus.runtime-notifications.3",
      level = "MUST", observe = "wire",
      summary = "Each notification arrives as exactly one event, never both forwarded and "
        .. "synthesised.",
      hash = 0xb343cac9ecb5cab9,
    },
    {
      id = "bus.runtime-notifications.4",
      level = "MUST", observe = "wire",
      summary = "Where out-of-band signals are used, the receiving side still produces exactly "
        .. "one event for each occurrence.",
      why = "Seen as duplicate or missing events; the signal itself is out of sight.",
      hash = 0xff71c6ea7b1f0dd4,
    },
    {
      id = "bus.runtime-notifications.5",
      level = "MUST", observe = "none",
      summary = "An out-of-band signal wakes; it is not a notification of its own.",
      why = "The signal is outside the messages; a second event that it causes is judged by "
        .. "bus.runtime-notifications.3.",
      hash = 0x6c42c36110364740,
    },
    {
      id = "bus.runtime-notifications.6",
      level = "MUST", observe = "wire",
      summary = "With polling the bus does not make EVENT_AVAIL or EVENT_USED of its own.",
      why = "Needs an ICS that says polling.",
      hash = 0xb2f62c41ff1c916c,
    },
    {
      id = "bus.runtime-notifications.7",
      level = "MUST", observe = "none",
      summary = "Delivery of notifications is bounded in time, and failing it is reported and "
        .. "recovered from by reset and status.",
      why = "No message can hold up the delivery of an event, so the bound cannot be reached "
        .. "from outside.",
      hash = 0xafa5cf9427e53ec9,
    },
  },
}
