/* Unit tests: a capture reads back as it was written, cut anywhere it gives what was whole. */
#include "adapters/pcap/reader.h"
#include "adapters/pcap/writer.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <pcap/pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS   5u
#define PROCESSES 4u
#define EACH      500u /* records of a process */

struct files {
    char folder[64], path[96];
};

static int make_folder(void **state)
{
    struct files *f = calloc(1, sizeof *f);

    strcpy(f->folder, "/tmp/capture_test.XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    snprintf(f->path, sizeof f->path, "%s/a.pcap", f->folder);
    *state = f;
    return 0;
}

static int remove_folder(void **state)
{
    struct files *f = *state;

    unlink(f->path);
    rmdir(f->folder);
    free(f);
    return 0;
}

static struct vmsg_tape_record nth(unsigned i)
{
    static const char *const payloads[RECORDS] = {"{}", "{\"a\":1}", "12345678", "", "x"};

    return (struct vmsg_tape_record){.kind = (enum vmsg_tape_kind)(i * 2),
                                     .session = i,
                                     .index = 0xfffffff0u + i,
                                     .t_ns = UINT64_C(0x123456789abcdef0) + i,
                                     .judged = (uint8_t)(1u << i % 3),
                                     .from_sut = i & 1,
                                     .to_driver = i & 2,
                                     .endpoint = (i & 4) != 0,
                                     .payload = payloads[i],
                                     .len = strlen(payloads[i])};
}

static void write_all(const char *path, bool eager)
{
    char err[300];
    struct vmsg_capture *c = vmsg_capture_create(path, eager, err, sizeof err);

    assert_non_null(c);
    for (unsigned i = 0; i < RECORDS; i++) {
        struct vmsg_tape_record r = nth(i);

        vmsg_capture_put(c, &r);
    }
    assert_true(vmsg_capture_finish(c, err, sizeof err));
}

static void assert_same(const struct vmsg_tape_record *a, const struct vmsg_tape_record *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->session, b->session);
    assert_int_equal(a->index, b->index);
    assert_true(a->t_ns == b->t_ns);
    assert_int_equal(a->judged, b->judged);
    assert_int_equal(a->from_sut, b->from_sut);
    assert_int_equal(a->to_driver, b->to_driver);
    assert_int_equal(a->endpoint, b->endpoint);
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->payload, b->payload, a->len);
}

static bool compare(void *n, const struct vmsg_tape_record *record)
{
    struct vmsg_tape_record expected;

    assert_true(*(unsigned *)n < RECORDS);
    expected = nth((*(unsigned *)n)++);
    assert_same(record, &expected);
    return true;
}

/* Asked for singly. */
static enum vmsg_reading each(struct vmsg_reader *r, unsigned *n, char *err, size_t size)
{
    struct vmsg_tape_record record;
    enum vmsg_reading how;

    while ((how = vmsg_reader_next(r, &record, err, size)) == VMSG_READ_RECORD)
        compare(n, &record);
    return how;
}

/* The records that a file gives, each compared, and how it ends; singly or all at once. */
static unsigned read_as(const char *path, bool all, enum vmsg_reading *how, char *err, size_t size)
{
    struct vmsg_reader *r = vmsg_reader_open(path, err, size);
    unsigned n = 0;

    *how = VMSG_READ_DAMAGED;
    if (!r) {
        assert_true(strlen(err) > 0);
        return 0;
    }
    *how = all ? vmsg_reader_all(r, compare, &n, err, size) : each(r, &n, err, size);
    vmsg_reader_close(r);
    return n;
}

static unsigned read_all(const char *path, enum vmsg_reading *how)
{
    char err[500] = "", all_err[500] = "";
    enum vmsg_reading all_how;
    unsigned n = read_as(path, false, how, err, sizeof err);

    assert_int_equal(read_as(path, true, &all_how, all_err, sizeof all_err), n);
    assert_int_equal(all_how, *how);
    assert_string_equal(all_err, err);
    return n;
}

static void test_reads_back(void **state)
{
    struct files *f = *state;
    enum vmsg_reading how;

    for (int eager = 0; eager <= 1; eager++) {
        write_all(f->path, eager);
        assert_int_equal(read_all(f->path, &how), RECORDS);
        assert_int_equal(how, VMSG_READ_END);
    }
}

static void test_cut_at_every_byte(void **state)
{
    struct files *f = *state;
    unsigned whole = 0;
    size_t at = 24;
    enum vmsg_reading how;

    write_all(f->path, true);
    for (unsigned i = 0; i < RECORDS; i++)
        at += 16 + VMSG_PSEUDO_SIZE + nth(i).len;
    for (size_t size = at; size > 0; size--) {
        size_t end = 24;

        assert_int_equal(truncate(f->path, (off_t)size), 0);
        for (whole = 0; whole < RECORDS; whole++) {
            size_t next = end + 16 + VMSG_PSEUDO_SIZE + nth(whole).len;

            if (next > size)
                break;
            end = next;
        }
        assert_int_equal(read_all(f->path, &how), whole);
        assert_int_equal(how, size == end ? VMSG_READ_END : VMSG_READ_DAMAGED);
    }
}

static void test_reads_along(void **state)
{
    struct files *f = *state;
    char err[300];
    struct vmsg_capture *c = vmsg_capture_create(f->path, true, err, sizeof err);
    enum vmsg_reading how;

    for (unsigned i = 0; i < RECORDS; i++) {
        struct vmsg_tape_record r = nth(i);

        vmsg_capture_put(c, &r);
        assert_int_equal(read_all(f->path, &how), i + 1);
        assert_int_equal(how, VMSG_READ_END);
    }
    assert_true(vmsg_capture_finish(c, err, sizeof err));
}

static void test_too_long(void **state)
{
    struct files *f = *state;
    struct vmsg_tape_record r = nth(0), longer = {.kind = VMSG_TAPE_RUN, .judged = 1};
    char err[300], *payload = calloc(1, 300000);
    struct vmsg_capture *c = vmsg_capture_create(f->path, true, err, sizeof err);
    enum vmsg_reading how;

    longer.payload = payload;
    longer.len = 300000;
    vmsg_capture_put(c, &r);
    vmsg_capture_put(c, &longer);
    assert_false(vmsg_capture_finish(c, err, sizeof err));
    assert_non_null(strstr(err, f->path));
    assert_int_equal(read_all(f->path, &how), 1);
    assert_int_equal(how, VMSG_READ_END);
    free(payload);
}

/* What it writes reaches the file whole, whoever else writes. */
static pid_t put_in_child(struct vmsg_capture *c, unsigned first, unsigned step, bool no_room)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (no_room) { /* a part of the first record, and then the signal that ends it */
            const struct rlimit least = {sizeof(struct pcap_file_header) + 10, RLIM_INFINITY};

            setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
            setrlimit(RLIMIT_FSIZE, &least);
        }
        for (unsigned i = first; i < PROCESSES * EACH; i += step) {
            struct vmsg_tape_record r = nth(i % RECORDS);

            r.session = i;
            vmsg_capture_put(c, &r);
        }
        _exit(0);
    }
    assert_true(pid > 0);
    return pid;
}

static void test_many_processes(void **state)
{
    struct files *f = *state;
    char err[500];
    struct vmsg_capture *c = vmsg_capture_create(f->path, true, err, sizeof err);
    bool seen[PROCESSES * EACH] = {false};
    struct vmsg_tape_record r;
    struct vmsg_reader *reader;
    pid_t pids[PROCESSES];
    int status;

    pids[0] = put_in_child(c, 0, 1, true);
    assert_int_equal(waitpid(pids[0], &status, 0), pids[0]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
    for (unsigned i = 0; i < PROCESSES; i++)
        pids[i] = put_in_child(c, i, PROCESSES, false);
    for (unsigned i = 0; i < PROCESSES; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_true(vmsg_capture_finish(c, err, sizeof err));
    reader = vmsg_reader_open(f->path, err, sizeof err);
    assert_non_null(reader);
    for (unsigned i = 0; i < PROCESSES * EACH; i++) {
        struct vmsg_tape_record expected;

        assert_int_equal(vmsg_reader_next(reader, &r, err, sizeof err), VMSG_READ_RECORD);
        assert_true(r.session < PROCESSES * EACH && !seen[r.session]);
        seen[r.session] = true;
        expected = nth(r.session % RECORDS);
        expected.session = r.session;
        assert_same(&r, &expected);
    }
    assert_int_equal(vmsg_reader_next(reader, &r, err, sizeof err), VMSG_READ_END);
    vmsg_reader_close(reader);
}

static void test_no_pseudo_header(void **state)
{
    struct vmsg_tape_record r = nth(1), back;
    uint8_t good[VMSG_PSEUDO_SIZE];

    vmsg_pseudo_put(good, &r);
    assert_null(vmsg_pseudo_get(&back, good, sizeof good));
    for (size_t n = 0; n < sizeof good; n++)
        assert_non_null(vmsg_pseudo_get(&back, good, n));
    for (size_t i = 0; i < 9; i++) {
        uint8_t bad[VMSG_PSEUDO_SIZE];

        memcpy(bad, good, sizeof bad);
        bad[i] ^= 0xff;
        if (i != 7) /* flags that are not known are skipped */
            assert_non_null(vmsg_pseudo_get(&back, bad, sizeof bad));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads_back, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_cut_at_every_byte, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_reads_along, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_too_long, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_many_processes, make_folder, remove_folder),
        cmocka_unit_test(test_no_pseudo_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
