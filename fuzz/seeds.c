/* Embedded seeds; see seeds.h. */
#include "fuzz/seeds.h"

#include "harness/embed.h"

extern const struct vmsg_embedded vmsg_embedded_seeds_device[], vmsg_embedded_seeds_driver[],
    vmsg_embedded_seeds_bus[];

static const struct vmsg_embedded *table(enum vmsg_role role)
{
    switch (role) {
    case VMSG_ROLE_DEVICE:
        return vmsg_embedded_seeds_device;
    case VMSG_ROLE_DRIVER:
        return vmsg_embedded_seeds_driver;
    case VMSG_ROLE_BUS:
        break;
    }
    return vmsg_embedded_seeds_bus;
}

size_t vmsg_fuzz_seeds(enum vmsg_role role)
{
    size_t n = 0;

    while (table(role)[n].name)
        n++;
    return n;
}

bool vmsg_fuzz_seed(struct vmsg_fuzz_script *s, enum vmsg_role role, size_t i)
{
    size_t n = vmsg_fuzz_seeds(role);
    const struct vmsg_embedded *seed = n ? &table(role)[i % n] : NULL;

    return vmsg_fuzz_decode(s, seed ? seed->data : "", seed ? seed->length : 0);
}
