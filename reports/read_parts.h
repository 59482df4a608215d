/* The members of a report that was parsed, checked and brought into their structures. */
#ifndef VMSG_READ_PARTS_H
#define VMSG_READ_PARTS_H

#include "reports/read.h"

/* Entries of each list, at most: searching them takes time of its square. */
#define VMSG_READ_ENTRIES 2000u

/* Fill r from r->root. False with a sentence in err that begins with the path. */
bool vmsg_read_members(struct vmsg_read_report *r, const char *path, char *err, size_t err_size);

#endif
