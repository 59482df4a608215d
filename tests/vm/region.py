"""A PCI region that the guest shares with this machine: the memory of an ivshmem server of ours. The
harness is at one end, a reference peer at the other; a serial line keeps both in step.
"""

import shlex
import socket
import subprocess

import comparison
import guest
import vmsgspec

FAULTS = {
    "device": ("", "drops-token-zero", "set-config-not-stored", "reset-keeps-queues"),
    "driver": ("", "driver-skips-driver-bit", "driver-doubles-queue-size", "driver-asks-before-info"),
}
# {name: (where the harness is, run)}, in the order in which both ends take them.
ITEMS = {f"region-{at}-{run.name}": (at, run)
         for at in ("host", "guest") for role, faults in FAULTS.items()
         for run in (comparison.Run(role, fault, comparison.MEMORY, "0" if role == "device" else "")
                     for fault in faults)}
PATIENT = {"device": "", "driver": " --request-timeout-ms 60000"}
OPTIONS = "elements=16&patience=600000"

BEGIN = """stty -F /dev/ttyS1 -echo; exec 4<>/dev/ttyS1
for d in /sys/bus/pci/devices/*; do
[ $(cat $d/device) = 0x1110 ] && echo 1 >$d/enable && region=$d/resource2; done
"""
PEER = BEGIN + """{peer} --listen "shm:$region?elements=16" & peer=$!
echo up >&4; read word <&4; kill $peer; wait $peer
"""
HARNESS = BEGIN + """echo want >&4; read word <&4
{harness} $REPORT; status=$?; echo done >&4; exit $status
"""


def jobs():
    """The guest's part of each."""
    commands = {}
    for name, (at, run) in ITEMS.items():
        if at == "host":
            commands[name] = PEER.format(peer=run.peer() + PATIENT[run.role])
        else:
            harness = shlex.join(guest.harness("REGION", run))
            commands[name] = HARNESS.format(
                harness=harness.replace("REGION", f'"shm:$region?{OPTIONS}"'))
    return commands


class Region:
    """The server, to which QEMU and this machine's end connect."""

    def __init__(self, folder):
        self.socket, self.line = folder / "server", folder / "line"
        self.outcomes = {}
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.line))
        self.listener.listen()
        self.listener.settimeout(60)  # for QEMU to start
        self.server = subprocess.Popen(
            [str(vmsgspec.TOOL), "ivshmem-server", "--socket", str(self.socket), "--size", "4M"],
            stdout=subprocess.PIPE, text=True)
        assert self.server.stdout.readline() == "ready\n"

    def qemu(self):
        return ["-serial", f"unix:{self.line}", "-chardev", f"socket,path={self.socket},id=region",
                "-device", "ivshmem-doorbell,chardev=region,vectors=1"]

    def follow(self):
        """This machine's part of each, until the guest ends."""
        with self.listener.accept()[0] as line, line.makefile("rw") as words:
            for name, (at, run) in ITEMS.items():
                word = words.readline().strip()
                if not word:
                    return
                assert word == ("up" if at == "host" else "want"), word
                if at == "host":
                    self.judge(name, run)
                    print("stop", file=words, flush=True)
                else:
                    self.serve(run, words)

    def judge(self, name, run):
        self.outcomes[name] = vmsgspec.run(
            f"ivshmem:{self.socket}?{OPTIONS}", *run.options(run.select), "--timeout", "60",
            role=run.role, timeout=guest.BOUND)

    def serve(self, run, words):
        peer = subprocess.Popen([str(vmsgspec.TOOL), *(run.peer() + PATIENT[run.role]).split()[1:],
                                 "--listen", f"ivshmem:{self.socket}?elements=16"])
        print("go", file=words, flush=True)
        words.readline()
        peer.terminate()
        assert peer.wait(20) == 0

    def close(self):
        self.listener.close()
        self.server.terminate()
        assert self.server.wait(20) == 0
        assert not self.socket.exists()
