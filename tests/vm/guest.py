"""A Linux guest under emulation: the newest installed kernel of Debian's that has its headers, an
initramfs of busybox, what the build made and the test module, and a disk that brings results out.
"""

import dataclasses
import io
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tarfile
import threading

import vmsgspec

HERE = pathlib.Path(__file__).resolve().parent
BUSYBOX = pathlib.Path("/bin/busybox")
PROGRAMS = ("vmsgspec", "vm_relay")
RESULTS = 16 << 20  # bytes of the disk
BOUND = 1800  # seconds from the start of the guest to its end, on the most loaded machine
JOB_BOUND = 300

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir -p /tmp /out
for module in {modules}; do insmod /modules/$module || echo "FAILED: insmod $module"; done
ip link set lo up 2>/dev/null
{lanes}
wait
ps >/out/processes
rmmod {last} && echo yes >/out/unloaded || echo no >/out/unloaded
dmesg >/out/dmesg
echo "GUEST: writing results"
tar -cf /dev/vda -C /out . && sync
echo "GUEST: done"
poweroff -f
"""

LANE = """(
{jobs})&
"""

JOB = """echo "GUEST: {name}"
REPORT='--report json=/out/{name}.json' timeout -s KILL {bound} sh -c {command} >/out/{name}.text 2>&1
echo $? >/out/{name}.status
"""


@dataclasses.dataclass(frozen=True)
class Kernel:
    version: str
    image: pathlib.Path
    headers: pathlib.Path


def newest_kernel():
    """Of the kernels with headers beside them, whatever kernel runs here."""
    def by_number(version):
        return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", version)]

    versions = [image.name.removeprefix("vmlinuz-")
                for image in pathlib.Path("/boot").glob("vmlinuz-*")]
    versions = [version for version in versions
                if (pathlib.Path("/lib/modules") / version / "build" / "Makefile").exists()]
    assert versions, ("no kernel in /boot has its headers in /lib/modules/*/build: install "
                      "linux-image-cloud-amd64 and linux-headers-cloud-amd64 (ci/bootstrap)")
    version = max(versions, key=by_number)
    modules = pathlib.Path("/lib/modules") / version
    return Kernel(version, pathlib.Path("/boot") / f"vmlinuz-{version}", modules / "build")


def build_module(kernel, folder):
    """The test module, built in a copy of its sources."""
    shutil.copytree(HERE / "module", folder)
    outcome = subprocess.run(["make", "-s", "-C", kernel.headers, f"M={folder}",
                              f"VMSGSPEC={vmsgspec.ROOT}", "modules"], text=True, timeout=120,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    assert outcome.returncode == 0, outcome.stdout
    return folder / "vmsgspec_vm.ko"


def modules_of(kernel, names):
    """The files to load, each after what it needs."""
    files = []
    for name in names:
        shown = subprocess.run(["/sbin/modprobe", "-S", kernel.version, "--show-depends", name],
                               text=True, capture_output=True)
        assert shown.returncode == 0, shown.stderr
        files += [pathlib.Path(words[1]) for words in map(str.split, shown.stdout.splitlines())
                  if words[0] == "insmod"]
    return list(dict.fromkeys(files))


def libraries_of(program):
    shown = subprocess.run(["ldd", program], text=True, capture_output=True, check=True).stdout
    libraries = [pathlib.Path(path) for path in re.findall(r"(/\S+) \(0x", shown)]
    folder = next(path.parent for path in libraries if path.name.startswith("libc.so"))
    return [*libraries, folder / "libgcc_s.so.1"]  # loaded by the C library to end a thread


def initramfs(path, modules, lanes, programs=PROGRAMS):
    """`modules` are loaded in this order, and the last is unloaded at the end; `lanes` run beside
    each other, each {name: shell command} in order. $REPORT is the option for the job's report."""
    root = path.with_suffix(".root")
    for folder in ("bin", "proc", "sys", "dev", "modules"):
        (root / folder).mkdir(parents=True)
    shutil.copy(BUSYBOX, root / "bin" / "busybox")
    for program in programs:
        shutil.copy(vmsgspec.BUILD / program, root / "bin")
        subprocess.run(["strip", root / "bin" / program], check=True)
        for library in libraries_of(vmsgspec.BUILD / program):
            place = root / library.relative_to("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, place)
    for module in modules:
        shutil.copy(module, root / "modules")
    script = INIT.format(
        modules=" ".join(module.name for module in modules), last=modules[-1].stem,
        lanes="".join(LANE.format(jobs="".join(
            JOB.format(name=name, bound=JOB_BOUND, command=shlex.quote(command))
            for name, command in jobs.items())) for jobs in lanes))
    (root / "init").write_text(script)
    (root / "init").chmod(0o755)
    names = "\n".join(str(file.relative_to(root)) for file in sorted(root.rglob("*")))
    with path.open("wb") as archive:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], cwd=root,
                       input=names.encode(), stdout=archive, check=True)
    shutil.rmtree(root)


def harness(sut, run):
    """A guest under emulation is slow: silence means little before a minute is over."""
    return ["vmsgspec", "run", "--role", run.role, "--sut", sut, "--timeout", "60",
            *run.options(run.select)]


def command_of(kernel, initrd, disk, console, *more):
    return ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "384", "-nodefaults",
            "-display", "none", "-no-reboot", "-serial", f"file:{console}", "-kernel", kernel.image,
            "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 no_timer_check",
            "-drive", f"file={disk},format=raw,if=virtio", *more]


def boot(folder, kernel, initrd, *more, meanwhile=lambda: None):
    """Run the guest to its end, and `meanwhile` beside it; what the guest wrote, as {name: bytes}.
    Its console stays in the folder."""
    disk, console = folder / "results.img", folder / "console.log"
    disk.write_bytes(b"")
    os.truncate(disk, RESULTS)
    guest = subprocess.Popen(command_of(kernel, initrd, disk, console, *more),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    beside = threading.Thread(target=meanwhile)
    beside.start()
    try:
        said, _ = guest.communicate(timeout=BOUND)
    except subprocess.TimeoutExpired:
        guest.kill()
        said, _ = guest.communicate()
        said += f"\nkilled after {BOUND} s"
    finally:
        beside.join()
    log = console.read_text(errors="replace") if console.exists() else ""
    assert "GUEST: done" in log, f"the guest did not finish; {console}:\n{log[-3000:]}\n{said}"
    with tarfile.open(fileobj=io.BytesIO(disk.read_bytes())) as archive:
        return {member.name.removeprefix("./"): archive.extractfile(member).read()
                for member in archive if member.isfile()}
