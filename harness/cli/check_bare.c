/* Judging bare messages; see check_bare.h. */
#include "harness/cli/check_bare.h"

#include "harness/engine/direction.h"
#include "harness/engine/tape_run.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <string.h>

#define ALL_BUS_MESSAGES (VMSG_BUS_GET_DEVICES | VMSG_BUS_PING | VMSG_BUS_EVENT_DEVICE)

static struct vmsg_oracle_config config_of(const struct vmsg_ics *ics, unsigned judged)
{
    return (struct vmsg_oracle_config){
        .judged = judged,
        .revision = ics->revision,
        .max_msg_size = ics->max_msg_size,
        .transport_features = ics->transport_features,
        .polling = ics->polling,
        .synthesis = ics->synthesis,
        .request_timeout_ms = ics->timeout_given ? ics->request_timeout_ms : 0,
        .attempts = ics->timeout_given ? ics->attempts : 0,
        /* Undeclared: what is answered is implemented. */
        .bus_messages = ics->bus_messages_given ? ics->bus_messages : ALL_BUS_MESSAGES,
        .devices = ics->devices,
        .n_devices = ics->devices_given ? ics->n_devices : 0,
        .more_devices = !ics->devices_given,
        .facts = ics->facts,
        .n_facts = ics->n_facts,
    };
}

bool vmsg_bare_direction(const char *word, enum vmsg_bare_direction *rule, char *err,
                         size_t err_size)
{
    static const char *const rules[] = {"message", "to-device", "to-driver"};

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (!strcmp(word, rules[i])) {
            *rule = (enum vmsg_bare_direction)i;
            return true;
        }
    snprintf(err, err_size, "--direction must be message, to-device or to-driver, not '%s'", word);
    return false;
}

void vmsg_bare_begin(struct vmsg_bare *b, const struct vmsg_bare_rules *o,
                     const struct vmsg_ics *ics, struct vmsg_player *player, struct vmsg_tape tape)
{
    unsigned judged = o->role == VMSG_ROLE_DRIVER ? VMSG_JUDGE_DRIVER : VMSG_JUDGE_DEVICE;
    struct vmsg_oracle_config config = config_of(ics, judged);

    *b = (struct vmsg_bare){.tape = tape,
                            .at = {.judged = (uint8_t)judged},
                            .direction = o->direction,
                            .complete = o->complete};
    vmsg_player_facts(player,
                      &(struct vmsg_clause_input){
                          .role = o->role,
                          .strict = ics->transport_features & VMSG_F_STRICT_CONFIG_GENERATION,
                          .polling = ics->polling,
                          .bus_messages = config.bus_messages,
                      });
    b->at.session = vmsg_tape_session(&b->tape, judged, vmsg_session_for("capture"));
    vmsg_tape_connect(&b->tape, b->at.session, &config, NULL);
}

void vmsg_bare_message(struct vmsg_bare *b, const struct vmsg_tape_record *r)
{
    enum vmsg_direction direction = b->direction == VMSG_BARE_BY_MESSAGE
                                        ? vmsg_direction_of(r->payload, r->len)
                                    : b->direction == VMSG_BARE_TO_DEVICE ? VMSG_TO_DEVICE
                                                                          : VMSG_TO_DRIVER;
    bool from_device = direction == VMSG_TO_DRIVER;

    b->at.t_ns = r->t_ns > b->at.t_ns ? r->t_ns : b->at.t_ns; /* never going back */
    vmsg_tape_message(&b->tape, &b->at, from_device == (b->at.judged == VMSG_JUDGE_DEVICE), 0,
                      r->payload, r->len);
}

void vmsg_bare_end(struct vmsg_bare *b, bool whole)
{
    if (b->complete && whole)
        vmsg_tape_settle(&b->tape, &b->at);
    vmsg_tape_close(&b->tape, &b->at, NULL);
}
