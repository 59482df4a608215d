/*
 * A loaded library as a served SUT.
 */
#ifndef VMSG_LOADED_H
#define VMSG_LOADED_H

#include "adapters/served.h"

struct vmsg_loaded {
    void *handle;
    const struct vmsg_sut *sut;
};

/* Load the shared object at path; false with a sentence in err. */
bool vmsg_loaded_open(struct vmsg_loaded *l, const char *path, char *err, size_t err_size);
void vmsg_loaded_close(struct vmsg_loaded *l);

/* Its config is a struct vmsg_loaded. Ticks every millisecond if the SUT has a tick function. */
extern const struct vmsg_served_ops vmsg_served_loaded;

#endif
