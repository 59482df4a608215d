/*
 * Words of notifications: an event is pending while the sender's tx bit differs from the receiver's
 * rx bit. The last bits of word 0 lead to the other words.
 */
#include "adapters/shm/shared.h"
#include "adapters/shm/side.h"

enum { BITS = 64 };

/* N words: word n > 0 is led to by bit 64 - N + n of word 0, so that the last bit leads to the last
 * word. (The notes' example of 63 words counts as this does with 64.) */
static unsigned direct(unsigned words)
{
    return words ? BITS - (words - 1) : 0;
}

unsigned vmsg_amp_events(unsigned words)
{
    return words ? direct(words) + (words - 1) * BITS : 0;
}

void vmsg_amp_event_at(unsigned words, unsigned event, unsigned *word, unsigned *bit, int *cascade)
{
    const unsigned d = direct(words);
    *word = event < d ? 0 : 1 + (event - d) / BITS;
    *bit = event < d ? event : (event - d) % BITS;
    *cascade = event < d ? -1 : (int)(d - 1 + *word);
}

static uint8_t *tx_at(const struct vmsg_amp *a, uint8_t *words, unsigned n)
{
    return words + n * sizeof(uint64_t);
}

static uint8_t *rx_at(const struct vmsg_amp *a, uint8_t *words, unsigned n)
{
    return words + (a->layout.words + n) * sizeof(uint64_t);
}

static uint8_t *mask_at(const struct vmsg_amp *a, uint8_t *words, unsigned n)
{
    return words + (2u * a->layout.words + n) * sizeof(uint64_t);
}

/* One look at word n of the other side. */
static void look(struct vmsg_amp *a, unsigned n)
{
    uint64_t tx = vmsg_shared_load64(tx_at(a, a->peer_words, n));
    uint64_t rx = vmsg_shared_load64(rx_at(a, a->peer_words, n));
    if (tx == a->peer_tx[n] && rx == a->peer_rx[n])
        return;
    bool plain = !((rx ^ a->peer_rx[n]) & ~(a->own_tx[n] ^ a->peer_rx[n]));
    if (a->seen && (!plain || vmsg_amp_tells_plain(a)))
        a->seen(a->seen_ctx, &(struct vmsg_amp_seen){.look = VMSG_AMP_SAW_WORD,
                                                     .word = n,
                                                     .own_tx = a->own_tx[n],
                                                     .tx_was = a->peer_tx[n],
                                                     .tx_now = tx,
                                                     .rx_was = a->peer_rx[n],
                                                     .rx_now = rx});
    a->peer_tx[n] = tx;
    a->peer_rx[n] = rx;
}

/* Flip a tx bit unless it is pending already: flipping it then would take the event back. */
static void flip(struct vmsg_amp *a, unsigned n, unsigned bit)
{
    look(a, n);
    if ((a->own_tx[n] ^ a->peer_rx[n]) >> bit & 1)
        return;
    a->own_tx[n] ^= UINT64_C(1) << bit;
    vmsg_shared_store64(tx_at(a, a->own_words, n), a->own_tx[n]);
}

static bool masked(const struct vmsg_amp *a, unsigned n, unsigned bit)
{
    return a->layout.options & VMSG_AMP_OPTION_MASK &&
           vmsg_shared_load64(mask_at(a, a->peer_words, n)) >> bit & 1;
}

bool vmsg_amp_raise(struct vmsg_amp *a, unsigned event)
{
    unsigned word, bit;
    int cascade;
    if (!a->layout.words)
        return true;
    if (a->fault == VMSG_AMP_FAULT_NEVER_SIGNALS && !event)
        return true; /* still rung: a poller at a doorbell hears of the message */
    vmsg_amp_event_at(a->layout.words, event, &word, &bit, &cascade);
    /* What the event is about was written before its bits are looked at. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    flip(a, word, bit);
    if (cascade >= 0)
        flip(a, 0, (unsigned)cascade);
    return !masked(a, word, bit) && (cascade < 0 || !masked(a, 0, (unsigned)cascade));
}

static uint64_t acknowledge(struct vmsg_amp *a, unsigned n)
{
    look(a, n);
    uint64_t pending = a->own_rx[n] ^ a->peer_tx[n];
    if (pending) {
        a->own_rx[n] ^= pending;
        vmsg_shared_store64(rx_at(a, a->own_words, n),
                            a->fault == VMSG_AMP_FAULT_ACKNOWLEDGES_NOTHING
                                ? a->own_rx[n] ^ UINT64_C(1) << 40
                                : a->own_rx[n]);
    }
    return pending;
}

bool vmsg_amp_acknowledge(struct vmsg_amp *a)
{
    if (!a->layout.words)
        return false;
    uint64_t pending = acknowledge(a, 0);
    for (unsigned n = 1; pending && n < a->layout.words; n++)
        if (pending >> (BITS - a->layout.words + n) & 1)
            acknowledge(a, n);
    if (pending & 1)
        a->unsignalled = 0;
    return pending & 1;
}

void vmsg_amp_count_unsignalled(struct vmsg_amp *a)
{
    if (++a->unsignalled != 2u * a->layout.elements)
        return;
    if (a->seen)
        a->seen(a->seen_ctx, &(struct vmsg_amp_seen){.look = VMSG_AMP_SAW_UNSIGNALLED,
                                                     .elements = a->layout.elements});
}

void vmsg_amp_clear_events(struct vmsg_amp *a)
{
    for (unsigned n = 0; n < a->layout.words; n++) {
        /* Events go on from where an earlier life of this side left them. */
        a->own_tx[n] = vmsg_shared_load64(tx_at(a, a->own_words, n));
        a->peer_tx[n] = vmsg_shared_load64(tx_at(a, a->peer_words, n));
        a->peer_rx[n] = vmsg_shared_load64(rx_at(a, a->peer_words, n));
        a->own_rx[n] = a->peer_tx[n];
        vmsg_shared_store64(rx_at(a, a->own_words, n), a->own_rx[n]);
    }
}

void vmsg_amp_mask(struct vmsg_amp *a, bool all)
{
    for (unsigned n = 0; a->layout.options & VMSG_AMP_OPTION_MASK && n < a->layout.words; n++)
        vmsg_shared_store64(mask_at(a, a->own_words, n), all ? UINT64_MAX : 0);
}
