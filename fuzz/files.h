/* Files of a campaign: read whole, and written whole or not at all. */
#ifndef VMSG_FUZZ_FILES_H
#define VMSG_FUZZ_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "folder/name" into PATH_MAX bytes; one that is too long becomes "", which nothing can open. */
void vmsg_fuzz_path(char *out, const char *folder, const char *name);

/* The file's bytes, to free; NULL when it cannot be read or is longer than `most`. */
uint8_t *vmsg_fuzz_read_file(const char *path, size_t most, size_t *len);

/* Write beside it, then rename: a reader never sees half a file. */
bool vmsg_fuzz_write_file(const char *path, const void *bytes, size_t len);

/* Make a folder, its parents too; true also when it is there. */
bool vmsg_fuzz_make_folder(const char *path);

#endif
