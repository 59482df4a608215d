/* The list of device models. */
#include "harness/peers/model.h"

#include <string.h>

static const struct vmsg_model *const models[] = {
    &vmsg_model_block,
    &vmsg_model_entropy,
    &vmsg_model_max,
};

const struct vmsg_model *vmsg_model_find(const char *name)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (strcmp(models[i]->name, name) == 0)
            return models[i];
    return NULL;
}
