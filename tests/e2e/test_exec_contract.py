"""What a SUT started by exec: is given, section 2 of the SUT contract."""

import json
import pathlib
import shlex

import pytest

import vmsgspec

ONE = ("device/get-shm/*",)

# Writes what it sees to the file SEEN names, then is the tiny device.
WITNESS = """
import json, os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, {examples!r})
import fcntl, socket, stat, tiny_device
fds = {{}}
for fd in range(256):
    try:
        fds[fd] = stat.S_IFMT(os.fstat(fd).st_mode)
    except OSError:
        pass
sock = socket.socket(fileno=int(os.environ["VMSG_FD"]))
seen = dict(env={{k: v for k, v in os.environ.items() if k.startswith("VMSG_")}}, fds=fds,
            stdin=os.readlink("/proc/self/fd/0"), type=sock.type, family=sock.family,
            group=os.getpgrp(), pid=os.getpid(), parent_group=os.getpgid(os.getppid()),
            mem=os.fstat(int(os.environ["VMSG_MEM_FD"])).st_size
                if "VMSG_MEM_FD" in os.environ else None)
sock.detach()
with open(os.environ["SEEN"], "a") as file:
    file.write(json.dumps(seen) + "\\n")
tiny_device.Tiny(os.environ).serve()
"""


@pytest.fixture
def witness(tmp_path):
    """Run with these flags; what each started SUT saw."""
    script = tmp_path / "witness.py"
    script.write_text(WITNESS.format(examples=str(vmsgspec.EXAMPLES)))
    record = tmp_path / "seen"

    def run(*args, env=None):
        record.unlink(missing_ok=True)
        outcome = vmsgspec.run(vmsgspec.program(vmsgspec.PYTHON, script), *args,
                               ics=vmsgspec.TINY_ICS, select=ONE,
                               env={"SEEN": str(record), **(env or {})})
        assert outcome.scenarios("pass"), str(outcome)
        return [json.loads(line) for line in record.read_text().splitlines()]

    return run


def test_environment_defaults(witness):
    for seen in witness():
        env = seen["env"]
        base, size = env.pop("VMSG_MEM_BASE"), env.pop("VMSG_MEM_SIZE")
        assert base.startswith("0x") and int(base, 16) >= 0
        assert size == str(16 << 20) and seen["mem"] == 16 << 20
        assert env.pop("VMSG_FD").isdigit() and env.pop("VMSG_MEM_FD").isdigit()
        assert env.pop("VMSG_UPPER", "0") == "0"
        assert env.pop("VMSG_DEVICES", "") in ("", "0")
        assert env == {"VMSG_ROLE": "device", "VMSG_REVISION": "1", "VMSG_MAX_MSG_SIZE": "264",
                       "VMSG_TRANSPORT_FEATURES": "0x0", "VMSG_NOTIFICATIONS": "events",
                       "VMSG_NOTIFICATION_PATH": "forward", "VMSG_REQUEST_TIMEOUT_MS": "1000"}


def test_environment_follows_the_statement(witness):
    flags = ("--max-msg-size", "128", "--transport-features", "0x1", "--notifications", "polling",
             "--notification-path", "synthesis", "--request-timeout-ms", "250", "--mem", "1M")
    for seen in witness(*flags):
        env = seen["env"]
        assert (env["VMSG_MAX_MSG_SIZE"], env["VMSG_NOTIFICATIONS"]) == ("128", "polling")
        assert env["VMSG_TRANSPORT_FEATURES"] == "0x1"
        assert env["VMSG_NOTIFICATION_PATH"] == "synthesis"
        assert env["VMSG_REQUEST_TIMEOUT_MS"] == "250"
        assert env["VMSG_MEM_SIZE"] == str(1 << 20) and seen["mem"] == 1 << 20


def test_no_memory(witness):
    for seen in witness("--mem", "0"):
        assert not [name for name in seen["env"] if name.startswith("VMSG_MEM")]


def test_variables_of_the_caller_do_not_leak_in(witness):
    for seen in witness("--mem", "0", env={"VMSG_MEM_FD": "7", "VMSG_UPPER": "1"}):
        assert "VMSG_MEM_FD" not in seen["env"] and seen["env"].get("VMSG_UPPER", "0") == "0"


def test_files_and_group(witness):
    """One SEQPACKET socket, the memory and the standard files; a process group of its own."""
    for seen in witness():
        expected = {"0", "1", "2", seen["env"]["VMSG_FD"], seen["env"]["VMSG_MEM_FD"]}
        assert set(seen["fds"]) == expected
        assert (seen["family"], seen["type"]) == (1, 5)  # AF_UNIX, SOCK_SEQPACKET
        assert seen["stdin"] == "/dev/null"
        assert seen["group"] != seen["parent_group"]


def test_files_of_the_caller_do_not_leak_in(witness, tmp_path):
    """Also when the harness itself was started with a file open."""
    path = tmp_path / "left-open"
    with open(path, "w") as file:
        outcome = vmsgspec.run("exec:ls -l /proc/self/fd >&2; exit 3", ics=vmsgspec.TINY_ICS,
                               select=ONE, pass_fds=(file.fileno(),))
    assert "socket:" in outcome.out, str(outcome)
    assert str(path) not in outcome.out, str(outcome)


def test_fresh_process_for_each_scenario(witness):
    pids = [seen["pid"] for seen in witness()]
    assert len(pids) == len(set(pids)) >= 1


def test_command_goes_through_the_shell(tmp_path):
    """Pipes, variables and relative paths work, and the working directory is the caller's."""
    device = vmsgspec.EXAMPLES / "tiny_device.py"
    command = f'D={shlex.quote(str(device))}; touch here && exec {vmsgspec.PYTHON} "$D"'
    outcome = vmsgspec.run("exec:" + command, ics=vmsgspec.TINY_ICS, select=ONE, cwd=tmp_path)
    assert outcome.scenarios("pass") and pathlib.Path(tmp_path, "here").exists(), str(outcome)
