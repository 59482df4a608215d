/*
 * The porter, with one end of a socket pair for the character device: each read and write there is
 * a message, too.
 */
#include "adapters/chardev/porter.h"

#include "adapters/testing.h"

#include <fcntl.h>
#include <sys/socket.h>

struct world {
    int kernel, device, socket;
    struct vmsg_porter *porter;
};

static struct world begin(size_t read_size)
{
    int pair[2];
    char err[200];
    struct world w = {0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    w.kernel = pair[0];
    w.device = pair[1];
    w.porter = vmsg_porter_start(w.device, read_size, &w.socket, err, sizeof err);
    if (!w.porter)
        fail_msg("%s", err);
    return w;
}

static void end(struct world *w, const char *wanted)
{
    char reason[200];
    assert_true(vmsg_porter_stop(w->porter, reason, sizeof reason));
    if (!strstr(reason, wanted) || !*wanted != !*reason)
        fail_msg("'%s' is not about '%s'", reason, wanted);
    close(w->kernel);
    close(w->device);
    close(w->socket);
}

static const uint8_t message[44] = {0, 7, 0, 0, 1, 0, 10, 0, 'a', 'b', 'x'};

static void a_message_is_as_long_as_its_header_says(void **state)
{
    struct world w = begin(264);
    uint8_t got[300], large[264] = {0, 7, 0, 0, 1, 0, 0xFF, 0xFF}, small[44] = {0, 7};
    assert_int_equal(send(w.kernel, message, 44, 0), 44);
    assert_int_equal(recv(w.socket, got, sizeof got, 0), 10);
    assert_memory_equal(got, message, 10);
    assert_int_equal(send(w.kernel, large, 264, 0), 264); /* lies upwards: what there is */
    assert_int_equal(recv(w.socket, got, sizeof got, 0), 264);
    assert_int_equal(send(w.kernel, small, 44, 0), 44); /* and downwards: its header */
    assert_int_equal(recv(w.socket, got, sizeof got, 0), 8);
    assert_int_equal(send(w.kernel, message, 5, 0), 5); /* a short read */
    assert_int_equal(recv(w.socket, got, sizeof got, 0), 5);
    end(&w, "");
}

static void a_message_is_padded_to_the_least_size(void **state)
{
    struct world w = begin(264);
    uint8_t got[300], zero[34] = {0}, large[100] = {0, 7, 0, 0, 1, 0, 100, 0};
    assert_int_equal(send(w.socket, large, 100, 0), 100);
    assert_int_equal(recv(w.kernel, got, sizeof got, 0), 100);
    assert_int_equal(send(w.socket, message, 10, 0), 10);
    assert_int_equal(recv(w.kernel, got, sizeof got, 0), 44);
    assert_memory_equal(got, message, 10);
    assert_memory_equal(got + 10, zero, 34);
    end(&w, "");
}

static void it_stops_in_the_middle_of_a_read_and_a_write(void **state)
{
    struct world w = begin(264);
    for (int i = 0; i < 10000; i++) /* far more than the other end holds unread */
        if (send(w.socket, message, 44, MSG_DONTWAIT) < 0)
            break;
    end(&w, "");
}

static void the_end_of_the_device_is_told(void **state)
{
    struct world w = begin(264);
    uint8_t got[8];
    close(w.kernel); /* reads return 0 from now on */
    assert_int_equal(recv(w.socket, got, sizeof got, 0), 0);
    w.kernel = -1;
    end(&w, "gives nothing any more");
}

static void an_error_of_the_device_is_told(void **state)
{
    struct world w = {.kernel = -1, .device = open("/", O_RDONLY | O_CLOEXEC)};
    char err[200];
    uint8_t got[8];
    w.porter = vmsg_porter_start(w.device, 264, &w.socket, err, sizeof err);
    assert_non_null(w.porter);
    assert_int_equal(recv(w.socket, got, sizeof got, 0), 0);
    end(&w, "gives no more messages: Is a directory");
}

static void a_refused_write_ends_it(void **state)
{
    struct world w = {.kernel = -1, .device = open("/dev/full", O_RDWR | O_CLOEXEC)};
    char err[200];
    w.porter = vmsg_porter_start(w.device, 264, &w.socket, err, sizeof err);
    assert_non_null(w.porter);
    assert_int_equal(send(w.socket, message, 10, 0), 10);
    while (send(w.socket, message, 10, MSG_NOSIGNAL) == 10)
        ;
    char reason[200];
    assert_true(vmsg_porter_stop(w.porter, reason, sizeof reason));
    assert_non_null(strstr(reason, "takes no more messages: No space left"));
    close(w.device);
    close(w.socket);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_as_long_as_its_header_says),
        cmocka_unit_test(a_message_is_padded_to_the_least_size),
        cmocka_unit_test(it_stops_in_the_middle_of_a_read_and_a_write),
        cmocka_unit_test(the_end_of_the_device_is_told),
        cmocka_unit_test(an_error_of_the_device_is_told),
        cmocka_unit_test(a_refused_write_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
