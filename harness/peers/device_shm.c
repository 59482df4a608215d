/* GET_SHM: the shared memory regions of a device. */
#include "harness/peers/refdev.h"

static uint32_t asked_region(const struct vmsg_refdev *d, const struct vmsg *m)
{
    uint32_t id = (uint32_t)m->f[VMSG_GET_SHM_REQ_shmid];

    if (vmsg_faulty(d->ep, VMSG_FAULT_READS_BIG_ENDIAN_SHMID))
        return id << 24 | (id & 0xFF00) << 8 | (id >> 8 & 0xFF00) | id >> 24;
    return id;
}

void vmsg_refdev_get_shm(struct vmsg_refdev *d, const struct vmsg *m)
{
    uint32_t shmid = asked_region(d, m);
    uint64_t f[VMSG_GET_SHM_RESP_N_FIELDS] = {[VMSG_GET_SHM_RESP_shmid] = shmid};

    for (unsigned i = 0; i < d->model->n_shm; i++)
        if (d->model->shm[i].shmid == shmid) {
            f[VMSG_GET_SHM_RESP_length] = d->model->shm[i].length;
            f[VMSG_GET_SHM_RESP_address] = d->model->shm[i].address;
        }
    if (vmsg_faulty(d->ep, VMSG_FAULT_SHM_UNKNOWN_LENGTH) && f[VMSG_GET_SHM_RESP_length] == 0)
        f[VMSG_GET_SHM_RESP_length] = 0x1000;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SHM_ADDRESS_VARIES) && f[VMSG_GET_SHM_RESP_length])
        f[VMSG_GET_SHM_RESP_address] += d->shm_answers++ % 2 * 0x1000;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SHM_RESERVED))
        f[VMSG_GET_SHM_RESP_reserved] = 1;
    if (vmsg_faulty(d->ep, VMSG_FAULT_GET_SHM_NOT_ECHOED))
        f[VMSG_GET_SHM_RESP_shmid] = 0;
    vmsg_refdev_reply(d, m, &(struct vmsg_body){.f = f});
}
