/*
 * Likeness of two texts, to guess which sentence took the place of another.
 */
#ifndef VMSG_RULES_WORDS_H
#define VMSG_RULES_WORDS_H

/* How many words of `summary`, of four letters and more, also stand in `text`, in any case. */
unsigned vmsg_shared_words(const char *summary, const char *text);

#endif
