-- The AMP shared-memory layout, behind which a bus may sit. These are no clauses of the virtio-msg
-- text: they are specific to that bus, hold for whoever is at the other side of the memory, and are
-- judged and shown only in runs through shm: and ivshmem:. `hash` is 0, since `rules diff` has
-- nothing to compare. Their source is named in harness/wire/amp.h.
return {
  {
    section = "AMP layout / Header",
    title = "LAYOUT",
    {
      id = "amp.layout.1",
      level = "MUST", observe = "wire",
      summary = "The layout header has version 1.",
      hash = 0,
    },
    {
      id = "amp.layout.2",
      level = "MUST", observe = "wire",
      summary = "The layout header says that it is 64 bytes long.",
      hash = 0,
    },
    {
      id = "amp.layout.3",
      level = "MUST", observe = "wire",
      summary = "Option bits without a meaning and reserved bytes are 0.",
      hash = 0,
    },
    {
      id = "amp.layout.4",
      level = "MUST", observe = "wire",
      summary = "There are at most 64 words of notifications each way; with words, a device has 1, 2, 4, 8 or 16 notifications.",
      hash = 0,
    },
    {
      id = "amp.layout.5",
      level = "MUST", observe = "wire",
      summary = "Each queue has at least two elements, for one is always free, and each element holds a message.",
      hash = 0,
    },
    {
      id = "amp.layout.6",
      level = "MUST", observe = "wire",
      summary = "Every memory reference names a part that lies in its area, at a multiple of 8 bytes, and over no other part.",
      hash = 0,
    },
  },
  {
    section = "AMP layout / Queue heads",
    title = "QUEUE_HEAD",
    {
      id = "amp.queue-head.1",
      level = "MUST", observe = "wire",
      summary = "A queue head that is READY or in RUN has its magic.",
      hash = 0,
    },
    {
      id = "amp.queue-head.2",
      level = "MUST", observe = "wire",
      summary = "In RUN the head is the number of an element.",
      hash = 0,
    },
    {
      id = "amp.queue-head.3",
      level = "MUST", observe = "wire",
      summary = "In RUN the tail is the number of an element.",
      hash = 0,
    },
    {
      id = "amp.queue-head.4",
      level = "MUST", observe = "none",
      why = "a head is only a number: elements that were written over look like those that were read",
      summary = "The head never moves onto an element that the other side has not read.",
      hash = 0,
    },
    {
      id = "amp.queue-head.5",
      level = "MUST", observe = "wire",
      summary = "The tail moves over no element that was not written.",
      hash = 0,
    },
  },
  {
    section = "AMP layout / States",
    title = "STATUS",
    {
      id = "amp.status.1",
      level = "MUST", observe = "wire",
      summary = "The status has one of the five states, and reserved bits of it are 0.",
      hash = 0,
    },
    {
      id = "amp.status.2",
      level = "MUST", observe = "wire",
      summary = "A side that is READY has both its head and its tail at 0: nothing moves before both run.",
      hash = 0,
    },
    {
      id = "amp.status.3",
      level = "MUST", observe = "wire",
      summary = "A side goes to RUN only when the other one is READY or in RUN.",
      hash = 0,
    },
    {
      id = "amp.status.4",
      level = "MUST", observe = "wire",
      summary = "A side in RUN that sees the other one back in INIT leaves RUN.",
      hash = 0,
    },
  },
  {
    section = "AMP layout / Notifications",
    title = "NOTIFY",
    {
      id = "amp.notify.1",
      level = "MUST", observe = "wire",
      summary = "Only events that are pending are acknowledged.",
      hash = 0,
    },
    {
      id = "amp.notify.2",
      level = "MUST", observe = "wire",
      summary = "Event 0 is raised for messages: a queue full of them does not come without it.",
      hash = 0,
    },
  },
}
