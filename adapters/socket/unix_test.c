/*
 * The unix: and unix-listen: adapters; this process plays the SUT's side by plain sockets.
 */
#include "adapters/testing.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static char folder[100], path[120];

static int make_folder(void **state)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/vmsg-XXXXXX", base && strlen(base) < 60 ? base : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/sut", folder);
    return 0;
}

static int remove_folder(void **state)
{
    unlink(path);
    return rmdir(folder);
}

static int sut_socket(int type, struct sockaddr_un *name)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(name->sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, type, 0);
    assert_true(fd >= 0);
    return fd;
}

static int sut_listens(int type)
{
    struct sockaddr_un name;
    int fd = sut_socket(type, &name);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

static int sut_connects(int type)
{
    struct sockaddr_un name;
    int fd = sut_socket(type, &name);
    assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
    return fd;
}

static struct vmsg_adapter *create_at(const char *format)
{
    char uri[200];
    snprintf(uri, sizeof uri, format, path);
    return create(uri, "device");
}

static void expect_sut_got(int fd, const char *text)
{
    char buf[100];
    assert_int_equal(recv(fd, buf, sizeof buf, 0), strlen(text));
    assert_memory_equal(buf, text, strlen(text));
}

static void connects_afresh_at_every_start(void **state)
{
    int listener = sut_listens(SOCK_SEQPACKET);
    struct vmsg_adapter *a = create_at("unix:%s");
    assert_int_equal(a->caps, VMSG_CAN_BOUNDARIES | VMSG_CAN_RESTART);
    for (int connection = 0; connection < 2; connection++) {
        start(a, &device_params);
        int sut = accept(listener, NULL, NULL);
        send_text(a, "to the SUT");
        expect_sut_got(sut, "to the SUT");
        assert_int_equal(send(sut, "x", 1, 0), 1); /* shorter than a header, and so delivered */
        expect_text(a, VMSG_ARRIVED_MESSAGE, "x");
        assert_null(a->ops->memory(a));
        assert_false(a->ops->command(a, "status 0"));
        assert_false(stop(a).exited_itself);
        expect_sut_got(sut, "");
        close(sut);
    }
    a->ops->free(a);
    close(listener);
    unlink(path);
}

static void nobody_there_is_told(void **state)
{
    char err[400] = "";
    struct vmsg_adapter *a = create_at("unix:%s");
    assert_false(a->ops->start(a, &device_params, err, sizeof err));
    assert_non_null(strstr(err, "start the SUT"));
    int listener = sut_listens(SOCK_STREAM);
    assert_false(a->ops->start(a, &device_params, err, sizeof err));
    assert_non_null(strstr(err, "?framing=stream"));
    a->ops->free(a);
    close(listener);
    unlink(path);
}

static void listens_from_creation_to_free(void **state)
{
    struct stat st;
    struct vmsg_adapter *a = create_at("unix-listen:%s");
    for (int connection = 0; connection < 2; connection++) {
        int sut = sut_connects(SOCK_SEQPACKET);
        start(a, &device_params);
        send_text(a, "hello");
        expect_sut_got(sut, "hello");
        assert_int_equal(send(sut, "unread", 6, 0), 6);
        send_text(a, "unread, too"); /* so the close resets the connection */
        close(sut);
        expect_text(a, VMSG_ARRIVED_MESSAGE, "unread");
        expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
        struct vmsg_adapter_end end = stop(a);
        assert_true(end.exited_itself);
        assert_string_equal(end.text, "closed the connection");
    }
    assert_int_equal(lstat(path, &st), 0);
    a->ops->free(a);
    assert_int_not_equal(lstat(path, &st), 0);
}

static void only_a_stale_socket_is_replaced(void **state)
{
    char uri[200], err[400] = "";
    snprintf(uri, sizeof uri, "unix-listen:%s", path);
    int listener = sut_listens(SOCK_SEQPACKET);
    assert_null(vmsg_adapter_create(uri, "device", err, sizeof err));
    assert_non_null(strstr(err, "choose another path"));
    close(listener);
    struct vmsg_adapter *a = create(uri, "device");
    a->ops->free(a);
    listener = sut_listens(SOCK_STREAM); /* somebody's, though not of our kind */
    assert_null(vmsg_adapter_create(uri, "device", err, sizeof err));
    assert_int_equal(access(path, F_OK), 0);
    close(listener);
    unlink(path);
    FILE *file = fopen(path, "w");
    fclose(file);
    assert_null(vmsg_adapter_create(uri, "device", err, sizeof err));
    assert_int_equal(access(path, F_OK), 0);
    unlink(path);
}

static const uint8_t ten[] = {0, 2, 0, 0, 0, 0, 10, 0, 'a', 'b'};
static const uint8_t eight[] = {0, 2, 0, 0, 1, 0, 8, 0};
static const uint8_t lying[] = {0, 2, 0, 0, 2, 0, 7, 0, 9};

static struct vmsg_adapter *start_stream(int *sut)
{
    struct vmsg_adapter *a = create_at("unix-listen:%s?framing=stream");
    assert_int_equal(a->caps, VMSG_CAN_RESTART);
    *sut = sut_connects(SOCK_STREAM);
    start(a, &device_params);
    return a;
}

static void a_stream_is_cut_into_messages(void **state)
{
    int sut;
    struct vmsg_adapter *a = start_stream(&sut);
    static struct arrived got;
    uint8_t both[18];
    memcpy(both, ten, 10);
    memcpy(both + 10, eight, 8);
    assert_int_equal(send(sut, both, 13, 0), 13);
    expect(a, VMSG_ARRIVED_MESSAGE, ten, 10);
    wait_ms(a, 0, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_NOTHING);
    assert_int_equal(send(sut, both + 13, 5, 0), 5);
    expect(a, VMSG_ARRIVED_MESSAGE, eight, 8);
    assert_int_equal(send(sut, both, 9, 0), 9);
    close(sut);
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    assert_non_null(strstr(stop(a).text, "middle of a message, after 9 bytes"));
    a->ops->free(a);
}

static void a_stream_that_lies_is_closed(void **state)
{
    int sut;
    struct vmsg_adapter *a = start_stream(&sut);
    assert_int_equal(send(sut, eight, 8, 0), 8);
    assert_int_equal(send(sut, lying, 9, 0), 9);
    assert_int_equal(send(sut, eight, 8, 0), 8);
    expect(a, VMSG_ARRIVED_MESSAGE, eight, 8);
    expect(a, VMSG_ARRIVED_MESSAGE, lying, 8);
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    assert_non_null(strstr(stop(a).text, "msg_size is below 8"));
    close(sut);
    a->ops->free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_afresh_at_every_start),
        cmocka_unit_test(nobody_there_is_told),
        cmocka_unit_test(listens_from_creation_to_free),
        cmocka_unit_test(only_a_stale_socket_is_replaced),
        cmocka_unit_test(a_stream_is_cut_into_messages),
        cmocka_unit_test(a_stream_that_lies_is_closed),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
