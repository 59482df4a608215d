/* Directions guessed from bytes; see direction.h. */
#include "harness/engine/direction.h"

#include "harness/wire/wire.h"

enum vmsg_direction vmsg_direction_of(const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    const struct vmsg_def *def;
    bool from_driver;

    if (len < 2)
        return VMSG_TO_DEVICE;
    def = vmsg_def_by_id(p[0] & VMSG_TYPE_BUS ? VMSG_NS_BUS : VMSG_NS_TRANSPORT, p[1]);
    from_driver = def ? def->initiator != VMSG_SIDE_DEVICE : !(p[1] & VMSG_ID_EVENT);
    if ((p[0] & VMSG_TYPE_RESPONSE) && !(p[1] & VMSG_ID_EVENT))
        from_driver = !from_driver;
    return from_driver ? VMSG_TO_DEVICE : VMSG_TO_DRIVER;
}
