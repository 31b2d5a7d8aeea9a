"""Escaping and outliving: other processes, sockets, privileges, and staying when all is over."""

from __future__ import annotations

from attacks.model import Attack, in_family

escaping = in_family("escaping")
TRY = """
import ctypes, os, signal, socket, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def syscall(number, *arguments):
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    if libc.syscall(ctypes.c_long(number), *passed) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def attempt(what, *arguments):
    try: print(what, "gave", what(*arguments))
    except (OSError, OverflowError, RuntimeError) as error: print(what, error)
"""


def _escapes(name: str, tries: str, source: str, **rest: object) -> Attack:
    rest.setdefault("waits", True)
    return escaping(name, tries, early=TRY + source, **rest)


ATTACKS = [
    _escapes(
        "fork-bomb",
        "Forks 200 processes that wait.",
        """
for _ in range(200):
    try:
        if os.fork() == 0:
            time.sleep(20); os._exit(0)
    except OSError as error:
        print(error); break
""",
    ),
    _escapes(
        "thread-bomb",
        "Starts 200 threads that wait.",
        """
for _ in range(200):
    try: threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    except RuntimeError as error: print(error); break
""",
    ),
    _escapes(
        "double-fork",
        "Detaches a process from its parent and its session.",
        """
try:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(3, 64):
                try: os.close(number)
                except OSError: pass
            time.sleep(20)
        os._exit(0)
except OSError as error:
    print(error)
attempt(os.setsid)
attempt(os.setpgid, 0, 0)
""",
    ),
    _escapes(
        "programs",
        "Starts programs by every way that Python has.",
        """
import subprocess
command = [sys.executable, "-c", "import time; time.sleep(20)"]
attempt(lambda: subprocess.Popen(command))
attempt(lambda: os.posix_spawn(command[0], command, {}))
attempt(lambda: os.spawnv(os.P_NOWAIT, command[0], command))
attempt(os.system, "sleep 20 &")
get_ipython().system("sleep 20 &")
attempt(os.execv, command[0], command)
""",
    ),
    _escapes(
        "pools",
        "Starts worker processes by multiprocessing.",
        """
import multiprocessing
sys.modules["__main__"].__spec__ = None
for how in ("fork", "spawn", "forkserver"):
    attempt(lambda: multiprocessing.get_context(how).Process(target=time.sleep, args=(20,)).start())
""",
    ),
    _escapes(
        "signals",
        "Stops and ends its parent, the grader, and everybody.",
        """
for process in (os.getppid(), bait["grader"], bait["victim"], -1, 1):
    if process not in (0, os.getpid()):
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
            attempt(os.kill, process, number)
attempt(syscall, 234, bait["victim"], bait["victim"], 9)
attempt(syscall, 129, bait["victim"], 9, None)
attempt(os.pidfd_open, bait["victim"])
""",
    ),
    _escapes(
        "its-own-group",
        "Signals its process group, in which the grader could be.",
        """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
attempt(os.killpg, os.getpgrp(), signal.SIGTERM)
attempt(os.kill, 0, signal.SIGTERM)
""",
    ),
    _escapes(
        "tracing",
        "Traces and reads another process.",
        """
attempt(syscall, 101, 16, bait["victim"], 0, 0)
attempt(syscall, 101, 0x4206, bait["victim"], 0, 0)
attempt(syscall, 310, bait["victim"], None, 0, None, 0, 0)
attempt(syscall, 311, bait["grader"], None, 0, None, 0, 0)
attempt(syscall, 101, 0, 0, 0, 0)
""",
    ),
    _escapes(
        "priorities",
        "Makes others slow, and limits what they may use.",
        """
import resource
attempt(os.setpriority, os.PRIO_PROCESS, bait["victim"], 19)
attempt(os.setpriority, os.PRIO_USER, os.getuid(), 19)
attempt(resource.prlimit, bait["victim"], resource.RLIMIT_NOFILE, (3, 3))
attempt(os.sched_setaffinity, bait["victim"], {0})
attempt(os.nice, -5)
""",
    ),
    _escapes(
        "namespaces",
        "Makes namespaces and mounts of its own, and enters those of others.",
        """
for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000):
    attempt(syscall, 272, flag)
attempt(syscall, 435, None, 0)
attempt(syscall, 165, b"none", b"/tmp", b"tmpfs", 0, None)
attempt(os.chroot, ".")
attempt(lambda: syscall(308, os.open(f"/proc/{bait['grader']}/ns/mnt", os.O_RDONLY), 0))
attempt(os.setuid, 0)
attempt(os.setgid, 0)
""",
    ),
    _escapes(
        "kernel-surfaces",
        "Opens the parts of the kernel that had holes before.",
        """
room = ctypes.create_string_buffer(200)
for number in (425, 321, 323, 298, 319, 155, 175, 246, 250, 304, 278, 434):
    attempt(syscall, number, room, 1, 0, 0, 0)
attempt(syscall, 157, 36, 1, 0, 0, 0)
attempt(syscall, 157, 1, 0, 0, 0, 0)
""",
    ),
    _escapes(
        "sockets-by-path",
        "Talks to a socket that stands in the file system.",
        """
attempt(lambda: socket.socket(socket.AF_UNIX).connect(bait["unix"]))
datagram = lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
attempt(lambda: datagram().sendto(b"x", bait["datagram"]))
attempt(lambda: socket.socketpair(type=socket.SOCK_DGRAM)[0].sendto(b"x", bait["datagram"]))
""",
    ),
    _escapes(
        "abstract-sockets",
        "Talks to a socket without a path.",
        "attempt(lambda: socket.socket(socket.AF_UNIX).connect(os.fsencode(bait['abstract'])))",
    ),
    _escapes(
        "network",
        "Talks to the machine by TCP and UDP, and listens.",
        """
attempt(lambda: socket.create_connection(("127.0.0.1", bait["tcp"]), 1))
udp = lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
attempt(lambda: udp().sendto(b"x", ("127.0.0.1", bait["udp"])))
attempt(lambda: socket.create_server(("127.0.0.1", 0)))
attempt(lambda: socket.socket(socket.AF_INET6).connect(("::1", bait["tcp"])))
attempt(lambda: socket.getaddrinfo("example.org", 80))
""",
    ),
    _escapes(
        "descriptors",
        "Uses every descriptor that it has to reach the supervisor.",
        """
for number in range(4, 256):
    for data in (b"{\\"up\\": 1}", b"{\\"ended\\": \\"\\"}", b"\\0" * 8):
        try: print(number, os.write(number, data))
        except OSError: break
import array
for number in range(3, 64):
    try:
        theirs = socket.socket(fileno=os.dup(number))
        theirs.setblocking(False)
        socket.send_fds(theirs, [b"\\0"], [0])
    except OSError: pass
""",
    ),
    _escapes(
        "closed-descriptors",
        "Closes every descriptor, the wire included.",
        "os.closerange(3, 256)",
    ),
    _escapes(
        "exit-handlers",
        "Runs on when its process is to end.",
        """
import atexit, weakref
def stay():
    end = time.monotonic() + 20
    while time.monotonic() < end: time.sleep(0.1)
atexit.register(stay)
threading._register_atexit(stay)
class Last:
    def __del__(self): stay()
sys.modules["last"] = Last()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, lambda *_: stay())
""",
    ),
    _escapes(
        "threads-that-stay",
        "Leaves a thread behind that answers the grader after its cell.",
        """
from dropout_course.engine.inside import codec
import struct
forged = codec.encode({"ok": True})
def answer():
    end = time.monotonic() + 3
    while time.monotonic() < end:
        try: os.write(3, struct.pack("<I", len(forged)) + forged)
        except OSError: return
        time.sleep(0.01)
threading.Thread(target=answer, daemon=True).start()
""",
        seconds=1.0,
    ),
    _escapes(
        "no-dump",
        "Makes itself hard to look at and to end.",
        """
attempt(syscall, 157, 4, 0, 0, 0, 0)
attempt(syscall, 157, 15, b"(\\n) Z 1 1", 0, 0, 0)
attempt(lambda: open("/proc/self/oom_score_adj", "w").write("-1000"))
attempt(lambda: open("/proc/self/comm", "w").write(") R 1 ("))
end = time.monotonic() + 3
while time.monotonic() < end: pass
""",
        seconds=0.5,
    ),
]
