/* Whom a message is for when nothing but its bytes is known. */
#ifndef VMSG_ENGINE_DIRECTION_H
#define VMSG_ENGINE_DIRECTION_H

#include "harness/oracle/oracle.h"

/*
 * By the wire table: a request goes away from the side that may send it, its response comes back;
 * an event goes away from its sender. What either side may send counts as the driver's, as do
 * requests that the table does not know; events that it does not know count as the device's.
 */
enum vmsg_direction vmsg_direction_of(const void *bytes, size_t len);

#endif
