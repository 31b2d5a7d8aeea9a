"""Seccomp: which system calls a process may make; a table, and its translation to BPF (x86-64).

The table names what is forbidden and why. What it doesn't name is allowed, up to the newest
system call that it was written for: of later ones the process is told that there are none.
Starting a process is forbidden as well, a thread is not: so what runs is one process, whose
processor time, memory and end are easy to be sure of.
"""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass

from . import syscalls

LAST_KNOWN = 462  # mseal, Linux 6.10

# System calls of x86-64, by the errno that they give. 0: they seem to succeed and do nothing.
FORBIDDEN: dict[str, tuple[int, dict[str, int]]] = {
    "start processes and programs": (
        errno.EPERM,
        {"fork": 57, "vfork": 58, "execve": 59, "execveat": 322},
    ),
    "flags in memory, where a filter can't see them; glibc then takes clone": (
        errno.ENOSYS,
        {"clone3": 435},
    ),
    "talk to others": (
        errno.EPERM,
        {"socket": 41, "connect": 42, "bind": 49, "listen": 50, "accept": 43, "accept4": 288}
        | {"shmget": 29, "shmat": 30, "shmctl": 31, "semget": 64, "semop": 65, "semctl": 66}
        | {"semtimedop": 220, "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71}
        | {"mq_open": 240, "mq_unlink": 241},
    ),
    "look into or steer other processes": (
        errno.EPERM,
        {"ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312}
        | {"pidfd_open": 434, "pidfd_getfd": 438, "pidfd_send_signal": 424}
        | {"process_madvise": 440, "process_mrelease": 448, "move_pages": 279}
        | {"migrate_pages": 256, "get_robust_list": 274, "setpriority": 141, "ioprio_set": 251},
    ),
    "namespaces and mounts": (
        errno.EPERM,
        {"unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155}
        | {"chroot": 161, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431}
        | {"fsmount": 432, "fspick": 433, "mount_setattr": 442, "statmount": 457}
        | {"listmount": 458, "sethostname": 170, "setdomainname": 171},
    ),
    "large attack surface, no use here": (
        errno.ENOSYS,
        {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "bpf": 321}
        | {"userfaultfd": 323, "perf_event_open": 298, "keyctl": 250, "add_key": 248}
        | {"request_key": 249, "vmsplice": 278, "modify_ldt": 154, "personality": 135}
        | {"uselib": 134, "lookup_dcookie": 212, "_sysctl": 156, "cachestat": 451},
    ),
    "memory that no limit counts": (
        errno.ENOSYS,
        {"memfd_create": 319, "memfd_secret": 447, "remap_file_pages": 216},
    ),
    "files around their paths, and news of other people's files": (
        errno.EPERM,
        {"name_to_handle_at": 303, "open_by_handle_at": 304, "inotify_init": 253}
        | {"inotify_init1": 294, "inotify_add_watch": 254, "fanotify_init": 300}
        | {"fanotify_mark": 301, "quotactl": 179, "quotactl_fd": 443, "acct": 163},
    ),
    # Landlock mediates none of these: without this, a student's code could change the mode of
    # any file of the user who grades. shutil.copy calls them and must not fail.
    "owners, modes and times of files": (
        0,
        {"chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "chown": 92, "fchown": 93}
        | {"lchown": 94, "fchownat": 260, "utime": 132, "utimes": 235, "futimesat": 261}
        | {"utimensat": 280},
    ),
    "extended attributes": (
        errno.EOPNOTSUPP,
        {"setxattr": 188, "lsetxattr": 189, "fsetxattr": 190}
        | {"getxattr": 191, "lgetxattr": 192, "fgetxattr": 193}
        | {"listxattr": 194, "llistxattr": 195, "flistxattr": 196}
        | {"removexattr": 197, "lremovexattr": 198, "fremovexattr": 199},
    ),
    "the machine": (
        errno.EPERM,
        {"reboot": 169, "kexec_load": 246, "kexec_file_load": 320, "init_module": 175}
        | {"finit_module": 313, "delete_module": 176, "swapon": 167, "swapoff": 168}
        | {"settimeofday": 164, "clock_settime": 227, "clock_adjtime": 305, "adjtimex": 159}
        | {"syslog": 103, "iopl": 172, "ioperm": 173, "vhangup": 153, "nfsservctl": 180},
    ),
}
TRUNCATE = {"truncate": 76}  # Landlock mediates it from its version 3 on

# Calls that take a process: allowed on this very process alone (and 0, where that means "me").
ON_ITSELF = {"kill": 62, "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129}
ON_ITSELF |= {"rt_tgsigqueueinfo": 297}
ON_ITSELF_OR_0 = {"prlimit64": 302, "sched_setaffinity": 203, "sched_setparam": 142}
ON_ITSELF_OR_0 |= {"sched_setscheduler": 144, "sched_setattr": 314}

CLONE, SOCKETPAIR, PRCTL, FCNTL, IOCTL = 56, 53, 157, 72, 16
_NEW = syscalls.CLONE_NEWNS | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWIPC
_NEW |= syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWPID | syscalls.CLONE_NEWNET
_NEW |= syscalls.CLONE_NEWCGROUP

# (system call, which argument, values of it that are forbidden)
FORBIDDEN_VALUES: list[tuple[int, int, list[int]]] = [
    # The order to die with the supervisor must stand; so must who looks after orphans.
    (PRCTL, 0, [syscalls.PR_SET_PDEATHSIG, syscalls.PR_SET_CHILD_SUBREAPER, syscalls.PR_SET_MM]),
    (PRCTL, 0, [syscalls.PR_SET_PTRACER, syscalls.PR_SCHED_CORE]),
    (FCNTL, 1, [8, 10, 15]),  # F_SETOWN, F_SETSIG, F_SETOWN_EX: signals to others by a detour
    (FCNTL, 1, [1024, 1026]),  # F_SETLEASE, F_NOTIFY: news of other people's files
    (IOCTL, 1, [0x8901, 0x8902]),  # FIOSETOWN, SIOCSPGRP: the same detour
    (IOCTL, 1, [0x5412, 0x541C]),  # TIOCSTI, TIOCLINUX: typing into a terminal
]

_ARCHITECTURE = 0xC000_003E  # AUDIT_ARCH_X86_64
_X32 = 0x4000_0000  # the other set of system calls of this architecture
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
_ALLOW, _KILL = 0x7FFF_0000, 0x8000_0000
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE = 1, 1, 0xF


def _deny(number: int) -> int:
    return 0x0005_0000 | number


@dataclass
class _Writer:
    """Collects instructions of classic BPF."""

    code: bytes = b""

    def put(self, what: int, value: int, yes: int = 0, no: int = 0) -> None:
        self.code += struct.pack("HBBI", what, yes, no, value & 0xFFFF_FFFF)

    def load_number(self) -> None:
        self.put(_LOAD, 0)

    def load_argument(self, index: int) -> None:
        """Load the lower half: the kernel takes these arguments as 32-bit integers too."""
        self.put(_LOAD, 16 + 8 * index)

    def deny(self, call: int, number: int) -> None:
        self.put(_EQUAL, call, 0, 1)
        self.put(_RETURN, _deny(number))

    def block(self, call: int, inner: _Writer) -> None:
        """Run `inner`, which must return, for one system call."""
        assert len(inner.code) // 8 < 256
        self.put(_EQUAL, call, 0, len(inner.code) // 8)
        self.code += inner.code


def _values(argument: int, allowed: list[int]) -> _Writer:
    inner = _Writer()
    inner.load_argument(argument)
    for value in allowed:
        inner.put(_EQUAL, value, 0, 1)
        inner.put(_RETURN, _ALLOW)
    inner.put(_RETURN, _deny(errno.EPERM))
    return inner


def _not_values(argument: int, forbidden: list[int]) -> _Writer:
    inner = _Writer()
    inner.load_argument(argument)
    for value in forbidden:
        inner.put(_EQUAL, value, 0, 1)
        inner.put(_RETURN, _deny(errno.EPERM))
    inner.put(_RETURN, _ALLOW)
    return inner


def _threads_only() -> _Writer:
    inner = _Writer()
    inner.load_argument(0)
    inner.put(_ANY_BIT, _NEW, 2, 0)
    inner.put(_ANY_BIT, syscalls.CLONE_THREAD, 0, 1)
    inner.put(_RETURN, _ALLOW)
    inner.put(_RETURN, _deny(errno.EPERM))
    return inner


def _stream_pairs_only() -> _Writer:
    # A datagram socket of a pair can still be sent to any path; a stream can't. asyncio wants one.
    inner = _Writer()
    inner.load_argument(0)
    inner.put(_EQUAL, _AF_UNIX, 1, 0)
    inner.put(_RETURN, _deny(errno.EPERM))
    inner.load_argument(1)
    inner.put(_AND, _SOCK_TYPE)
    inner.put(_EQUAL, _SOCK_STREAM, 0, 1)
    inner.put(_RETURN, _ALLOW)
    inner.put(_RETURN, _deny(errno.EPERM))
    return inner


def program(process: int, landlock: int) -> bytes:
    """Translate the table.

    Parameters
    ----------
    process
        The id of the process that will be filtered, as it sees itself.
    landlock
        The version of Landlock in this kernel.

    Returns
    -------
    bytes
        Instructions for `syscalls.seccomp`.
    """
    out = _Writer()
    out.put(_LOAD, 4)
    out.put(_EQUAL, _ARCHITECTURE, 1, 0)
    out.put(_RETURN, _KILL)
    out.load_number()
    out.put(_AT_LEAST, _X32, 0, 1)
    out.put(_RETURN, _KILL)
    out.put(_AT_LEAST, LAST_KNOWN + 1, 0, 1)
    out.put(_RETURN, _deny(errno.ENOSYS))
    for number, calls in FORBIDDEN.values():
        for call in calls.values():
            out.deny(call, number)
    if landlock < 3:
        out.deny(TRUNCATE["truncate"], errno.EPERM)
    for call in ON_ITSELF.values():
        out.block(call, _values(0, [process]))
    for call in ON_ITSELF_OR_0.values():
        out.block(call, _values(0, [process, 0]))
    out.block(CLONE, _threads_only())
    out.block(SOCKETPAIR, _stream_pairs_only())
    for call in (PRCTL, FCNTL, IOCTL):
        listed = [(argument, values) for at, argument, values in FORBIDDEN_VALUES if at == call]
        out.block(call, _not_values(listed[0][0], [v for _, values in listed for v in values]))
    out.put(_RETURN, _ALLOW)
    return out.code


def restrict(landlock: int) -> None:
    """Put this process under the table; it needs "no new privileges"."""
    import os

    syscalls.seccomp(program(os.getpid(), landlock))
