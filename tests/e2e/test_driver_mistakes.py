"""A driver that shares nothing with the project (suts/driver.py): each mistake that a driver's writer
makes is caught under its clause and no other, and what is merely unusual is no finding.
"""

import dataclasses

import pytest

import vmsgspec

DRIVER = vmsgspec.SUTS / "driver.py"
UPPER = ("--upper-tester", "true")
STRICT = ("--transport-features", "0x1")
POLLING = ("--notifications", "polling")
SMALL = ("--max-msg-size", "52")
NO_MEMORY = ("--mem", "0")


def run(words, *args, select=(), timeout=240):
    sut = vmsgspec.program(vmsgspec.PYTHON, DRIVER, *words.split())
    return vmsgspec.run(sut, "--request-timeout-ms", "100", "--jobs", "3", *args, role="driver",
                        select=[f"driver/{block}" for block in select], timeout=timeout)


@dataclasses.dataclass
class Mistake:
    word: str  # more: oddities in which it shows
    clause: str
    select: str
    also: str = ""  # what the text says is broken with it
    flags: tuple = UPPER

    def __str__(self):
        return self.word


PROFILES = "configuration-semantics-profiles"
MISTAKES = [
    # the steps
    Mistake("no-info", "drv.overview.1", "overview/starts-up"),
    Mistake("config-before-reset", "drv.prose.early-discovery", "overview/starts-up"),
    Mistake("no-reset", "drv.prose.status-progression", "overview/starts-up"),
    Mistake("skips-acknowledge", "drv.prose.status-progression", "overview/starts-up",
            "drv.set-device-status.1"),
    Mistake("skips-driver", "drv.prose.status-progression", "overview/starts-up"),
    Mistake("features-before-driver", "drv.prose.status-progression", "overview/starts-up"),
    Mistake("never-sets-features", "drv.prose.status-progression", "overview/starts-up"),
    Mistake("never-sets-features-ok", "drv.device-features.3", "overview/starts-up",
            "drv.overview.2 drv.finalizing-initialization.1"),
    Mistake("ignores-features-ok", "drv.device-features.3", "device-features/features-refused*",
            "drv.overview.2 drv.finalizing-initialization.1"),
    Mistake("queues-before-features-ok", "drv.overview.2", "overview/starts-up",
            "drv.device-features.3"),
    Mistake("driver-ok-before-queues", "drv.finalizing-initialization.1", "overview/starts-up"),
    Mistake("kicks-before-driver-ok", "drv.finalizing-initialization.2", "finalizing-*/*",
            "drv.overview.4"),
    Mistake("does-not-await-driver-ok", "drv.finalizing-initialization.2", "finalizing-*/*"),
    Mistake("takes-status-back", "drv.set-device-status.1", "overview/starts-up",
            "drv.finalizing-initialization.2"),
    Mistake("takes-reset-for-done", "drv.set-device-status.2", "set-device-status/reset-takes-*",
            "drv.get-device-status.3"),
    Mistake("polls-reset-once", "drv.get-device-status.3", "set-device-status/reset-takes-*",
            "drv.set-device-status.2"),
    Mistake("ignores-needs-reset", "drv.get-device-status.2", "get-device-status/*"),
    # features
    Mistake("skips-get-features", "drv.device-features.1", "device-features/subset"),
    Mistake("takes-unoffered", "drv.set-driver-features.1", "device-features/subset"),
    Mistake("takes-notif-config-data", "drv.device-features.2", "device-features/*"),
    Mistake("echoes-all-features", "drv.device-features.2", "device-features/notif-*"),
    Mistake("blocks-swapped", "drv.get-device-features.1", "device-features/subset"),
    Mistake("features-cut", "drv.mandatory.1", "device-features/subset"),
    # queues
    Mistake("does-not-look-at-queues", "drv.get-vqueue.1", "get-vqueue/looks-first",
            "drv.set-vqueue.3"),
    Mistake("sets-up-absent-queues", "drv.get-vqueue.1", "event-avail/several-queues"),
    Mistake("size-above-max", "drv.get-vqueue.2", "get-vqueue/small-queues", "drv.set-vqueue.5"),
    Mistake("fixed-queue-size", "drv.set-vqueue.5", "get-vqueue/small-queues",
            "drv.get-vqueue.2"),
    Mistake("ignores-max-virtqueues", "drv.get-device-info.1", "get-device-info/one-queue",
            "drv.get-vqueue.1"),
    Mistake("misaligned-desc", "drv.set-vqueue.6", "set-vqueue/well-shaped"),
    Mistake("misaligned-avail", "drv.set-vqueue.6", "set-vqueue/well-shaped"),
    Mistake("misaligned-used", "drv.set-vqueue.6", "set-vqueue/well-shaped"),
    Mistake("offsets-for-addresses", "drv.set-vqueue.6", "set-vqueue/well-shaped"),
    Mistake("used-ring-outside", "drv.set-vqueue.6", "set-vqueue/well-shaped"),
    Mistake("reserved-flag-bits", "drv.set-vqueue.1", "set-vqueue/well-shaped"),
    Mistake("reserved-field", "drv.set-vqueue.1", "set-vqueue/well-shaped"),
    Mistake("state-operation-3", "drv.set-vqueue.2", "set-vqueue/well-shaped"),
    Mistake("does-not-confirm", "drv.overview.3", "set-vqueue/confirmed", "drv.set-vqueue.9"),
    Mistake("ignores-refused-queue", "drv.set-vqueue.9", "set-vqueue/*taken*", "drv.overview.3"),
    Mistake("reconfigures-enabled", "drv.set-vqueue.7", "set-vqueue/set-up-anew*",
            "drv.set-vqueue.8 drv.driver-notifications.3"),
    Mistake("disables-by-operation-0", "drv.set-vqueue.4", "set-vqueue/set-up-anew"),
    Mistake("resets-unnegotiated", "drv.reset-vqueue.1", "set-vqueue/*without-ring-reset"),
    Mistake("does-not-await-queue-reset", "drv.reset-vqueue.3", "reset-vqueue/*"),
    # rings and notifications
    Mistake("no-kick", "drv.driver-notifications.3", "driver-notifications/*"),
    Mistake("kicks-next-queue", "drv.event-avail.1", "event-avail/several-queues",
            "drv.driver-notifications.3 drv.event-avail.2"),
    Mistake("offset-without-feature", "drv.event-avail.2", "event-avail/without-*"),
    Mistake("offset-in-bytes", "drv.event-avail.2", "event-avail/as-negotiated"),
    Mistake("ignores-event-used", "drv.device-notifications.3", "device-notifications/used-*",
            "drv.common-message-format.5"),
    Mistake("minds-tokens", "drv.common-message-format.5", "device-notifications/any-token-*"),
    Mistake("polling-needs-events", "drv.device-notifications.4", "device-notifications/used-*",
            flags=UPPER + POLLING),
    Mistake("chain-loops no-indirect", "drv.mandatory.1", "driver-notifications/*"),
    Mistake("next-beyond-the-table", "drv.mandatory.1", "driver-notifications/*"),
    Mistake("head-beyond-the-table", "drv.mandatory.1", "driver-notifications/*"),
    Mistake("buffer-outside-memory", "drv.mandatory.1", "driver-notifications/*"),
    Mistake("indirect-cut", "drv.mandatory.1", "driver-notifications/*"),
    Mistake("index-jumps", "drv.mandatory.1", "driver-notifications/*"),
    # configuration
    Mistake("assumes-config-size", "drv.device-information.1", "device-information/smaller-*",
            "drv.get-config.1"),
    Mistake("reads-past-the-end", "drv.get-config.1", "device-information/beyond-*",
            "drv.device-information.1"),
    Mistake("writes-past-the-end", "drv.set-config.1", "device-information/beyond-*",
            "drv.device-information.1"),
    Mistake("baseline-generation", f"drv.{PROFILES}.4", f"{PROFILES}/baseline-writes",
            f"drv.{PROFILES}.2"),
    Mistake("stale-generation", f"drv.{PROFILES}.6", f"{PROFILES}/strict-writes",
            flags=UPPER + STRICT),
    Mistake("strict-generation-0", f"drv.{PROFILES}.2", f"{PROFILES}/strict-writes",
            f"drv.{PROFILES}.6", UPPER + STRICT),
    Mistake("retries-rejected-write", f"drv.{PROFILES}.7", f"{PROFILES}/strict-rejection",
            flags=UPPER + STRICT),
    Mistake("mixes-generations", f"drv.{PROFILES}.3", f"{PROFILES}/changes-w*"),
    Mistake("ignores-event-config", "drv.device-notifications.1",
            "device-notifications/event-without-data"),
    Mistake("ignores-generic-event", "drv.device-notifications.2",
            "device-notifications/event-of-no-range"),
    # messages
    Mistake("ignores-size-limit", "drv.driver-limits.1", "driver-limits/smallest-*",
            "drv.common-message-format.2"),
    Mistake("size-without-header", "drv.common-message-format.2", "common-message-format/header"),
    Mistake("reserved-type-bits", "drv.common-message-format.1", "common-message-format/header"),
    Mistake("wrong-dev-num-in-events", "drv.common-message-format.3", "event-avail/as-negotiated",
            "drv.driver-notifications.3"),
    Mistake("padding-not-zero", "drv.common-message-format.4", "common-message-format/*"),
    Mistake("big-endian-header", "drv.endianness.1", "common-message-format/header"),
    Mistake("big-endian-payload", "drv.endianness.1", "common-message-format/header"),
    Mistake("event-as-response", "any.prose.event-not-response", "event-avail/as-negotiated",
            "drv.driver-notifications.3"),
    Mistake("sends-event-used", "any.prose.initiating-side", "device-notifications/used-*"),
    Mistake("bus-dev-num", "bus.common-message-format.1", "common-message-format/header"),
    Mistake("ping-byte-swapped", "bus.ping.1", "bus-messages/ping"),
    # what goes wrong on the way
    Mistake("answers-requests", "drv.error-signaling.1", "error-signaling/requests-*"),
    Mistake("waits-for-ever", "drv.error-signaling.2", "error-signaling/no-features"),
    Mistake("retries-for-ever", "drv.error-signaling.2", "error-signaling/no-features"),
    Mistake("polls-for-ever", "drv.error-signaling.2", "set-device-status/reset-never-*"),
    Mistake("gives-up-silently", "drv.error-signaling.3", "error-signaling/no-features"),
]

# What a program can do so badly that no clause describes it: its verdict.
DEADLY = [
    ("minds-reserved-bits", "common-message-format/reserved-bits-*", "wedged"),
    ("dies-on-short-message", "error-signaling/cut-off", "crashed"),
    ("dies-on-unknown-event", "versioning-*/unknown-events-while-running", "crashed"),
    ("dies-in-the-middle", "overview/starts-up", "crashed"),
]

# Oddities, many at a time; flags. What does not fit together stands apart.
ODDITIES = [
    ("", UPPER), ("polls-status busy", UPPER), ("polls-status", POLLING),
    ("no-queues", UPPER), ("no-features", UPPER),
    ("version-1-only two-steps token-zero zero-padding", UPPER),
    ("no-io never-reads-config slow-start features-twice narrow-windows", UPPER + SMALL),
    ("two-steps confirms-between re-reads-features-ok ping busy", UPPER + NO_MEMORY),
    ("busy kicks-in-polling no-indirect", UPPER + POLLING),
    ("same-token checks-status-on-timeout config-in-words", STRICT + SMALL),
    ("fails-first resets-twice probes-more re-reads-config reads-config-early one-queue",
     UPPER + STRICT),
    ("tokens-descend small-queues bit-15-as-wrap kicks-always kicks-twice one-block-a-message",
     ()),
]
UNHURT = ("overview", "device-features", "error-signaling", "set-device-status", "get-vqueue",
          "bus-messages", "device-notifications", "event-avail", "set-vqueue")


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_mistake_is_caught(mistake):
    outcome = run(mistake.word, "--timeout", "1", *mistake.flags, select=(mistake.select,))
    assert mistake.clause in outcome.clauses("fail", "warn"), str(outcome)
    blamed = outcome.clauses("fail") - {mistake.clause, *mistake.also.split()}
    assert not blamed, f"also blamed: {sorted(blamed)}\n{outcome}"
    assert outcome.status == (vmsgspec.FAILS if outcome.report["conforms"] is False
                              else vmsgspec.CONFORMS), str(outcome)


@pytest.mark.parametrize("word, select, verdict", DEADLY, ids=[d[0] for d in DEADLY])
def test_deadly_mistake(word, select, verdict):
    outcome = run(word, "--timeout", "1", *UPPER, select=(select,))
    assert outcome.status == vmsgspec.FAILS, str(outcome)
    assert outcome.scenarios(verdict), str(outcome)
    assert not outcome.clauses("fail"), str(outcome)


@pytest.mark.parametrize("words, flags", ODDITIES, ids=[o[0] or "plain" for o in ODDITIES])
def test_oddity_is_no_finding(words, flags):
    select = () if not words else [f"{block}/*" for block in UNHURT]
    outcome = run(words, *flags, select=select)
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    assert not outcome.clauses("fail", "warn"), str(outcome)
    assert not outcome.scenarios("fail", "wedged", "crashed", "error"), str(outcome)


def test_ten_seconds_for_a_reset_are_no_finding():
    """What the Linux transport gives it, and a little more."""
    outcome = run("patient", select=("set-device-status/reset-never-completes",))
    assert not outcome.clauses("fail", "warn"), str(outcome)
    assert outcome.scenarios("pass"), str(outcome)
