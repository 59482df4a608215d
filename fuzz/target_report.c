/*
 * libFuzzer target: any bytes as a JSON report, as a comparison and as a baseline are given one.
 * What is taken is compared with itself and written in every format.
 */
#include "reports/compare.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct vmsg_read_report *report)
{
    static const char *const paths[] = {"a.json", "b.json"};
    const struct vmsg_read_report both[] = {*report, *report};
    const struct vmsg_compare_format *f;
    struct vmsg_compare c;
    char *text;
    size_t length;

    if (!vmsg_compare_make(&c, both, paths, 2) || vmsg_compare_regressed(&c))
        abort();
    for (size_t i = 0; (f = vmsg_compare_format_at(i)); i++) {
        FILE *out = open_memstream(&text, &length);

        if (!out || !f->write(out, &c, true))
            abort();
        fclose(out);
        free(text);
    }
    vmsg_compare_clear(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmsg_read_report report;
    char err[512] = "";

    if (vmsg_read_report_parse(&report, "a.json", (const char *)data, size, err, sizeof err))
        compare(&report);
    else if (strncmp(err, "a.json:", 7) != 0)
        abort();
    vmsg_read_report_clear(&report);
    return 0;
}
