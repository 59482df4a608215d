"""SUTs behind shared memory: shm: and ivshmem:, the faults of the layout, and ends in the middle."""

import concurrent.futures
import contextlib
import fnmatch
import functools
import os
import signal
import subprocess

import pytest

import captures
import vmsgspec

MATRIX = vmsgspec.ROOT / "tests" / "matrix"
ICS = {"device": vmsgspec.REFERENCE_ICS, "driver": MATRIX / "driver.ics.lua",
       "bus": MATRIX / "bus.ics.lua"}
OWN_SIDE = {"device": "driver", "driver": "device", "bus": "driver"}
LAYOUT_FAULTS = vmsgspec.tool_json("peer", "device", "--list-layout-faults")


@contextlib.contextmanager
def ended(*args):
    """A command in the background, ended by SIGTERM: it must go by itself, with status 0."""
    process = subprocess.Popen([str(vmsgspec.TOOL), *map(str, args)], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
        if process.poll() is None:
            process.terminate()
            _, err = process.communicate(timeout=20)
            assert process.returncode in (0, -signal.SIGKILL), err
            assert "Sanitizer" not in err and "runtime error:" not in err, err
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def shared(medium, folder):
    """How both sides name what they share: two areas, the second for a bus's device side."""
    if medium == "shm":
        yield [f"shm:{folder}/area-{i}?elements=16&patience=10000" for i in range(2)]
    else:
        with contextlib.ExitStack() as stack:
            uris = []
            for i in range(2):
                path = f"{folder}/server-{i}"
                server = stack.enter_context(
                    ended("ivshmem-server", "--socket", path, "--size", "32M"))
                assert server.stdout.readline() == "ready\n"
                uris.append(f"ivshmem:{path}?elements=16&patience=10000")
            yield uris
    left = [name for name in os.listdir(folder) if name.startswith(("area", "server"))]
    assert not left, f"left behind: {left}"


def peer(role, uris, *args):
    far = ["--listen-device-side", uris[1]] if role == "bus" else []
    hurry = ["--request-timeout-ms", 200] if role == "driver" else []
    return ended("peer", role, "--listen", uris[0], *far, *hurry, *args)


def run(role, uris, *args, **kwargs):
    far = ["--sut-device-side", uris[1]] if role == "bus" else []
    hurry = ["--request-timeout-ms", 200] if role == "driver" else []
    return vmsgspec.run(uris[0], *far, *hurry, *args, role=role, ics=ICS[role], **kwargs)


def broken(outcome):
    return {c["id"] for c in outcome.report["clauses"] if c["verdict"] in ("fail", "warn")}


def passed(outcome):
    return {c["id"] for c in outcome.report["clauses"] if c["verdict"] == "pass"}


# ---- the same verdicts as elsewhere ----

# Real time is waited for there, over any adapter.
SLOW = ("*absent*", "*response*", "*answer*", "*held*", "*opaque*", "*notification-once*", "*outstanding*",
        "*interrupted*", "*silen*", "*lost*", "*patience*")
SELECTED = {
    "device": ["device/*"],
    "driver": ["driver/get-*/*", "driver/set-vqueue/*", "driver/finalizing-initialization/*"],
    "bus": ["bus/*"],
}


def quick(role, clause=None):
    """The role's scenarios, of a clause, that do not wait."""
    ids = [s["id"] for s in vmsgspec.tool_json("list", "--role", role)
           if any(fnmatch.fnmatch(s["id"], glob) for glob in SELECTED[role])
           and (role == "device" or not any(fnmatch.fnmatch(s["id"], slow) for slow in SLOW))
           and clause in (None, *s["clauses"])]
    return ids[:8] if clause else ids


@functools.cache
def chosen(role, n):
    """n faults that need nothing special, spread over the role's, and their scenarios."""
    faults = [f for f in vmsgspec.tool_json("peer", role, "--list-faults")
              if not f.get("needs") and f.get("model") in (None, "block", "entropy")]
    faults = [(f, ids) for f in faults if (ids := quick(role, f["clause"]))]
    return [faults[i * len(faults) // n] for i in range(n)]


RUNS = [(medium, role, fault, ids)
        for medium in ("shm", "ivshmem")
        for role in ("device", "driver", "bus")
        for fault, ids in [({"id": "clean"}, None), *chosen(role, 10)]]


def judged(folder, medium, role, fault, ids):
    """One run against a peer with that fault, and the same in process."""
    ids = ids or quick(role)
    folder.mkdir()
    options = [] if fault["id"] == "clean" else ["--fault", fault["id"]]
    uri = "ref:" + (f"?fault={fault['id']}" if options else "")
    with shared(medium, folder) as uris, peer(role, uris, *options):
        outcome = run(role, uris, select=ids)
    return outcome, vmsgspec.run(uri, role=role, ics=ICS[role], select=ids)


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory):
    """What the selected tests need, several at a time: they wait more than they compute."""
    base = tmp_path_factory.mktemp("shm")
    wanted = [item.callspec.params["which"] for item in request.session.items
              if "outcomes" in getattr(item, "fixturenames", ())]
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        futures = {i: pool.submit(judged, base / str(i), *RUNS[i]) for i in wanted}
        yield lambda i: futures[i].result()


@pytest.mark.parametrize("which", range(len(RUNS)),
                         ids=[f"{m}-{r}-{f['id']}" for m, r, f, _ in RUNS])
def test_verdicts_are_those_in_process(which, outcomes):
    medium, role, fault, ids = RUNS[which]
    outcome, reference = outcomes(which)
    if fault["id"] == "clean":
        assert outcome.status == vmsgspec.CONFORMS, str(outcome)
        missing = passed(reference) - passed(outcome)
        verdicts = {c["id"]: c["verdict"] for c in outcome.report["clauses"]}
        assert all(verdicts[i] in ("not-observable", "inconclusive") for i in missing), missing
        assert len(missing) <= 30, sorted(missing)
        assert {"amp.queue-head.2", "amp.status.2", "amp.status.3"} <= passed(outcome)
        return
    assert broken(outcome) <= broken(reference) | {fault["clause"]}, str(outcome)
    if fault["clause"] not in broken(reference):
        return
    unseen = fault["clause"] not in broken(outcome)
    assert not unseen or outcome.clause(fault["clause"])["verdict"] in (
        "not-observable", "inconclusive") and outcome.scenarios("inconclusive"), str(outcome)


# ---- the layout's own clauses ----

@pytest.mark.sanitized
@pytest.mark.parametrize("fault", [f["id"] for f in LAYOUT_FAULTS])
def test_layout_faults_are_caught(fault, tmp_path):
    entry = next(f for f in LAYOUT_FAULTS if f["id"] == fault)
    uri = f"shm:{tmp_path}/area?elements=4&patience=1500"
    path = tmp_path / "run.pcap"
    with ended("peer", "device", "--listen", uri, "--fault", fault):
        outcome = vmsgspec.run(uri, "--capture", path, ics=ICS["device"],
                               select=["device/get-device-status/*"])
    assert broken(outcome) == {entry["clause"]}, str(outcome)
    assert outcome.status == vmsgspec.FAILS
    checked = captures.check(path)
    assert captures.comparable(checked.report) == captures.comparable(outcome.report)
    assert checked.status == vmsgspec.FAILS


def test_every_layout_clause_has_a_fault():
    rules = [r for r in vmsgspec.tool_json("rules") if r["id"].startswith("amp.")]
    assert len(rules) >= 17
    for rule in rules:
        assert rule["faults"] or rule["observe"] == "none", rule["id"]


def test_layout_clauses_are_no_noise_elsewhere():
    outcome = vmsgspec.run("ref:", select=["device/get-device-status/*"])
    assert not [c for c in outcome.report["clauses"] if c["id"].startswith("amp.")]


def test_layout_faults_need_shared_memory():
    outcome = vmsgspec.vmsgspec("peer", "device", "--fault", "amp-wrong-magic")
    assert outcome.status == vmsgspec.USAGE and "--listen shm:" in outcome.err


def test_masks_and_many_words(tmp_path):
    """Cascaded words with masks are laid out, found and used."""
    uri = f"shm:{tmp_path}/area?words=48&mask=yes&per-device=16"
    with ended("peer", "device", "--listen", uri):
        outcome = vmsgspec.run(uri, ics=ICS["device"], select=["device/get-device-status/*"])
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)


def test_named_pipes_as_doorbells(tmp_path):
    for name in ("to-device", "to-driver"):
        os.mkfifo(tmp_path / name)
    near = f"shm:{tmp_path}/area?wake={tmp_path}/to-driver&ring={tmp_path}/to-device"
    far = f"shm:{tmp_path}/area?wake={tmp_path}/to-device&ring={tmp_path}/to-driver"
    with ended("peer", "device", "--listen", far):
        outcome = vmsgspec.run(near, ics=ICS["device"], select=["device/get-device-status/*"])
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)


# ---- what is told to the user ----

@pytest.mark.parametrize("uri,why", [
    ("shm:", "path of an area"),
    ("shm:/nowhere/at/all?patience=50", "cannot be opened"),
    ("shm:/x?layout=clever", "simple"),
    ("shm:/x?side=device", "the side that this program takes here is driver"),
    ("shm:/x?elements=1", "elements must be a number from 2"),
    ("shm:/x?depth=3", "unknown option 'depth'"),
    ("ivshmem:", "server's socket"),
    ("ivshmem:/nowhere/at/all?patience=50", "cannot connect"),
])
def test_wrong_uris_are_told(uri, why):
    outcome = vmsgspec.run(uri)
    assert outcome.status in (vmsgspec.USAGE, vmsgspec.NO_SUT) and why in str(outcome), str(outcome)


def test_nobody_at_the_other_side(tmp_path):
    area = tmp_path / "area"
    area.write_bytes(bytes(1 << 20))
    outcome = vmsgspec.run(f"shm:{area}?patience=50")
    assert outcome.status == vmsgspec.NO_SUT and "no layout is in the area" in str(outcome)
    outcome = vmsgspec.run(f"shm:{area}?patience=50&create=yes", "--mem", "512K")
    assert outcome.status == vmsgspec.NO_SUT and "did not come to RUN" in str(outcome)
    assert area.exists(), "a file that was there is left there"


def test_too_little_room_is_told(tmp_path):
    uri = f"shm:{tmp_path}/area?elements=4"
    with ended("peer", "device", "--listen", uri + "&element-size=64&size=262144", "--max-msg-size", 64):
        outcome = vmsgspec.run(uri)
        assert outcome.status == vmsgspec.NO_SUT and "--max-msg-size 64" in str(outcome)
        outcome = vmsgspec.run(uri, "--max-msg-size", 64)
        assert outcome.status == vmsgspec.NO_SUT and "--mem 131072" in str(outcome)
        outcome = vmsgspec.run(uri, "--max-msg-size", 64, "--mem", "128K", "--select",
                               "device/get-device-status/*")
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)


def test_server_usage():
    outcome = vmsgspec.vmsgspec("ivshmem-server", "--size", "5000")
    assert outcome.status == vmsgspec.USAGE and "--socket" in outcome.err
    outcome = vmsgspec.vmsgspec("ivshmem-server", "--socket", "/tmp/never", "--size", "5000")
    assert outcome.status == vmsgspec.USAGE and "power of two" in outcome.err
