/* vmsgspec rules diff: the catalogue against a spec source. */
#include "harness/cli/rules_diff.h"

#include "harness/cli/options.h"
#include "spec-rules/diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct argp_option options[] = {{0}};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    const char **path = ctx;

    if (key == ARGP_KEY_ARG && !*path) {
        *path = arg;
        return true;
    }
    snprintf(err, err_size, "unexpected '%s'; one FILE.tex is compared", arg);
    return false;
}

/* Also makes one kind of line ends of all kinds: a comment ends with its line. */
static bool is_text(const char *path, char *text, size_t len, char *err, size_t err_size)
{
    if (len > VMSG_TEX_MAX_SOURCE) {
        snprintf(err, err_size, "'%s' is larger than 4 MiB; give the LaTeX source of the chapter",
                 path);
        return false;
    }
    if (memchr(text, '\0', len)) {
        snprintf(err, err_size, "'%s' is no text; give the LaTeX source of the chapter, in UTF-8",
                 path);
        return false;
    }
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\r')
            text[i] = i + 1 < len && text[i + 1] == '\n' ? ' ' : '\n';
    return true;
}

/* The whole file; NULL with a sentence in err. */
static char *read_source(const char *path, size_t *len, char *err, size_t err_size)
{
    FILE *in = fopen(path, "rb");
    char *text = in ? malloc(VMSG_TEX_MAX_SOURCE + 1) : NULL;
    bool ok = text;

    errno = in && !text ? ENOMEM : errno;
    if (ok) {
        *len = fread(text, 1, VMSG_TEX_MAX_SOURCE + 1, in);
        ok = !ferror(in);
    }
    if (!ok)
        snprintf(err, err_size, "cannot read the spec source '%s': %s", path, strerror(errno));
    else
        ok = is_text(path, text, *len, err, err_size);
    if (in)
        fclose(in);
    if (ok)
        return text;
    free(text);
    return NULL;
}

/* Is there anything that says what an implementation has to do? */
static bool requires(const struct vmsg_tex *tex)
{
    bool any = tex->n_items;

    for (size_t i = 0; i < tex->n_sentences && !any; i++)
        any = tex->sentences[i].has_level;
    return any;
}

static int print(const char *path, const struct vmsg_tex *tex, const struct vmsg_diff *diff)
{
    if (tex->unclosed_line)
        vmsg_cli_error("rules", "'%s' is incomplete: the list that begins in line %u never ends",
                       path, tex->unclosed_line);
    vmsg_diff_print(stdout, diff);
    return diff->n ? CLI_FAILS : CLI_OK;
}

static int compare(const char *path, const struct vmsg_catalogue *catalogue)
{
    char err[CLI_ERR_SIZE] = "out of memory";
    size_t len = 0;
    char *source = read_source(path, &len, err, sizeof err);
    struct vmsg_tex *tex = source ? vmsg_tex_parse(source, len, err, sizeof err) : NULL;
    struct vmsg_diff *diff = NULL;
    int status;

    if (tex && !requires(tex))
        snprintf(err, sizeof err,
                 "'%s' holds no requirement; give the LaTeX source of the "
                 "virtio-msg chapter",
                 path);
    else if (tex)
        diff = vmsg_diff_new(catalogue, tex);
    status = diff ? print(path, tex, diff) : vmsg_cli_error("rules", "%s", err);
    if (diff)
        vmsg_diff_free(diff);
    if (tex)
        vmsg_tex_free(tex);
    free(source);
    return status;
}

static const struct vmsg_cli_options vmsg_cmd_rules_diff_options = {
    .command = "rules diff",
    .args = "FILE.tex",
    .doc = "Compare the catalogue with a spec source."
           "\vExit status: 0 nothing differs, 1 something does, 2 wrong usage.",
    .options = options,
    .take = take,
};

int vmsg_rules_diff(int argc, char **argv)
{
    const char *path = NULL;
    char err[CLI_ERR_SIZE];
    enum vmsg_cli_parsed parsed = vmsg_cli_parse(&vmsg_cmd_rules_diff_options, argc, argv, &path);
    struct vmsg_catalogue *catalogue;
    int status;

    if (parsed != CLI_PARSED)
        return vmsg_cli_stopped(parsed);
    if (!path)
        return vmsg_cli_error("rules", "diff needs FILE.tex, the LaTeX source of the chapter");
    catalogue = vmsg_catalogue_load("v2", err, sizeof err);
    if (!catalogue)
        return vmsg_cli_error("rules", "%s", err);
    status = compare(path, catalogue);
    vmsg_catalogue_free(catalogue);
    return status;
}
