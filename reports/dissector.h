/* The Wireshark dissector: a Lua file made from the wire table. */
#ifndef VMSG_DISSECTOR_H
#define VMSG_DISSECTOR_H

#include <stdio.h>

void vmsg_dissector_write(FILE *out);

#endif
