/* GET_SHM responses. */
#include "harness/oracle/internal.h"

#define SHM(name) VMSG_GET_SHM_RESP_##name

static bool declared(const struct vmsg_device_facts *facts, uint32_t id)
{
    for (size_t i = 0; i < facts->n_shm; i++)
        if (facts->shm[i] == id)
            return true;
    return false;
}

static void judge_existence(struct vmsg_oracle *o, struct device *d, uint32_t id, uint64_t length)
{
    const struct vmsg_device_facts *facts = device_facts(o, d->num);

    exercise(o, VMSG_DEV_GET_SHM_1);
    if (facts && facts->shm_declared && declared(facts, id) && !length)
        blame(o, VMSG_DEV_GET_SHM_1, d->num,
              "region %u has length 0, but the conformance statement says that it exists", id);
    else if (facts && facts->shm_declared && !declared(facts, id) && length)
        blame(
            o, VMSG_DEV_GET_SHM_1, d->num,
            "region %u has length %llu, but the conformance statement does not know it; the length "
            "of an unsupported region is 0",
            id, (unsigned long long)length);
}

void judge_get_shm(struct vmsg_oracle *o, struct device *d, const struct request *r,
                   const struct vmsg *m)
{
    uint32_t id = (uint32_t)r->f[VMSG_GET_SHM_REQ_shmid];
    uint64_t length = m->f[SHM(length)], address = m->f[SHM(address)];
    unsigned slot = id % 8;

    if (!judge_echo(o, d, "shmid", id, m->f[SHM(shmid)], VMSG_DEV_PROSE_RESPONSE_ECHO))
        return;
    exercise(o, VMSG_DEV_GET_SHM_2);
    if (m->f[SHM(reserved)])
        blame(o, VMSG_DEV_GET_SHM_2, d->num, "reserved is 0x%x; it must be zero",
              (uint32_t)m->f[SHM(reserved)]);
    judge_existence(o, d, id, length);
    if (length && address + length < address)
        blame(o, VMSG_DEV_GET_SHM_1, d->num,
              "region %u at 0x%llx with length 0x%llx passes the end of the address space", id,
              (unsigned long long)address, (unsigned long long)length);
    if (d->shm[slot].known && d->shm[slot].id == id &&
        (d->shm[slot].length != length || (length && d->shm[slot].address != address)))
        blame(o, VMSG_DEV_GET_SHM_1, d->num,
              "region %u is 0x%llx bytes at 0x%llx now, it was 0x%llx at 0x%llx; the information "
              "must "
              "be accurate",
              id, (unsigned long long)length, (unsigned long long)address,
              (unsigned long long)d->shm[slot].length, (unsigned long long)d->shm[slot].address);
    d->shm[slot].known = true;
    d->shm[slot].id = id;
    d->shm[slot].length = length;
    d->shm[slot].address = address;
}
