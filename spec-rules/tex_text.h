/*
 * Text functions of the LaTeX reader: normal form, hash, requirement level, names.
 */
#ifndef VMSG_TEX_TEXT_H
#define VMSG_TEX_TEXT_H

#include "spec-rules/catalogue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copy a source: comments are cut (not in listings), control bytes become spaces. The copy has
 * the same number of lines: a line that only held a comment ends in '\v' instead of '\n', so
 * that it does not read as the end of a paragraph. Returns the length; `out` holds `len` bytes.
 */
size_t vmsg_tex_clean(char *out, const char *source, size_t len);

/* Collapse white space to single spaces and trim, into `out` (at least `len` bytes). */
size_t vmsg_tex_normalise(char *out, const char *text, size_t len);

/* FNV-1a, 64 bits. */
uint64_t vmsg_tex_hash(const char *text, size_t len);

/* The strongest requirement keyword (RFC 2119) in the text; false when there is none. */
bool vmsg_tex_level(const char *text, size_t len, enum vmsg_level *level);

/*
 * The parts of a label: white space collapsed, "sec:", the chapter's own path and a trailing
 * role cut. Writes the section path (at least `len` + 1 bytes), returns its last component.
 */
const char *vmsg_tex_section(char *out, const char *label, size_t len);

/* Kebab case of a block name, "VIRTIO_MSG_" cut; `out` holds strlen(name) + 1 bytes. */
void vmsg_tex_kebab(char *out, const char *name);

#endif
