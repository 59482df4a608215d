/*
 * Areas that may shrink under us: whoever truncates a shared file makes its pages vanish, and the
 * next access a SIGBUS. A vanished page of a guarded area becomes zeroes of our own, which no
 * layout is.
 */
#ifndef VMSG_SHM_GUARD_H
#define VMSG_SHM_GUARD_H

#include <stddef.h>
#include <stdint.h>

void vmsg_guard_add(const uint8_t *area, size_t size);
void vmsg_guard_remove(const uint8_t *area);

#endif
