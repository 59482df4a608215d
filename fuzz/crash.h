/*
 * Telling crashes apart: by the sanitizer's report, its kind and the first function of the stack,
 * the place or, without symbols, the offsets of the first frames; else by the signal.
 */
#ifndef VMSG_FUZZ_CRASH_H
#define VMSG_FUZZ_CRASH_H

#include <stddef.h>

/*
 * A name of letters, digits, '-' and '_': "crash-heap-buffer-overflow-set_features", or
 * "crash-signal-11-GET_CONFIG" by the message after which it came. `output` may be NULL, signal 0.
 */
void vmsg_fuzz_crash_name(const char *output, int signal, const char *after, char *name,
                          size_t size);

#endif
