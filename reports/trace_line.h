/*
 * One line for one entry of a scenario's trace, as the text and JUnit reports show it.
 */
#ifndef VMSG_TRACE_LINE_H
#define VMSG_TRACE_LINE_H

#include "harness/engine/result.h"

#include <stdio.h>

/* Longest line of a message's notation; what is longer is cut. */
#define VMSG_TRACE_TEXT 1024

/* "to-sut", "from-sut" or "note". */
const char *vmsg_trace_direction(const struct vmsg_trace_entry *e);

/* The message in the wire notation, or the note as it is: `buf` or the entry's own text. */
const char *vmsg_trace_text(const struct vmsg_trace_entry *e, char buf[VMSG_TRACE_TEXT]);

/*
 * Number, time in us, arrow and text, without newline. `put` prints what came from outside:
 * vmsg_put_safe, or the XML form.
 */
void vmsg_trace_put(FILE *out, const struct vmsg_scenario_result *s, size_t i,
                    void (*put)(FILE *out, const char *text));

#endif
