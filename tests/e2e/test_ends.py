"""How runs end: through each adapter, a peer or a server that is killed in the middle ends the run
with its verdict and within its bound, and no file, process or descriptor is left behind.
"""

import contextlib
import os
import pathlib
import resource
import signal
import subprocess
import uuid

import pytest

import vmsgspec

KINDS = ("exec", "lib", "unix", "stream", "tcp", "shm", "ivshmem")
DESCRIPTORS = 40  # that the harness may have open; one more a connection would soon be too many
CONNECTIONS = 60
BOUND = 60  # seconds; all that is waited for is below


@contextlib.contextmanager
def background(*command):
    """One of ours, until the end; a signal ends it well."""
    with subprocess.Popen([str(vmsgspec.TOOL), *command], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=20)


@contextlib.contextmanager
def reached(kind, folder):
    """The reference device behind it; {"uri": ..., "peer": its process, "server": that one}."""
    made = {"peer": None, "server": None}
    with contextlib.ExitStack() as stack:
        listen = None
        if kind == "exec":
            made["uri"] = (f"exec:echo $$ >{folder}/pid.new; mv {folder}/pid.new {folder}/pid; "
                           f"exec {vmsgspec.TOOL} peer device")
        elif kind == "lib":
            made["uri"] = f"lib:{vmsgspec.BUILD}/libreference_peer.so"
        elif kind == "tcp":
            listen = "tcp-listen:127.0.0.1:0"
        elif kind in ("unix", "stream"):
            listen = f"unix-listen:{folder}/sut" + ("?framing=stream" if kind == "stream" else "")
            made["uri"] = listen.replace("-listen", "", 1)
        elif kind == "shm":
            listen = made["uri"] = f"shm:/dev/shm/vmsgspec-test-{uuid.uuid4().hex}?patience=1000"
        else:
            listen = made["uri"] = f"ivshmem:{folder}/server?patience=1000"
            made["server"] = stack.enter_context(
                background("ivshmem-server", "--socket", f"{folder}/server", "--size", "32M"))
            assert made["server"].stdout.readline() == "ready\n"
        if listen:
            made["peer"] = stack.enter_context(background("peer", "device", "--listen", listen))
        if kind in ("tcp", "unix", "stream"):
            said = made["peer"].stdout.readline().split()[-1]
            made["uri"] = said if kind == "tcp" else made["uri"]
        yield made


def in_shared_memory(uri):
    """The object that the URI names there."""
    path = uri.partition(":")[2].partition("?")[0]
    return pathlib.Path(path) if path.startswith("/dev/shm/") else None


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_behind(kind, tmp_path):
    """Nor is a descriptor more open after each connection. That no process is left, is looked at for
    each command of the tests."""
    folder, temporary = tmp_path / "peer", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    with reached(kind, folder) as made:
        outcome = vmsgspec.run(
            made["uri"], "--devices", "0", "--repeat", CONNECTIONS, "--timeout", 10,
            select=("device/get-device-status/*",), env={"TMPDIR": str(temporary)}, timeout=BOUND,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS,) * 2))
    assert outcome.status == vmsgspec.CONFORMS, str(outcome)
    left = {path.name for path in (*folder.iterdir(), *temporary.iterdir())}
    assert left <= {"pid"}, left
    assert not (shared := in_shared_memory(made["uri"])) or not shared.exists()


def kill_exec(folder, harness):
    """One program after another, so that one of them is in the middle."""
    while harness.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            pid = int((folder / "pid").read_text())
            program = pathlib.Path(f"/proc/{pid}/exe").resolve()
            if program == vmsgspec.TOOL:
                os.kill(pid, signal.SIGKILL)


def wait_for(path, size, process):
    """Until the file has so many bytes."""
    while not path.exists() or path.stat().st_size < size:
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(process.communicate())


@pytest.mark.parametrize("kind,victim", [*((kind, "peer") for kind in KINDS if kind != "lib"),
                                         ("ivshmem", "server")])
def test_killed_in_the_middle(kind, victim, tmp_path):
    capture = tmp_path / "run.pcap"
    with reached(kind, tmp_path) as made:
        command = [str(vmsgspec.TOOL), "run", "--role", "device", "--sut", made["uri"], "--repeat", "500",
                   "--timeout", "1", "--devices", "0", "--capture", str(capture), "--select",
                   "device/set-device-status/initialise-many-times"]
        harness = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            wait_for(capture, 4096, harness)
            if kind == "exec":
                kill_exec(tmp_path, harness)
            else:
                made[victim].kill()
            out, err = harness.communicate(timeout=BOUND)
        finally:
            harness.kill()
            harness.wait()
    assert harness.returncode == vmsgspec.FAILS, out + err
    assert "crashed" in out or "wedged" in out or "did not start" in out, out + err
    if kind == "exec":
        assert "killed by signal 9" in out, out + err
    if kind == "ivshmem":  # or it ended between two connections, and the next one finds nobody
        assert "ivshmem server" in out or "SHUTDOWN" in out or "cannot connect to" in out, out + err
    if shared := in_shared_memory(made["uri"]):
        shared.unlink(missing_ok=True)  # a peer that is killed cannot


REMOVES_ITS_DEVICE = """return { {
    name = "goes", requirement = "A device that went answers nothing.", scope = "bus",
    clauses = { "bus.event-device.3" },
    run = function(t)
        t:upper("remove 0")
        t:try("GET_DEVICE_INFO", {}, { dev = 0 })
        t:fence()
    end,
} }
"""


@pytest.mark.parametrize("devices, options, verdict", [
    ("block@0,entropy@5", "", "pass"), ("block@0", "", "pass"),
    ("block@0", "&quirk=no-bus-messages", "inconclusive"),
    ("block@0,entropy@5", "&fault=event-device-removed-answers", "fail")])
def test_the_device_of_the_scenario_goes(devices, options, verdict, tmp_path):
    """Its silence is no sign of death: another device is asked, or the bus, or nobody is left."""
    scenario, ics = tmp_path / "goes.lua", tmp_path / "ics.lua"
    scenario.write_text(REMOVES_ITS_DEVICE)
    devices_of = [part.split("@")[1] for part in devices.split(",")]
    bus = "" if "no-bus" in options else '"GET_DEVICES", "PING", "EVENT_DEVICE"'
    ics.write_text("return { role = 'device', upper_tester = true, bus_messages = { %s }, devices = { %s } }"
                   % (bus, ", ".join(devices_of)))
    outcome = vmsgspec.run(f"ref:?devices={devices}{options}", "--scenario", scenario, ics=ics,
                           select=["file/*"])
    assert [s["verdict"] for s in outcome.report["scenarios"]] == [verdict], str(outcome)
