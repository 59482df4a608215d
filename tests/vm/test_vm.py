"""A booted Linux as the other side: its character devices, judged through chardev: and bridge:, and
its vsock, all by a harness in the guest; and a PCI region that it shares with this machine, with the
harness at either end. One guest runs everything; each test looks at a part of what it brought out.
"""

import json
import re
import shlex
import shutil

import pytest

import comparison
import guest
import region
import vmsgspec

MODULES = ("virtio_pci", "virtio_blk", "vsock_loopback")
USER_NODE, BRIDGE_NODE = "/dev/vmsgspec-user", "/dev/vmsgspec-bridge"
USER = f"chardev:/dev/virtio-msg-0?control=/dev/virtio-msg-lb&mem-base={comparison.BASE}"
BRIDGE = f"bridge:/dev/virtio-msg-bridge?bus=loopback&id=0&mem-base={comparison.BASE}"
VSOCK_PORT = 5000


def relay(node, run, *options):
    """The peer behind the module, for the command that follows."""
    devices = ["--devices", run.devices] if run.role == "driver" else []
    return ["vm_relay", node, "--role", run.role, *devices, "--mem", str(run.memory),
            "--mem-base", comparison.BASE, *options, run.peer(), "--"]


def relayed(node, sut, run):
    return shlex.join(relay(node, run) + guest.harness(sut, run))


def over_vsock(run):
    """The peer behind a socket of the guest's own; it says when it listens."""
    patient = " --request-timeout-ms 60000" if run.role == "driver" else ""
    return (f"mkfifo /tmp/said; {run.peer()}{patient} --listen vsock-listen:{VSOCK_PORT} >/tmp/said & "
            f"peer=$!; exec 3</tmp/said; read line <&3; "
            f"{shlex.join(guest.harness(f'vsock:1:{VSOCK_PORT}', run))} $REPORT; "
            f"status=$?; kill $peer; rm /tmp/said; exit $status")


def comparisons():
    """{name: (run, command)}: what must be judged as in process."""
    runs = {}
    for run in comparison.all_runs("driver", memory=comparison.MEMORY):
        runs[f"bridge-{run.name}"] = (run, relayed(BRIDGE_NODE, BRIDGE, run))
        runs[f"chardev-{run.name}"] = (run, relayed(USER_NODE, USER, run))
    for run in comparison.all_runs("device", memory=comparison.MEMORY):
        runs[f"chardev-{run.name}"] = (run, relayed(USER_NODE, USER, run))
    for run in comparison.all_runs("device") + comparison.all_runs("driver", devices=""):
        runs[f"vsock-{run.name}"] = (run, over_vsock(run))
    return runs


COMPARISONS = comparisons()
START = comparison.Run("driver", memory=comparison.MEMORY, only=("driver/overview/starts-up",))
HOTPLUG = comparison.Run("driver", memory=comparison.MEMORY,
                         only=("driver/bus-messages/hotplug*", "driver/bus-messages/added-twice"))


def other_runs():
    """What happens to the driver, its device, or the harness in the middle of a scenario."""
    nodes = {"chardev": (USER_NODE, USER), "bridge": (BRIDGE_NODE, BRIDGE)}
    commands = {}
    for name, (node, sut) in nodes.items():
        killed = relay(node, START, "--kill-after", "9") + guest.harness(sut, START)
        commands[f"{name}-killed"] = shlex.join(killed)
        commands[f"{name}-hotplug"] = relayed(node, sut, HOTPLUG)
        # A signal ends every call that waits; the kernel's interface then returns 0.
        stopped = (f"{shlex.join(guest.harness(sut, START))} $REPORT & harness=$!; "
                   "for i in 1 2 3 4 5; do kill -STOP $harness; kill -CONT $harness; done; "
                   "wait $harness")
        commands[f"{name}-interrupted"] = shlex.join(relay(node, START) + ["sh", "-c", stopped])
    reset = relay(BRIDGE_NODE, START, "--reset-after", "9") + guest.harness(BRIDGE, START)
    commands["bridge-reset"] = shlex.join(reset)
    return commands


OTHERS = other_runs()


def lanes_of(selected):
    """The commands that the selected comparisons need, and all others; one lane an adapter."""
    lanes = {}
    commands = {name: command for name, (_, command) in COMPARISONS.items() if name in selected}
    for name, command in {**commands, **OTHERS}.items():
        if "$REPORT" not in command:
            command += " $REPORT"
        lanes.setdefault(name.partition("-")[0], {})[name] = command
    return lanes


@pytest.fixture(scope="session")
def results(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vm")
    kernel = guest.newest_kernel()
    module = guest.build_module(kernel, folder / "module")
    lanes = lanes_of({item.callspec.params.get("name") for item in request.session.items
                      if hasattr(item, "callspec")})
    lanes["region"] = region.jobs()
    guest.initramfs(folder / "initrd", [*guest.modules_of(kernel, MODULES), module], lanes.values())
    shared = region.Region(folder)
    try:
        found = guest.boot(folder, kernel, folder / "initrd", *shared.qemu(), meanwhile=shared.follow)
        return {**found, "region": shared.outcomes}
    except AssertionError:
        keep(folder / "console.log")
        raise
    finally:
        shared.close()


def keep(console):
    """Beside the build, where it survives."""
    if console.exists():
        shutil.copy(console, vmsgspec.BUILD / "vm-console.log")


def report(results, name):
    text = results[f"{name}.text"].decode(errors="replace")
    assert f"{name}.json" in results, f"no report; {text[-3000:]}"
    return json.loads(results[f"{name}.json"]), int(results[f"{name}.status"]), text


@pytest.mark.parametrize("name", COMPARISONS)
def test_same_verdicts(results, name):
    run, _ = COMPARISONS[name]
    found, status, text = report(results, name)
    assert not comparison.differences(found, run.reference.report), text[-3000:]
    assert status == run.reference.status, text[-3000:]
    if run.fault:
        assert run.clause in run.reference.clauses("fail"), str(run.reference)


@pytest.mark.parametrize("adapter", ["chardev", "bridge"])
def test_a_driver_that_dies_has_crashed(results, adapter):
    found, status, text = report(results, f"{adapter}-killed")
    assert status == vmsgspec.FAILS, text[-3000:]
    assert {s["verdict"] for s in found["scenarios"]} == {"crashed"}, text[-3000:]


@pytest.mark.parametrize("adapter", ["chardev", "bridge"])
def test_devices_come_and_go(results, adapter):
    """By the interface's own means, which tell of nothing that is so already."""
    found, status, text = report(results, f"{adapter}-hotplug")
    assert status == vmsgspec.CONFORMS, text[-3000:]
    verdicts = {s["id"].rpartition("/")[2]: s for s in found["scenarios"]}
    assert verdicts.keys() == {"hotplug", "hotplug-while-starting", "added-twice"}
    assert verdicts["hotplug"]["verdict"] == "pass", text[-3000:]
    assert verdicts["hotplug-while-starting"]["verdict"] == "pass", text[-3000:]
    assert verdicts["added-twice"]["verdict"] == "inconclusive", text[-3000:]
    assert "come or go" in str(verdicts["added-twice"]), verdicts["added-twice"]


@pytest.mark.parametrize("adapter", ["chardev", "bridge"])
def test_interrupted_calls_are_called_again(results, adapter):
    found, status, text = report(results, f"{adapter}-interrupted")
    assert status == vmsgspec.CONFORMS, text[-3000:]
    assert {s["verdict"] for s in found["scenarios"]} == {"pass"}, text[-3000:]


def test_an_endpoint_that_resets_comes_back(results):
    """The bridge says offline, then online: devices and windows are published again, and the fresh
    driver behind it is served."""
    found, _, text = report(results, "bridge-reset")
    assert {s["verdict"] for s in found["scenarios"]} == {"pass"}, text[-3000:]


@pytest.mark.parametrize("name", region.ITEMS)
def test_same_verdicts_across_a_pci_region(results, name):
    """With the harness on this machine, and with the harness in the guest."""
    at, run = region.ITEMS[name]
    if at == "host":
        assert name in results["region"], results[f"{name}.text"].decode()
        outcome = results["region"][name]
        found, status, text = outcome.report, outcome.status, str(outcome)
    else:
        found, status, text = report(results, name)
    assert not comparison.differences(found, run.reference.report), text[-3000:]
    assert status == run.reference.status, text[-3000:]


def test_nothing_is_left_behind(results):
    """No descriptor, mapping or process still holds the module, and the kernel has no complaint."""
    assert results["unloaded"].decode().strip() == "yes", results["processes"].decode()
    complaints = re.findall(r".*(?:BUG|WARNING|Oops|Call Trace|hung task).*",
                            results["dmesg"].decode(errors="replace"))
    assert not complaints, complaints
