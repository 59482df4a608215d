/* libFuzzer target: decoding, text and JSON of any bytes. */
#include "harness/wire/json.h"
#include "harness/wire/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decoding promises for any input; a broken promise is a crash. */
static void check(int promise)
{
    if (!promise)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256];
    struct vmsg m;
    json_t *json;
    size_t len;

    vmsg_decode(&m, data, size);
    check(m.delivered == size);
    check((uint64_t)m.payload_len + m.trailing <= size);
    check((uint64_t)m.tail_len + m.extra <= m.payload_len);
    check(m.defect != VMSG_WELL_FORMED || (m.def && m.layout));

    len = vmsg_text(text, sizeof(text), data, size);
    check(strlen(text) == (len < sizeof(text) ? len : sizeof(text) - 1));

    json = vmsg_to_json(data, size);
    check(json != NULL);
    json_decref(json);
    return 0;
}
