/*
 * Telling crashes apart: by the sanitizer's report, its kind and the first function of the stack,
 * else by the signal.
 */
#ifndef VMSG_FUZZ_CRASH_H
#define VMSG_FUZZ_CRASH_H

#include <stddef.h>

/* A name in [a-z0-9_-]; empty when neither says anything. `output` may be NULL, signal 0. */
void vmsg_fuzz_crash_name(const char *output, int signal, char *name, size_t size);

#endif
