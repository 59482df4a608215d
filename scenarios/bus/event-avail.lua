-- Notification data through a bus.

return {
    {
        name = "notification-data-is-carried",
        requirement = "next_offset arrives as it was sent when VIRTIO_F_NOTIFICATION_DATA is "
            .. "negotiated.",
        clauses = { "bus.event-avail.1" },
        needs = { queue = true, feature = "NOTIFICATION_DATA", notifications = "events" },
        run = function(t)
            t:init("driver-ok", { features = { "NOTIFICATION_DATA" } })
            for _, value in ipairs{ 1, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000001, 0xFFFFFFFF } do
                t:event("EVENT_AVAIL", { vq_index = t.vq, next_offset = value })
            end
            t:fence()
            t:quiet()
        end,
    },
}
