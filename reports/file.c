/*
 * Report files: whole or absent. A report is written beside its path and renamed onto it; what is
 * no regular file (a pipe, a terminal, /dev/null) is written in place.
 */
#include "reports/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct vmsg_file {
    char *path;   /* as given, for messages */
    char *target; /* links resolved; not used when written in place */
    FILE *place;  /* in place: the open stream, stdout for "-"; else NULL */
};

static void fail(char *err, size_t err_size, const char *path, const char *why)
{
    snprintf(err, err_size, "cannot write the report '%s': %s", path, why);
}

static bool is_under_dev(const char *path)
{
    return !strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6);
}

/*
 * A path under /dev or /proc may name an open file of ours, which renaming would lose; and under
 * /dev nothing is ever replaced, whatever links led there.
 */
static bool in_place(const char *path, const char *resolved, const struct stat *st)
{
    return !S_ISREG(st->st_mode) || is_under_dev(path) || is_under_dev(resolved);
}

/* A new, empty file beside `target`; its name goes to *name (caller frees). -1 with errno. */
static int temporary(const char *target, char **name)
{
    for (unsigned i = 0; i < 100; i++) {
        int fd;

        if (asprintf(name, "%s.%ld.%u.tmp", target, (long)getpid(), i) < 0) {
            *name = NULL;
            return -1;
        }
        fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        free(*name);
        *name = NULL;
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

static bool probe(const char *target)
{
    char *name;
    int fd = temporary(target, &name);

    if (fd < 0)
        return false;
    close(fd);
    unlink(name);
    free(name);
    return true;
}

/* Fill in where f goes. False with errno. */
static bool locate(struct vmsg_file *f)
{
    struct stat st;

    if (!strcmp(f->path, "-")) {
        f->place = stdout;
        return true;
    }
    if (stat(f->path, &st) != 0) {
        if (errno != ENOENT)
            return false;
        f->target = strdup(f->path);
        return f->target && probe(f->target);
    }
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return false;
    }
    f->target = realpath(f->path, NULL); /* fails for a pipe in /proc: its link leads nowhere */
    if (in_place(f->path, f->target ? f->target : "", &st)) {
        f->place = fopen(f->path, "we");
        return f->place;
    }
    return f->target && access(f->target, W_OK) == 0 && probe(f->target);
}

struct vmsg_file *vmsg_file_open(const char *path, char *err, size_t err_size)
{
    struct vmsg_file *f = calloc(1, sizeof *f);

    if (!f || !(f->path = strdup(path))) {
        free(f);
        fail(err, err_size, path, "out of memory");
        return NULL;
    }
    if (locate(f))
        return f;
    fail(err, err_size, path, strerror(errno));
    vmsg_file_abandon(f);
    return NULL;
}

/* Write everything out. False with errno. */
static bool write_all(FILE *out, vmsg_file_writer *write, const void *ctx)
{
    errno = 0;
    return write(out, ctx) && fflush(out) == 0 && !ferror(out);
}

static bool replace(const struct vmsg_file *f, vmsg_file_writer *write, const void *ctx)
{
    char *name;
    int fd = temporary(f->target, &name), why;
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool ok;

    if (fd < 0)
        return false;
    ok = out && write_all(out, write, ctx) && fsync(fd) == 0;
    why = errno;
    if (out ? fclose(out) != 0 : close(fd) != 0) {
        why = ok ? errno : why;
        ok = false;
    }
    if (ok && rename(name, f->target) != 0) {
        why = errno;
        ok = false;
    }
    if (!ok)
        unlink(name);
    free(name);
    errno = why;
    return ok;
}

bool vmsg_file_commit(struct vmsg_file *f, vmsg_file_writer *write, const void *ctx, char *err,
                      size_t err_size)
{
    bool ok = f->place ? write_all(f->place, write, ctx) : replace(f, write, ctx);

    if (!ok)
        fail(err, err_size, f->path, strerror(errno ? errno : EIO));
    vmsg_file_abandon(f);
    return ok;
}

void vmsg_file_abandon(struct vmsg_file *f)
{
    if (!f)
        return;
    if (f->place && f->place != stdout)
        fclose(f->place);
    free(f->target);
    free(f->path);
    free(f);
}
