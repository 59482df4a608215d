/*
 * A file that is whole or absent. Open proves that a temporary file can be made beside `path` and
 * fails now when it cannot; commit writes one and renames it; abandon lets go. "-" is standard
 * output; what exists and is no regular file is written in place. Commit and abandon free f.
 */
#ifndef VMSG_REPORTS_FILE_H
#define VMSG_REPORTS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct vmsg_file;

/* Writes all of it; false when that failed (errno says why). */
typedef bool vmsg_file_writer(FILE *out, const void *ctx);

struct vmsg_file *vmsg_file_open(const char *path, char *err, size_t err_size);
bool vmsg_file_commit(struct vmsg_file *f, vmsg_file_writer *write, const void *ctx, char *err,
                      size_t err_size);
void vmsg_file_abandon(struct vmsg_file *f);

#endif
