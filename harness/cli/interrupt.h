/*
 * Ctrl-C and SIGTERM: the first asks the run to end, keeping what was found; the second kills.
 */
#ifndef VMSG_CLI_INTERRUPT_H
#define VMSG_CLI_INTERRUPT_H

#include <stdbool.h>

void vmsg_interrupt_catch(void);
bool vmsg_interrupted(void);

#endif
