/* The corpus; see corpus.h. */
#include "fuzz/corpus.h"

#include "fuzz/files.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SCRIPT_MOST (1u << 20) /* bytes of a file */

static uint64_t hash(const uint8_t *bytes, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < len; i++)
        h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
    return h;
}

static bool has(const struct vmsg_fuzz_corpus *c, uint64_t name)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->names[i] == name)
            return true;
    return false;
}

static bool make_room(struct vmsg_fuzz_corpus *c)
{
    size_t cap = c->cap ? 2 * c->cap : 64;
    struct vmsg_fuzz_script *scripts;
    uint64_t *names;
    uint16_t *marks;

    if (c->n < c->cap)
        return true;
    scripts = realloc(c->scripts, cap * sizeof *scripts);
    if (scripts)
        c->scripts = scripts;
    names = realloc(c->names, cap * sizeof *names);
    if (names)
        c->names = names;
    marks = realloc(c->marks, cap * sizeof *marks);
    if (marks)
        c->marks = marks;
    if (!scripts || !names || !marks)
        return false;
    c->cap = cap;
    return true;
}

static bool keep(struct vmsg_fuzz_corpus *c, const struct vmsg_fuzz_script *s, uint64_t name,
                 uint16_t mark)
{
    if (!make_room(c))
        return false;
    c->scripts[c->n] = (struct vmsg_fuzz_script){0};
    c->names[c->n] = name;
    c->marks[c->n] = mark;
    return vmsg_fuzz_copy(&c->scripts[c->n++], s);
}

bool vmsg_fuzz_corpus_add(struct vmsg_fuzz_corpus *c, const struct vmsg_fuzz_script *s,
                          uint16_t mark)
{
    char path[PATH_MAX], file[20];
    size_t len;
    uint8_t *bytes = vmsg_fuzz_encode(s, &len);
    uint64_t name = bytes ? hash(bytes, len) : 0;
    bool ok = bytes;

    if (ok && !has(c, name)) {
        ok = keep(c, s, name, mark);
        snprintf(file, sizeof file, "%016" PRIx64, name);
        vmsg_fuzz_path(path, c->folder ? c->folder : "", file);
        if (ok && c->folder)
            ok = vmsg_fuzz_write_file(path, bytes, len);
    }
    free(bytes);
    return ok;
}

static bool read_one(struct vmsg_fuzz_corpus *c, const char *file)
{
    struct vmsg_fuzz_script s = {0};
    char path[PATH_MAX];
    struct stat st;
    uint8_t *bytes;
    size_t len;
    bool ok;

    vmsg_fuzz_path(path, c->folder, file);
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return true;
    bytes = vmsg_fuzz_read_file(path, SCRIPT_MOST, &len);
    if (!bytes)
        return true; /* unreadable, or nothing of ours */
    ok = has(c, hash(bytes, len)) ||
         (vmsg_fuzz_decode(&s, bytes, len) && keep(c, &s, hash(bytes, len), 0));
    vmsg_fuzz_clear(&s);
    free(bytes);
    return ok;
}

/* Names being written have a dot. */
static int is_script(const struct dirent *d)
{
    return !strchr(d->d_name, '.');
}

bool vmsg_fuzz_corpus_read(struct vmsg_fuzz_corpus *c)
{
    struct dirent **files;
    int n = c->folder ? scandir(c->folder, &files, is_script, alphasort) : 0;
    bool ok = n >= 0;

    for (int i = 0; i < n; i++) {
        ok = ok && read_one(c, files[i]->d_name);
        free(files[i]);
    }
    if (n > 0)
        free(files);
    return ok;
}

void vmsg_fuzz_corpus_clear(struct vmsg_fuzz_corpus *c)
{
    for (size_t i = 0; i < c->n; i++)
        vmsg_fuzz_clear(&c->scripts[i]);
    free(c->scripts);
    free(c->names);
    free(c->marks);
    c->scripts = NULL;
    c->names = NULL;
    c->marks = NULL;
    c->n = c->cap = 0;
}
