"""Unbroken peers give no finding, whatever their seed, model and legal quirks."""

import subprocess

import pytest

import peers
import vmsgspec

VARIANTS = {"plain": (), "strict": peers.STRICT, "polling": peers.POLLING, "small": peers.SMALL,
            "no-memory": ("--mem", "0"), "strict-small": peers.STRICT + peers.SMALL}
MOST_QUIRKS = 8  # of one peer at a time


def clean(outcome):
    assert not peers.findings(outcome), "\n".join([*peers.findings(outcome)[:10], str(outcome)])
    assert outcome.status == vmsgspec.CONFORMS and outcome.report["conforms"], str(outcome)
    assert not outcome.scenarios("fail", "wedged", "crashed", "error"), str(outcome)
    assert outcome.scenarios("pass") and outcome.clauses("pass"), "nothing was exercised"


@pytest.mark.sanitized
@pytest.mark.parametrize("devices", peers.MODELS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_clean_peer(devices, variant):
    clean(peers.run(devices, *VARIANTS[variant], "--repeat", "5"))


@pytest.mark.sanitized
@pytest.mark.parametrize("quirk", peers.listed("quirks"), ids=lambda quirk: quirk["id"])
def test_quirk_is_no_finding(quirk):
    for extra in ((), peers.STRICT):
        clean(peers.run(peers.device_set(quirk), *peers.flags(quirk), *extra,
                        options=f"&quirk={quirk['id']}"))


@pytest.mark.parametrize("devices", peers.MODELS)
def test_quirks_in_company(devices):
    """Several at a time, so that one is seen while another holds."""
    quirks = [q["id"] for q in peers.listed("quirks") if "polling" not in (q.get("needs") or "")]
    groups = -(-len(quirks) // MOST_QUIRKS)
    for first in range(groups):
        clean(peers.run(devices, options="&quirk=" + ",".join(quirks[first::groups])))


def test_hundred_seeds():
    clean(peers.run("block@0,entropy@5", "--repeat", "100", timeout=300))


def test_hundred_seeds_on_busy_cores():
    """Verdicts do not depend on the machine's load."""
    busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(2)]
    try:
        clean(peers.run("block@0,entropy@5", "--repeat", "100", timeout=300))
        clean(vmsgspec.run(vmsgspec.program(vmsgspec.TOOL, "peer", "device"),
                           ics=vmsgspec.REFERENCE_ICS, timeout=240))
    finally:
        for process in busy:
            process.kill()
            process.wait()
