/*
 * The LaTeX reader's insides, shared by its files.
 */
#ifndef VMSG_TEX_PARSER_H
#define VMSG_TEX_PARSER_H

#include "spec-rules/arena.h"
#include "spec-rules/tex.h"

#define VMSG_TEX_MAX_ARG 1024 /* bytes in the braces of one macro argument */

struct vmsg_tex_block {
    const char *id; /* "dev.set-vqueue" */
    const char *section, *title;
    unsigned n; /* items so far */
};

struct vmsg_tex_list {
    struct vmsg_tex_item *items;
    size_t n, cap;
};

struct vmsg_tex_parser {
    struct vmsg_arena *arena;
    const char *p, *end; /* of the cleaned source */
    const char *counted; /* up to here lines are counted */
    unsigned line;       /* of `counted` */
    const char *parent;  /* section path of the current \subsection */
    const char *section;
    bool nested; /* the current section is below `parent` */
    struct vmsg_tex_block *blocks;
    size_t n_blocks;
    struct vmsg_tex_list items, sentences;
    unsigned unclosed_line;
    const char *error; /* NULL while all is well */
};

/* What a macro means to the reader. */
enum vmsg_tex_command {
    VMSG_TEX_TEXT, /* nothing special */
    VMSG_TEX_BEGIN,
    VMSG_TEX_END,
    VMSG_TEX_ITEM,
    VMSG_TEX_LABEL,
    VMSG_TEX_SECTION,
    VMSG_TEX_SUBSECTION,
    VMSG_TEX_SUBSUBSECTION,
    VMSG_TEX_PARAGRAPH,
    VMSG_TEX_MSGDEF,
    VMSG_TEX_BUSDEF,
    VMSG_TEX_DEFINITION, /* \newcommand */
    VMSG_TEX_DRIVER,
    VMSG_TEX_DEVICE,
    VMSG_TEX_BUS,
};

/* The macro at `p` (which is a backslash); *len: bytes of its name, backslash included. */
enum vmsg_tex_command vmsg_tex_command(const char *p, const char *end, size_t *len);

/* True when a section or a normative block begins with this macro. */
bool vmsg_tex_is_heading(enum vmsg_tex_command command);

/*
 * One braced argument at the parser's place, white space before it skipped. False, and nothing
 * consumed, when there is none, it never closes or it is too long.
 */
bool vmsg_tex_argument(struct vmsg_tex_parser *t, const char **arg, size_t *len);

/* Step over \begin's argument; a listing is stepped over to its end. True for lists. */
bool vmsg_tex_begin(struct vmsg_tex_parser *t);

/* True when an empty line is at `p`. */
bool vmsg_tex_blank_line(const char *p, const char *end);

/*
 * Add `len` bytes of text, found at the place `at` of the source, to `list`: normalised, with
 * everything but id and title. Returns the item, or NULL when it holds no letter or an error was
 * met. Places must not go backwards.
 */
struct vmsg_tex_item *vmsg_tex_add(struct vmsg_tex_parser *t, struct vmsg_tex_list *list,
                                   const char *at, const char *text, size_t len);

/* The line of a place; places must not go backwards. */
unsigned vmsg_tex_line(struct vmsg_tex_parser *t, const char *at);

/* A normative block; the parser stands behind the macro's name. */
void vmsg_tex_normative(struct vmsg_tex_parser *t, enum vmsg_tex_command command);

/* Running text: each sentence of a paragraph. */
void vmsg_tex_paragraph(struct vmsg_tex_parser *t, const char *from, const char *to);

/* A table as a whole, and each of its rows: a catalogue entry can stand on either. */
void vmsg_tex_table(struct vmsg_tex_parser *t, const char *from, const char *to);

/* Each structure member with its comment, as "virtio_msg_header: le16 token; ...". */
void vmsg_tex_listing(struct vmsg_tex_parser *t, const char *from, const char *to);

#endif
