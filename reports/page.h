/*
 * What all HTML pages of ours share: one file, style and script inside, no network.
 */
#ifndef VMSG_PAGE_H
#define VMSG_PAGE_H

#include <stdio.h>

/* Up to the opening of <body>; the title may come from outside. */
void vmsg_page_begin(FILE *out, const char *title);

/* The footer and the script. */
void vmsg_page_end(FILE *out);

/* A fragment link's attribute: href="#id". */
void vmsg_page_href(FILE *out, const char *id);

/* A verdict as a coloured word. */
void vmsg_page_badge(FILE *out, const char *verdict);

/* A short character for a verdict, for where there is no room for its word. */
const char *vmsg_page_sign(const char *verdict);

/* <dt>/<dd> of the head's facts; nothing when value is NULL or empty. */
void vmsg_page_fact(FILE *out, const char *name, const char *value);

#endif
