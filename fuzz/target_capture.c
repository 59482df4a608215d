/*
 * libFuzzer target: reading a capture and judging it. The first byte chooses: the rest as a file as
 * it is, as records of a capture, or as bare messages.
 */
#include "adapters/pcap/reader.h"
#include "harness/engine/direction.h"
#include "harness/engine/player.h"
#include "harness/engine/tape_run.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MOST 65536u

/* Payloads that lead far; their numbers and words are mutated like all else in the input. */
static const char *const payloads[] = {
    "{}",
    "{\"role\":\"device\",\"name\":\"x\",\"seed\":1}",
    "{\"scenario\":\"device/a/b\",\"clauses\":[\"dev.get-shm.1\"],\"piece\":0,\"devices\":1}",
    "{\"for\":\"fuzz\"}",
    "{\"revision\":1,\"max_msg_size\":264,\"devices\":\"0,5\",\"bus_messages\":7}",
    "{\"note\":\"change-config\",\"dev_num\":0,\"value\":4,\"data\":\"0011\",\"text\":\"t\"}",
    "{\"verdict\":\"pass\",\"run\":\"returned\",\"close\":\"returned\"}",
    "{\"text\":\"a line\"}",
};

static size_t put_file_header(uint8_t *out, int linktype)
{
    static const uint8_t magic[] = {0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0};

    memset(out, 0, 24);
    memcpy(out, magic, sizeof magic);
    vmsg_put_le32(out + 16, 262144);
    vmsg_put_le32(out + 20, (uint32_t)linktype);
    return 24;
}

static size_t put_packet(uint8_t *out, const uint8_t *head, size_t head_len, const void *body,
                         size_t len)
{
    memset(out, 0, 16);
    vmsg_put_le32(out + 8, (uint32_t)(head_len + len));
    vmsg_put_le32(out + 12, (uint32_t)(head_len + len));
    if (head_len)
        memcpy(out + 16, head, head_len);
    memcpy(out + 16 + head_len, body, len);
    return 16 + head_len + len;
}

/* Each record: kind, session and flags, role, a length or the number of a payload, then bytes. */
static size_t make_records(uint8_t *out, const uint8_t *data, size_t size)
{
    size_t n = put_file_header(out, VMSG_LINKTYPE);

    while (size >= 4 && n < FILE_MOST - 1024) {
        struct vmsg_tape_record r = {.kind = data[0] % VMSG_TAPE_KIND_COUNT,
                                     .session = data[1] & 3,
                                     .from_sut = data[1] & 4,
                                     .endpoint = (data[1] & 8) != 0,
                                     .judged = (uint8_t)(1 << data[2] % 3),
                                     .t_ns = n * 1000};
        const char *payload = payloads[data[3] % (sizeof payloads / sizeof *payloads)];
        uint8_t head[VMSG_PSEUDO_SIZE];
        size_t len = data[3] & 0x3f;
        bool raw = r.kind == VMSG_TAPE_MESSAGE || data[3] & 0x80;

        data += 4;
        size -= 4;
        len = len < size ? len : size;
        vmsg_pseudo_put(head, &r);
        n += raw ? put_packet(out + n, head, sizeof head, data, len)
                 : put_packet(out + n, head, sizeof head, payload, strlen(payload));
        data += raw ? len : 0;
        size -= raw ? len : 0;
    }
    return n;
}

static size_t make_bare(uint8_t *out, const uint8_t *data, size_t size)
{
    size_t n = put_file_header(out, 147);

    while (size >= 1 && n < FILE_MOST - 1024) {
        size_t len = data[0] & 0x3f;

        data++;
        size--;
        len = len < size ? len : size;
        n += put_packet(out + n, NULL, 0, data, len);
        data += len;
        size -= len;
    }
    return n;
}

static const struct vmsg_catalogue *catalogue(void)
{
    static struct vmsg_catalogue *loaded;
    char err[300];

    if (!loaded)
        loaded = vmsg_catalogue_load("v2", err, sizeof err);
    if (!loaded)
        abort();
    return loaded;
}

/* As `check` does. */
static void judge(FILE *file)
{
    struct vmsg_player *player = vmsg_player_new(catalogue());
    struct vmsg_tape tape = {.put = vmsg_player_put, .ctx = player};
    struct vmsg_tape_place at = {.judged = VMSG_JUDGE_DEVICE};
    struct vmsg_oracle_config config = {
        .judged = VMSG_JUDGE_DEVICE, .revision = 1, .max_msg_size = 264, .bus_messages = 7};
    struct vmsg_run_result result;
    struct vmsg_tape_record r;
    char err[4608];
    struct vmsg_reader *reader = vmsg_reader_of(file, "input", err, sizeof err);
    bool ours = reader && vmsg_reader_is_ours(reader);

    if (reader && !ours) {
        vmsg_player_facts(player, &(struct vmsg_clause_input){.role = VMSG_ROLE_DEVICE});
        at.session = vmsg_tape_session(&tape, at.judged, vmsg_session_for("capture"));
        vmsg_tape_connect(&tape, at.session, &config, NULL);
    }
    while (reader && vmsg_reader_next(reader, &r, err, sizeof err) == VMSG_READ_RECORD) {
        if (ours)
            vmsg_player_put(player, &r);
        else
            vmsg_tape_message(&tape, &at, vmsg_direction_of(r.payload, r.len) == VMSG_TO_DRIVER, 0,
                              r.payload, r.len);
    }
    vmsg_player_result(player, NULL, &result);
    if (vmsg_player_error(player) && !*vmsg_player_error(player))
        abort(); /* an error is told in words */
    vmsg_run_result_clear(&result);
    vmsg_player_free(player);
    vmsg_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t made[FILE_MOST];
    const uint8_t *bytes = size ? data + 1 : data;
    size_t n = size ? size - 1 : 0;
    FILE *file;

    if (size && data[0] % 4) {
        n = data[0] % 4 == 3 ? make_bare(made, bytes, n) : make_records(made, bytes, n);
        bytes = made;
    }
    if (n == 0)
        return 0;
    file = fmemopen((void *)bytes, n, "rb");
    if (file)
        judge(file);
    return 0;
}
