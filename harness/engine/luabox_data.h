/*
 * Lua files of data, such as conformance statements: a file that returns a table, run in a bounded
 * state that knows strings and tables only.
 */
#ifndef VMSG_LUABOX_DATA_H
#define VMSG_LUABOX_DATA_H

#include "harness/engine/luabox.h"

/* Memory that a data file may use. */
#define VMSG_LUABOX_DATA_MEMORY (16 * 1024 * 1024)

/*
 * Read a whole file of at most 1 MiB; the caller frees. `what` is what it should be, for the
 * sentence in err when it cannot be read (NULL then).
 */
char *vmsg_luabox_data_read(const char *what, const char *path, size_t *length, char *err,
                            size_t err_size);

/*
 * Run a file's text in a freshly opened box and leave the table that it returns on box->L. False
 * with a sentence in err that begins with the path.
 */
bool vmsg_luabox_data_run(struct vmsg_luabox *box, const char *path, const char *text,
                          size_t length, char *err, size_t err_size);

#endif
