-- The catalogue of virtio-msg v2 (transport revision 1): its files in the order of the spec.
return {
  spec = "virtio-msg-v2",
  files = {
    "basic-concepts",
    "configuration-profiles",
    "features-and-errors",
    "header-and-ordering",
    "initialization",
    "operation",
    "transport-messages",
    "device-info-and-features",
    "config",
    "status",
    "virtqueues",
    "notifications",
    "bus-messages",
    "amp", -- bus-specific: not of this text
  },
}
