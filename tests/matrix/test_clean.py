"""Unbroken peers give no finding, whatever their seed, model and legal quirks."""

import functools
import subprocess

import pytest

import captures
import peers
import vmsgspec

VARIANTS = {"plain": (), "strict": peers.STRICT, "polling": peers.POLLING, "small": peers.SMALL,
            "no-memory": ("--mem", "0"), "no-upper": ("--upper-tester", "false"),
            "strict-small": peers.STRICT + peers.SMALL}
MOST_QUIRKS = 8  # of one peer at a time
# The timeouts of drivers and buses are waited for in real time there.
OVER_EXEC = {peers.DEVICES: (), peers.DRIVER: ("--request-timeout-ms", "100"),
             peers.BUS: ("--request-timeout-ms", "100")}


def clean(outcome):
    assert not peers.findings(outcome), "\n".join([*peers.findings(outcome)[:10], str(outcome)])
    assert outcome.status == vmsgspec.CONFORMS and outcome.report["conforms"], str(outcome)
    assert not outcome.scenarios("fail", "wedged", "crashed", "error"), str(outcome)
    assert outcome.scenarios("pass") and outcome.clauses("pass"), "nothing was exercised"


@pytest.mark.sanitized
@pytest.mark.parametrize("model", peers.MODELS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_clean_peer(model, variant):
    clean(peers.run(model, *VARIANTS[variant], "--repeat", "5"))


@pytest.mark.parametrize("model", peers.MODELS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_capture_of_a_clean_peer(model, variant):
    clean(peers.recorded(model, *VARIANTS[variant]))


@pytest.mark.sanitized
@pytest.mark.parametrize("quirk", peers.listed("quirks"), ids=lambda quirk: quirk["id"])
def test_quirk_is_no_finding(quirk):
    for how, extra in ((peers.recorded, ()), (peers.run, peers.STRICT)):
        clean(how(peers.model(quirk), *peers.flags(quirk), *extra,
                  options=f"&quirk={quirk['id']}"))


@pytest.mark.parametrize("quirk", [q for q in peers.listed("quirks") if q["role"] != "device"],
                         ids=lambda quirk: quirk["id"])
def test_quirk_elsewhere(quirk):
    """What a driver or bus may do, it may do without memory, by polling, and in small messages."""
    for variant in ("polling", "no-memory", "strict-small"):
        clean(peers.run(peers.model(quirk), *VARIANTS[variant], options=f"&quirk={quirk['id']}"))


def exchanged(path, quirk, options):
    """What a run's messages were, in order; when they came is left out."""
    peers.run(quirk["role"], *peers.flags(quirk), "--capture", path, options=options)
    kept = (captures.PSEUDO - 8, captures.PSEUDO)  # the time stands before the message
    return [packet[:kept[0]] + packet[kept[1]:] for _, packet in captures.packets(path.read_bytes())
            if captures.kind(packet) == captures.MESSAGE]


@functools.lru_cache
def exchanged_without(folder, role, needs):
    quirk = {"role": role, "needs": needs}
    return exchanged(folder / f"{role} {needs}.pcap", quirk, "")


# A start that is late shows in nothing but time.
@pytest.mark.parametrize("quirk", [q for q in peers.listed("quirks") if q["role"] != "device"
                                   and q["id"] != "driver-slow-start"],
                         ids=lambda quirk: quirk["id"])
def test_quirk_shows(quirk, tmp_path, tmp_path_factory):
    """Some scenario gives it an occasion, else its being no finding says nothing."""
    plain = exchanged_without(tmp_path_factory.getbasetemp(), quirk["role"], quirk.get("needs"))
    assert plain
    assert exchanged(tmp_path / "odd.pcap", quirk, f"&quirk={quirk['id']}") != plain


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("company", ["", "coalesces-event-used,spurious-event-used",
                                     "looks-without-notification,ignores-suppression"])
def test_packed_rings(variant, company):
    outcome = peers.run(peers.DEVICES, *VARIANTS[variant], "--repeat", "3",
                        options=f"&quirk=packed,{company}".rstrip(","))
    clean(outcome)
    if variant not in ("no-memory", "no-upper"):
        assert [s for s in outcome.scenarios("pass") if "-packed" in s], str(outcome)


@pytest.mark.parametrize("model", peers.MODELS)
def test_quirks_in_company(model):
    """Several at a time, so that one is seen while another holds."""
    quirks = [q["id"] for q in peers.listed("quirks")
              if q["role"] == peers.role(model) and not peers.flags(q)]
    groups = -(-len(quirks) // MOST_QUIRKS)
    for first in range(groups):
        clean(peers.run(model, options="&quirk=" + ",".join(quirks[first::groups])))


@pytest.mark.parametrize("model", [peers.DEVICES, peers.DRIVER, peers.BUS])
def test_hundred_seeds(model):
    clean(peers.run(model, "--repeat", "100", timeout=300))


@pytest.mark.parametrize("model", [peers.DEVICES, peers.DRIVER, peers.BUS])
def test_hundred_seeds_on_busy_cores(model):
    """Verdicts do not depend on the machine's load."""
    role = peers.role(model)
    busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(2)]
    try:
        clean(peers.run(model, "--repeat", "100", timeout=300))
        clean(vmsgspec.run(vmsgspec.program(vmsgspec.TOOL, "peer", role), *OVER_EXEC[model],
                           role=role, ics=peers.MODELS[model], timeout=240))
    finally:
        for process in busy:
            process.kill()
            process.wait()
