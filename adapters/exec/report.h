/*
 * Did a process end by a crash although it exited? A sanitizer reports and exits; a shell exits
 * with the signal of what it ran.
 */
#ifndef VMSG_REPORT_H
#define VMSG_REPORT_H

#include <stdbool.h>

/* The signal that a shell tells of, 128 + n, for those that tell of a crash; else 0. */
int vmsg_report_signal(int status);

/* Is there a sanitizer's report of a fatal error in what it printed? Leaks are none, nor races,
 * after which a program goes on. */
bool vmsg_report_is_fatal(const char *output);

#endif
