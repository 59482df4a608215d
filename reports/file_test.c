/* Report files: whole or absent, told in time, nothing left behind. */
#include "reports/sample_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char path[64], file[80];
};

static int set_up(void **state)
{
    struct folder *f = calloc(1, sizeof *f);

    strcpy(f->path, "/tmp/vmsg-report-XXXXXX");
    if (!mkdtemp(f->path))
        return -1;
    snprintf(f->file, sizeof f->file, "%s/report.json", f->path);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct folder *f = *state;

    unlink(f->file);
    if (rmdir(f->path) != 0) /* something else was left in it */
        return -1;
    free(f);
    return 0;
}

static size_t entries(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    size_t n = 0;

    while ((e = readdir(dir)))
        n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(dir);
    return n;
}

static void put(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void starts_with(const char *path, const char *wanted)
{
    char start[32] = "";
    FILE *in = fopen(path, "r");

    assert_non_null(in);
    assert_non_null(fgets(start, (int)strlen(wanted) + 1, in));
    fclose(in);
    assert_string_equal(start, wanted);
}

static void test_written(void **state)
{
    struct folder *f = *state;
    char err[256] = "";
    struct vmsg_report_file *report = vmsg_report_open("json", f->file, err, sizeof err);
    struct stat st;
    mode_t mask = umask(022);

    assert_non_null(report);
    assert_int_equal(entries(f->path), 0); /* a run that is killed leaves nothing */
    assert_true(vmsg_report_commit(report, &sample_run, err, sizeof err));
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    starts_with(f->file, "{\n");
    assert_int_equal(entries(f->path), 1);
    umask(mask);
}

static void test_old_report_stays_until_the_new_one_is_whole(void **state)
{
    struct folder *f = *state;
    char err[256] = "";
    struct vmsg_report_file *report;

    put(f->file, "old");
    report = vmsg_report_open("json", f->file, err, sizeof err);
    assert_non_null(report);
    starts_with(f->file, "old");
    vmsg_report_abandon(report);
    starts_with(f->file, "old");
    report = vmsg_report_open("json", f->file, err, sizeof err);
    assert_true(vmsg_report_commit(report, &sample_run, err, sizeof err));
    starts_with(f->file, "{\n");
}

static void test_full_disk(void **state)
{
    struct folder *f = *state;
    char err[256] = "";
    struct vmsg_report_file *report;
    struct rlimit old, small;

    put(f->file, "old");
    report = vmsg_report_open("json", f->file, err, sizeof err);
    assert_non_null(report);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){100, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    assert_false(vmsg_report_commit(report, &sample_run, err, sizeof err));
    setrlimit(RLIMIT_FSIZE, &old);
    assert_non_null(strstr(err, f->file));
    starts_with(f->file, "old");
    assert_int_equal(entries(f->path), 1);
}

static void test_unwritable(void **state)
{
    struct folder *f = *state;
    char err[256], path[160];

    snprintf(path, sizeof path, "%s/none/report.json", f->path);
    assert_null(vmsg_report_open("json", path, err, sizeof err));
    assert_non_null(strstr(err, path));
    assert_null(vmsg_report_open("json", f->path, err, sizeof err));
    assert_non_null(strstr(err, "directory"));
    assert_null(vmsg_report_open("papyrus", f->file, err, sizeof err));
    assert_non_null(strstr(err, "text, json, junit"));
    assert_int_equal(entries(f->path), 0);
}

/* A symbolic link stays one, and what it leads to is replaced. */
static void test_link(void **state)
{
    struct folder *f = *state;
    char err[256], link[160];
    struct vmsg_report_file *report;
    struct stat st;

    put(f->file, "old");
    snprintf(link, sizeof link, "%s/link", f->path);
    assert_int_equal(symlink(f->file, link), 0);
    report = vmsg_report_open("junit", link, err, sizeof err);
    assert_true(vmsg_report_commit(report, &sample_run, err, sizeof err));
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    starts_with(f->file, "<?xml");
    unlink(link);
}

/*
 * What is no file is written, not replaced. The pipe stands for a device here: a test that goes
 * wrong replaces what it is given, and this one can be spared.
 */
static void test_pipe(void **state)
{
    struct folder *f = *state;
    char err[256], link[160], start[8] = "";
    struct vmsg_report_file *report;
    struct stat st;
    int reader;

    assert_int_equal(mkfifo(f->file, 0600), 0);
    reader = open(f->file, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    snprintf(link, sizeof link, "%s/link", f->path);
    assert_int_equal(symlink(f->file, link), 0);
    report = vmsg_report_open("junit", link, err, sizeof err);
    assert_non_null(report);
    assert_true(vmsg_report_commit(report, &sample_run, err, sizeof err));
    assert_int_equal(read(reader, start, 5), 5);
    assert_string_equal(start, "<?xml");
    assert_int_equal(stat(f->file, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    close(reader);
    unlink(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_report_stays_until_the_new_one_is_whole, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unwritable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pipe, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
