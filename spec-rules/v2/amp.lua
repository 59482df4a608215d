-- The AMP shared-memory layout, behind which a bus may sit. These are no clauses of the virtio-msg
-- text: they are specific to that bus, hold for whoever is at the other side of the memory, and are
-- judged and shown only in runs through shm: and ivshmem:. `hash` is 0, since `rules diff` has
-- nothing to compare. Their source is named in harness/wire/amp.h.
local function block(section, title, clauses)
  clauses.section = "AMP layout / " .. section
  clauses.title = title
  for i = 1, #clauses do
    clauses[i].hash = 0
    clauses[i].level = "MUST"
    clauses[i].observe = clauses[i].observe or "wire"
  end
  return clauses
end

return {
  block("Header", "LAYOUT", {
    { id = "amp.layout.1", summary = "The layout header has version 1." },
    { id = "amp.layout.2", summary = "The layout header says that it is 64 bytes long." },
    { id = "amp.layout.3", summary = "Option bits without a meaning and reserved bytes are 0." },
    { id = "amp.layout.4", summary = "There are at most 64 words of notifications each way; with words, a device has 1, 2, 4, 8 or 16 notifications." },
    { id = "amp.layout.5", summary = "Each queue has at least two elements, for one is always free, and each element holds a message." },
    { id = "amp.layout.6", summary = "Every memory reference names a part that lies in its area, at a multiple of 8 bytes, and over no other part." },
  }),
  block("Queue heads", "QUEUE_HEAD", {
    { id = "amp.queue-head.1", summary = "A queue head that is READY or in RUN has its magic." },
    { id = "amp.queue-head.2", summary = "In RUN the head is the number of an element." },
    { id = "amp.queue-head.3", summary = "In RUN the tail is the number of an element." },
    { id = "amp.queue-head.4", observe = "none",
      why = "a head is only a number: elements that were written over look like those that were read",
      summary = "The head never moves onto an element that the other side has not read." },
    { id = "amp.queue-head.5", summary = "The tail moves over no element that was not written." },
  }),
  block("States", "STATUS", {
    { id = "amp.status.1", summary = "The status has one of the five states, and reserved bits of it are 0." },
    { id = "amp.status.2", summary = "A side that is READY has both its head and its tail at 0: nothing moves before both run." },
    { id = "amp.status.3", summary = "A side goes to RUN only when the other one is READY or in RUN." },
    { id = "amp.status.4", summary = "A side in RUN that sees the other one back in INIT leaves RUN." },
  }),
  block("Notifications", "NOTIFY", {
    { id = "amp.notify.1", summary = "Only events that are pending are acknowledged." },
    { id = "amp.notify.2", summary = "Event 0 is raised for messages: a queue full of them does not come without it." },
  }),
}
