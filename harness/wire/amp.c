/*
 * What was seen of an AMP layout, in words.
 */
#include "harness/wire/amp.h"

#include <stdio.h>

bool vmsg_amp_seen_text(const struct vmsg_amp_seen *s, char *out, size_t size)
{
    switch (s->look) {
    case VMSG_AMP_SAW_HEADER:
        snprintf(out, size, "shared memory: %u elements of %u bytes each way, %u words%s",
                 s->layout.elements, s->layout.element_size, s->layout.words,
                 s->layout.options & VMSG_AMP_OPTION_MASK ? " with masks" : "");
        return true;
    case VMSG_AMP_SAW_HEAD:
        if (!s->first && s->was.magic == s->now.magic && s->was.status == s->now.status)
            return false;
        snprintf(out, size, "shared memory: the SUT's side is in %s, magic 0x%04x",
                 vmsg_amp_state_text(s->now.status), s->now.magic);
        return true;
    case VMSG_AMP_SAW_UNMOVED:
        snprintf(out, size, "shared memory: the SUT's side stays in RUN");
        return true;
    case VMSG_AMP_SAW_WORD:
    case VMSG_AMP_SAW_UNSIGNALLED:
        break;
    }
    return false;
}
