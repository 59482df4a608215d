/*
 * The clauses of the AMP layout, judged by what the adapter sees of the other side of the shared
 * memory. They are no clauses of the specification; catalogue: spec-rules/v2/amp.lua.
 */
#include "harness/wire/amp.h"
#include "harness/oracle/internal.h"

static void check(struct vmsg_oracle *o, enum vmsg_clause_no clause, bool ok, const char *what,
                  unsigned long long value)
{
    if (ok)
        exercise(o, clause);
    else
        blame(o, clause, 0, "%s: 0x%llx", what, value);
}

static void judge_layout(struct vmsg_oracle *o, const struct vmsg_amp_seen *s)
{
    const struct vmsg_amp_layout *l = &s->layout;
    unsigned n = l->per_device, bad;

    check(o, VMSG_AMP_LAYOUT_1, l->version == VMSG_AMP_VERSION, "the layout's version is not 1",
          l->version);
    check(o, VMSG_AMP_LAYOUT_2, l->length == VMSG_AMP_HEADER_SIZE, "the layout's length is not 64",
          l->length);
    check(o, VMSG_AMP_LAYOUT_3, !(l->options & ~VMSG_AMP_OPTIONS) && !l->pad,
          "undefined options or reserved bytes are not 0", (unsigned)l->pad << 16 | l->options);
    check(o, VMSG_AMP_LAYOUT_4,
          l->words <= VMSG_AMP_WORDS_MOST && (!l->words || (n && n <= 16 && !(n & (n - 1)))),
          "at most 64 words, and 1, 2, 4, 8 or 16 notifications a device, but they are",
          (unsigned)l->words << 8 | n);
    check(o, VMSG_AMP_LAYOUT_5,
          l->elements >= VMSG_AMP_ELEMENTS_LEAST && l->element_size >= VMSG_MAX_SIZE_LEAST,
          "too few elements, or too small for a message",
          (unsigned long long)l->elements << 16 | l->element_size);
    if (l->words > VMSG_AMP_WORDS_MOST || l->elements < VMSG_AMP_ELEMENTS_LEAST)
        return; /* their sizes make no sense */
    bad = vmsg_amp_bad_part(l, s->area, s->size);
    if (bad < VMSG_AMP_PARTS)
        blame(o, VMSG_AMP_LAYOUT_6, 0,
              "the reference to the %s is 0x%llx: outside the area of 0x%llx bytes, not at a "
              "multiple of 8, or over another part",
              vmsg_amp_part(l, bad).name, (unsigned long long)vmsg_amp_part(l, bad).ref,
              (unsigned long long)s->size);
    else
        exercise(o, VMSG_AMP_LAYOUT_6);
}

/* Cursors while both sides run. */
static void judge_cursors(struct vmsg_oracle *o, const struct vmsg_amp_seen *s)
{
    const uint16_t n = s->elements;

    check(o, VMSG_AMP_QUEUE_HEAD_2, s->now.head < n, "the head is no element's number",
          s->now.head);
    check(o, VMSG_AMP_QUEUE_HEAD_3, s->now.tail < n, "the tail is no element's number",
          s->now.tail);
    if (s->now.tail >= n || s->was.tail >= n || s->now.tail == s->was.tail ||
        vmsg_amp_state_of(s->was.status) != VMSG_AMP_RUN)
        return;
    check(o, VMSG_AMP_QUEUE_HEAD_5,
          vmsg_amp_distance(s->was.tail, s->now.tail, n) <=
              vmsg_amp_distance(s->was.tail, s->own.head, n),
          "the tail went past what was written", s->now.tail);
}

/* How it came to its state. */
static void judge_states(struct vmsg_oracle *o, const struct vmsg_amp_seen *s)
{
    unsigned own = vmsg_amp_state_of(s->own.status);
    unsigned was = vmsg_amp_state_of(s->was.status), now = vmsg_amp_state_of(s->now.status);
    bool known = !s->first && s->was.magic == s->magic;

    if (now == VMSG_AMP_READY)
        check(o, VMSG_AMP_STATUS_2, !s->now.head && !s->now.tail,
              "READY, and its head and tail are not both 0",
              (unsigned)s->now.tail << 16 | s->now.head);
    if (now == VMSG_AMP_RUN && known && was != VMSG_AMP_RUN)
        check(o, VMSG_AMP_STATUS_3, own == VMSG_AMP_READY || own == VMSG_AMP_RUN,
              "it went to RUN while this side was not READY, its state before was", was);
    if (known && was == VMSG_AMP_RUN && now != VMSG_AMP_RUN && own == VMSG_AMP_INIT)
        exercise(o, VMSG_AMP_STATUS_4);
}

static void judge_head(struct vmsg_oracle *o, const struct vmsg_amp_seen *s)
{
    unsigned now = vmsg_amp_state_of(s->now.status);
    bool offered = now == VMSG_AMP_READY || now == VMSG_AMP_RUN;

    if (s->now.magic != s->magic) {
        if (s->now.magic && offered)
            blame(o, VMSG_AMP_QUEUE_HEAD_1, 0, "the magic is 0x%x, not 0x%x, in state %s",
                  s->now.magic, s->magic, vmsg_amp_state_text(s->now.status));
        return;
    }
    if (offered)
        exercise(o, VMSG_AMP_QUEUE_HEAD_1);
    check(o, VMSG_AMP_STATUS_1,
          now <= VMSG_AMP_PEER_DEAD &&
              !(s->now.status & ~(VMSG_AMP_STATE_MASK | VMSG_AMP_FLAG_MASK)),
          "the status has an unknown state or reserved bits", s->now.status);
    if (now > VMSG_AMP_PEER_DEAD)
        return;
    judge_states(o, s);
    if (now == VMSG_AMP_RUN && vmsg_amp_state_of(s->own.status) == VMSG_AMP_RUN)
        judge_cursors(o, s);
}

static void judge_word(struct vmsg_oracle *o, const struct vmsg_amp_seen *s)
{
    uint64_t acknowledged = s->rx_was ^ s->rx_now, pending = s->own_tx ^ s->rx_was;

    if (acknowledged)
        check(o, VMSG_AMP_NOTIFY_1, !(acknowledged & ~pending),
              "events were acknowledged that were not pending, bits", acknowledged & ~pending);
    if (!s->word && (s->tx_was ^ s->tx_now) & 1)
        exercise(o, VMSG_AMP_NOTIFY_2);
}

void vmsg_oracle_amp(struct vmsg_oracle *o, uint32_t index, const struct vmsg_amp_seen *s)
{
    enum vmsg_judged side = o->side;

    o->index = index;
    o->side = (enum vmsg_judged)o->config.judged;
    switch (s->look) {
    case VMSG_AMP_SAW_HEADER:
        judge_layout(o, s);
        break;
    case VMSG_AMP_SAW_HEAD:
        judge_head(o, s);
        break;
    case VMSG_AMP_SAW_WORD:
        judge_word(o, s);
        break;
    case VMSG_AMP_SAW_UNMOVED:
        blame(o, VMSG_AMP_STATUS_4, 0, "it stays in RUN, though this side started over with INIT");
        break;
    case VMSG_AMP_SAW_UNSIGNALLED:
        blame(o, VMSG_AMP_NOTIFY_2, 0, "%u messages came without event 0", 2u * s->elements);
        break;
    }
    o->side = side;
}
