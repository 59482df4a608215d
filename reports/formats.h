/*
 * The writers behind the registry; all have the contract of struct vmsg_report_format.
 */
#ifndef VMSG_FORMATS_H
#define VMSG_FORMATS_H

#include "reports/report.h"

bool vmsg_text_write(FILE *out, const struct vmsg_run_result *r,
                     const struct vmsg_report_options *o);
bool vmsg_json_write(FILE *out, const struct vmsg_run_result *r,
                     const struct vmsg_report_options *o);
bool vmsg_junit_write(FILE *out, const struct vmsg_run_result *r,
                      const struct vmsg_report_options *o);

bool vmsg_tap_write(FILE *out, const struct vmsg_run_result *r,
                    const struct vmsg_report_options *o);
bool vmsg_sarif_write(FILE *out, const struct vmsg_run_result *r,
                      const struct vmsg_report_options *o);
bool vmsg_markdown_write(FILE *out, const struct vmsg_run_result *r,
                         const struct vmsg_report_options *o);
bool vmsg_html_write(FILE *out, const struct vmsg_run_result *r,
                     const struct vmsg_report_options *o);
bool vmsg_github_write(FILE *out, const struct vmsg_run_result *r,
                       const struct vmsg_report_options *o);

#endif
