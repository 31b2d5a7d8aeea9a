"""The Linux system calls that Python has no function for; each raises `OSError` when it fails."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x1000_0000, 0x2000_0000, 0x4000_0000
CLONE_NEWCGROUP, CLONE_NEWTIME, CLONE_THREAD = 0x0200_0000, 0x0000_0080, 0x0001_0000

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 1 << 12, 1 << 14, 1 << 18
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

PR_SET_PDEATHSIG, PR_SET_MM, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 35, 36, 38
PR_SET_SECCOMP, PR_SCHED_CORE, PR_SET_PTRACER = 22, 62, 0x5961_6D61
PR_SET_KEEPCAPS, PR_CAPBSET_DROP = 8, 24
SECCOMP_MODE_FILTER = 2
CAP_DAC_READ_SEARCH = 1 << 2  # read files and enter folders whatever their modes

# Only x86-64 is supported: `autograder.sandbox.jail.seccomp` knows no other table.
_PIVOT_ROOT, _CAPGET, _CAPSET, _CLOSE_RANGE, _MOUNT_SETATTR = 155, 125, 126, 436, 442
_NAME_TO_HANDLE_AT, _HANDLE_BYTES = 303, 128
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_CAPABILITY_VERSION_3 = 0x2008_0522

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def supported() -> bool:
    """Whether this is a machine whose system calls we know: Linux on x86-64."""
    return platform.system() == "Linux" and platform.machine() == "x86_64"


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _call(what: str, number: int, *arguments: int | bytes | None) -> int:
    # Integers are passed as 64 bits: a variadic C function takes what it finds in the register.
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *passed), what)


def prctl(option: int, value: int = 0) -> None:
    """Set one attribute of this process."""
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl({option})")


def unshare(flags: int) -> None:
    """Move this process (for a PID namespace: its children) into new namespaces."""
    _checked(_libc.unshare(flags), f"unshare({flags:#x})")


def join(namespace: int, kind: int) -> None:
    """Move this process (for a PID namespace: its children) into a namespace that is there."""
    _checked(_libc.setns(namespace, kind), f"setns({kind:#x})")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount `source` on `target`, or change what is mounted there."""
    raw = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    result = _libc.mount(*raw, ctypes.c_ulong(flags), data.encode() if data else None)
    _checked(result, f"mount on {target}")


def unmount(target: str) -> None:
    """Take off what is mounted on `target`, if anything is."""
    _libc.umount2(os.fsencode(target), MNT_DETACH)


def restrict_mounts(target: str, attributes: int) -> None:
    """Set attributes (``MOUNT_ATTR_*``) on a mount and on all below it; Linux 5.12."""
    wanted = struct.pack("QQQQ", attributes, 0, 0, 0)
    _call(
        f"mount_setattr on {target}",
        _MOUNT_SETATTR,
        _AT_FDCWD,
        os.fsencode(target),
        _AT_RECURSIVE,
        wanted,
        len(wanted),
    )


def pivot(root: str) -> None:
    """Make the mount `root` the root directory, and let go of the old one."""
    os.chdir(root)
    _call("pivot_root", _PIVOT_ROOT, b".", b".")
    _checked(_libc.umount2(b".", MNT_DETACH), "umount of the old root")
    os.chdir("/")


def keep_capabilities(kept: int = 0) -> None:
    """Give up the capabilities of this process, but for a set of the first 32."""
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _call("capset", _CAPSET, header, struct.pack("6I", kept, kept, 0, 0, 0, 0))


def bound_capabilities() -> None:
    """Let no program that this process may start have any capability."""
    for number in range(64):
        try:
            prctl(PR_CAPBSET_DROP, number)
        except OSError as error:
            if error.errno != errno.EINVAL or not number:
                raise
            return  # this kernel has no more of them


def capabilities() -> int:
    """Give the set of this process's permitted and effective capabilities."""
    data = ctypes.create_string_buffer(24)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _checked(_libc.syscall(ctypes.c_long(_CAPGET), header, data), "capget")
    effective, permitted, _, effective_high, permitted_high, _ = struct.unpack("6I", data.raw)
    return effective | permitted | (effective_high | permitted_high) << 32


def file_handle(path: str) -> bytes:
    """Give the handle by which a file can be opened without its path."""
    handle = ctypes.create_string_buffer(struct.pack("Ii", _HANDLE_BYTES, 0), 8 + _HANDLE_BYTES)
    mount = ctypes.create_string_buffer(4)
    where = ctypes.c_long(_AT_FDCWD), os.fsencode(path), handle, mount, ctypes.c_long(0)
    _checked(_libc.syscall(ctypes.c_long(_NAME_TO_HANDLE_AT), *where), f"handle of {path}")
    return handle.raw


def close_range(first: int) -> None:
    """Close every descriptor from `first` on."""
    _call("close_range", _CLOSE_RANGE, first, 0xFFFF_FFFF, 0)


def landlock_version() -> int:
    """Give the version of Landlock in this kernel; 0 if there is none."""
    try:
        return _call("landlock", _LANDLOCK_CREATE, None, 0, 1)
    except OSError:
        return 0


def landlock_ruleset(attributes: bytes) -> int:
    """Make a ruleset; give its descriptor."""
    return _call("landlock_create_ruleset", _LANDLOCK_CREATE, attributes, len(attributes), 0)


def landlock_allow(ruleset: int, access: int, descriptor: int) -> None:
    """Allow `access` beneath the file or folder that `descriptor` is open on."""
    rule = struct.pack("=Qi", access, descriptor)
    _call("landlock_add_rule", _LANDLOCK_ADD, ruleset, 1, rule, 0)


def landlock_restrict(ruleset: int) -> None:
    """Put this process under a ruleset, for good."""
    _call("landlock_restrict_self", _LANDLOCK_RESTRICT, ruleset, 0)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def seccomp(program: bytes) -> None:
    """Put this process under a filter of system calls (classic BPF), for good."""
    room = ctypes.create_string_buffer(program, len(program))
    packed = _Program(len(program) // 8, ctypes.addressof(room))
    zero = ctypes.c_ulong(0)
    mode = ctypes.c_ulong(SECCOMP_MODE_FILTER)
    result = _libc.prctl(PR_SET_SECCOMP, mode, ctypes.byref(packed), zero, zero)
    _checked(result, "seccomp")
