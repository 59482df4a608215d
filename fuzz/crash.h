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

/*
 * Where it died, and of what: "wild set_features a.c:12", by the first frame of the SUT. Accesses
 * that miss all memory that is right are one, whatever they hit. "" when the output has no such
 * place.
 */
void vmsg_fuzz_crash_place(const char *output, char *place, size_t size);

#endif
