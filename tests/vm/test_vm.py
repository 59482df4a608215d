"""A booted Linux as the other side: its character devices, judged through chardev: and bridge:, and
its vsock. One guest runs everything; each test looks at a part of what it brought out.
"""

import json
import shlex
import shutil

import pytest

import guest
import comparison

BRIDGE = "bridge:/dev/virtio-msg-bridge?bus=loopback&id=0&mem-base=" + comparison.BASE
USER = ("chardev:/dev/virtio-msg-0?control=/dev/virtio-msg-lb&mem-base=" + comparison.BASE)


def relayed(node, sut, run, *more):
    """A run inside of the guest, its peer behind the module."""
    devices = ["--devices", "0,5"] if run.role == "driver" else []
    relay = ["vm_relay", node, "--role", run.role, *devices, "--mem", str(comparison.MEMORY),
             "--mem-base", comparison.BASE, *more, run.peer(), "--"]
    return harness(sut, run, relay)


def harness(sut, run, before=()):
    words = [*before, "vmsgspec", "run", "--role", run.role, "--sut", sut,
             *run.options(run.select)]
    return shlex.join(words)


def collect():
    runs = {}
    for run in comparison.all_runs("driver", memory=comparison.MEMORY, bus_messages=""):
        runs[f"bridge-{run.name}"] = (run, relayed("/dev/vmsgspec-bridge", BRIDGE, run))
    for role in ("device", "driver"):
        for run in comparison.all_runs(role, memory=comparison.MEMORY):
            runs[f"chardev-{run.name}"] = (run, relayed("/dev/vmsgspec-user", USER, run))
    return runs


RUNS = collect()


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vm")
    kernel = guest.newest_kernel()
    module = guest.build_module(kernel, folder / "module")
    modules = guest.modules_of(kernel, ["virtio_pci", "virtio_blk", "vsock_loopback"])
    lanes = {}
    for name, (_, command) in RUNS.items():
        lane = lanes.setdefault(name.partition("-")[0], {})
        lane[name] = f"{command} --report json=/out/{name}.json"
    guest.initramfs(folder / "initrd", [*modules, module], {}, lanes.values())
    try:
        return guest.boot(folder, kernel, folder / "initrd")
    except AssertionError:
        keep(folder / "console.log")
        raise


def keep(console):
    """Beside the build, where it survives."""
    if console.exists():
        shutil.copy(console, guest.vmsgspec.BUILD / "vm-console.log")


def report(results, name):
    text = results[f"{name}.text"].decode(errors="replace")
    assert f"{name}.json" in results, f"no report; {text[-3000:]}"
    return json.loads(results[f"{name}.json"]), int(results[f"{name}.status"]), text


@pytest.mark.parametrize("name", RUNS)
def test_same_verdicts(results, name):
    run, _ = RUNS[name]
    found, status, text = report(results, name)
    assert not comparison.differences(found, run.reference.report), text[-3000:]
    assert status == run.reference.status, text[-3000:]
    if run.fault:
        assert run.clause in run.reference.clauses("fail"), str(run.reference)
