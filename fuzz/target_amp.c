/*
 * libFuzzer target: one side of an AMP layout against memory that changes as the input says, and
 * the judge of what is seen. Whatever the other side writes, nothing is read or written outside the
 * area, and cursors stay inside their arrays.
 *
 * Input: a layout header of 64 bytes, then operations: a byte that says which, then its operands.
 */
#include "adapters/shm/layout.h"
#include "adapters/shm/side.h"
#include "harness/oracle/oracle.h"
#include "harness/wire/amp.h"

#include <stdlib.h>
#include <string.h>

enum { AREA = 8192, OPERATIONS = 256 };

struct input {
    const uint8_t *bytes;
    size_t left;
};

static uint8_t next(struct input *in)
{
    if (!in->left)
        return 0;
    in->left--;
    return *in->bytes++;
}

static void found(void *ctx, const struct vmsg_finding *finding)
{
    if (!finding->text[0])
        abort();
}

static void seen(void *ctx, const struct vmsg_amp_seen *what)
{
    char text[160];
    vmsg_oracle_amp(ctx, 0, what);
    if (vmsg_amp_seen_text(what, text, sizeof text) && !text[0])
        abort();
}

/* One byte of the parts that the other side writes, or of anything. */
static void change(struct vmsg_amp *a, struct input *in)
{
    uint8_t where = next(in), at = next(in), value = next(in);
    if (where % 4 == 0)
        a->peer_head_at[at % VMSG_AMP_HEAD_SIZE] = value;
    else if (where % 4 == 1 && a->peer_words)
        a->peer_words[at % vmsg_amp_words_size(&a->layout)] = value;
    else if (where % 4 == 2)
        a->peer_queue[(size_t)at * 7 % ((size_t)a->layout.elements * a->layout.element_size)] =
            value;
    else
        a->area[((size_t)where << 8 | at) % AREA] = value;
}

static void operate(struct vmsg_amp *a, struct input *in)
{
    uint8_t message[64] = {0};
    uint8_t *taken = malloc(a->layout.element_size);
    enum vmsg_amp_phase phase = VMSG_AMP_WAITING;
    size_t len;
    vmsg_amp_begin(a);
    for (int i = 0; i < OPERATIONS && in->left; i++) {
        switch (next(in) % 8) {
        case 0:
            vmsg_amp_begin(a);
            phase = VMSG_AMP_WAITING;
            break;
        case 1:
            phase = vmsg_amp_step(a, next(in) & 1);
            break;
        case 2:
            if (phase == VMSG_AMP_UP && vmsg_amp_take(a, taken, a->layout.element_size, &len) &&
                (len < 8 || len > a->layout.element_size))
                abort();
            break;
        case 3:
            if (phase == VMSG_AMP_UP)
                vmsg_amp_put(a, message, 8 + next(in) % 56);
            break;
        case 4:
            vmsg_amp_acknowledge(a);
            break;
        case 5:
            if (a->layout.words)
                vmsg_amp_raise(a, next(in) * 17u % vmsg_amp_events(a->layout.words));
            break;
        case 6:
            vmsg_amp_mask(a, next(in) & 1);
            break;
        default:
            change(a, in);
        }
        if (a->own.head >= a->layout.elements || a->own.tail >= a->layout.elements)
            abort();
    }
    free(taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vmsg_oracle_config config = {
        .judged = VMSG_JUDGE_DEVICE, .revision = 1, .max_msg_size = 264};
    struct input in = {data, size};
    struct vmsg_oracle *oracle = vmsg_oracle_new(&config, found, NULL);
    uint8_t *area = aligned_alloc(64, AREA); /* ASan knows its end */
    struct vmsg_amp *a = calloc(1, sizeof *a);
    struct vmsg_amp_layout layout;
    char err[300];
    if (!area || !oracle || !a)
        abort();
    memset(area, 0, AREA);
    for (size_t i = 0; i < VMSG_AMP_HEADER_SIZE; i++)
        area[i] = next(&in);
    vmsg_amp_read_layout(area, &layout);
    layout.words %= 70;
    layout.elements %= 80;
    layout.element_size %= 200;
    if (layout.pad & 1) { /* mostly a layout that can be used */
        layout.version = 1;
        layout.length = 64;
        vmsg_amp_place(&layout, VMSG_AMP_AREA_MAIN);
    }
    seen(oracle, &(struct vmsg_amp_seen){
                     .look = VMSG_AMP_SAW_HEADER, .layout = layout, .size = AREA, .area = 1});
    if (vmsg_amp_usable(&layout, VMSG_AMP_AREA_MAIN, AREA, err, sizeof err)) {
        *a = (struct vmsg_amp){.area = area,
                               .size = AREA,
                               .number = VMSG_AMP_AREA_MAIN,
                               .magic = VMSG_AMP_QUEUE_MAGIC,
                               .side = layout.pad & 2 ? VMSG_AMP_DEVICE : VMSG_AMP_DRIVER,
                               .seen = seen,
                               .seen_ctx = oracle};
        vmsg_amp_attach(a, &layout);
        operate(a, &in);
    } else if (!err[0]) {
        abort();
    }
    free(a);
    free(area);
    vmsg_oracle_free(oracle);
    return 0;
}
