"""The whole machine that the device under test runs in is killed in the middle of a scenario."""

import pathlib
import subprocess

import comparison
import guest
import region
import vmsgspec

PATIENCE_MS = 5000  # of a start; three vain ones are the most that is waited for
BOUND = 3 * PATIENCE_MS / 1000 + 60
SCENARIO = "device/set-device-status/initialise-many-times"


def judge(socket, capture):
    run = comparison.Run("device")
    command = [str(vmsgspec.TOOL), "run", "--role", "device", "--repeat", "40", "--timeout", "60",
               "--capture", str(capture),
               "--sut", f"ivshmem:{socket}?elements=16&patience={PATIENCE_MS}"]
    return subprocess.Popen([*command, *run.options((SCENARIO,))], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def grows(path, to, process):
    """Wait until the file has so many bytes."""
    while not path.exists() or path.stat().st_size < to:
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(process.communicate())


def test_a_machine_that_dies_ends_the_run(tmp_path):
    kernel = guest.newest_kernel()
    peer = region.PEER.format(peer=comparison.Run("device").peer())
    guest.initramfs(tmp_path / "initrd", guest.modules_of(kernel, ("virtio_pci", "virtio_blk")),
                    [{"peer": peer}])
    shared = region.Region(tmp_path)
    disk = tmp_path / "results.img"
    disk.write_bytes(bytes(1 << 20))
    machine = subprocess.Popen(
        guest.command_of(kernel, tmp_path / "initrd", disk, tmp_path / "console.log",
                         *shared.qemu()), stdin=subprocess.DEVNULL)
    try:
        with shared.listener.accept()[0] as line, line.makefile() as words:
            assert words.readline().strip() == "up"
            harness = judge(shared.socket, tmp_path / "run.pcap")
            try:
                grows(tmp_path / "run.pcap", 4096, harness)
                machine.kill()
                out, err = harness.communicate(timeout=BOUND)
            finally:
                harness.kill()
                harness.wait()
    finally:
        machine.kill()
        machine.wait()
        shared.close()
    assert harness.returncode == vmsgspec.FAILS, out + err
    assert "crashed" in out and "left the ivshmem server" in out, out + err
    assert not pathlib.Path(shared.socket).exists()
