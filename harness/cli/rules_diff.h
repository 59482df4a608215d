/*
 * vmsgspec rules diff FILE.tex.
 */
#ifndef VMSG_CLI_RULES_DIFF_H
#define VMSG_CLI_RULES_DIFF_H

/* argv[0] is "diff". CLI_OK when nothing differs, CLI_FAILS when something does. */
int vmsg_rules_diff(int argc, char **argv);

#endif
