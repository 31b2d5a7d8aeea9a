"""Landlock: which files a process may read and write, whatever its user may.

See ``Documentation/userspace-api/landlock.rst`` of the kernel. What Landlock doesn't mediate —
changing modes and times of files, sockets by path, and in older kernels truncating, the network
and signals — is denied by `autograder.sandbox.jail.seccomp`.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable

from . import syscalls

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR = 1 << 4, 1 << 5, 1 << 6, 1 << 7
MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK = 1 << 8, 1 << 9, 1 << 10, 1 << 11
MAKE_SYM, REFER, TRUNCATE, IOCTL_DEV = 1 << 12, 1 << 13, 1 << 14, 1 << 15
NET_BIND_TCP, NET_CONNECT_TCP = 1 << 0, 1 << 1
SCOPE_ABSTRACT_UNIX_SOCKET, SCOPE_SIGNAL = 1 << 0, 1 << 1

READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SYM
WRITE |= REFER | TRUNCATE
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

Opened = list[tuple[int, int]]


def handled(version: int) -> int:
    """Give the rights on files that a version of Landlock knows."""
    known = (1 << 13) - 1
    for right, since in ((REFER, 2), (TRUNCATE, 3), (IOCTL_DEV, 5)):
        known |= right if version >= since else 0
    return known


def opened(paths: Iterable[str], access: int) -> Opened:
    """Open what may be used; give pairs of a descriptor and the rights there.

    Raises
    ------
    OSError
        Something is not there.
    """
    pairs = []
    for path in paths:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        pairs.append((descriptor, access if is_folder else access & _OF_FILES))
    return pairs


def restrict(rules: Opened) -> None:
    """Let this process use nothing but what `rules` open; it needs "no new privileges".

    Raises
    ------
    OSError
        The kernel has no Landlock.
    """
    version = syscalls.landlock_version()
    rights = handled(version)
    network = NET_BIND_TCP | NET_CONNECT_TCP if version >= 4 else 0
    scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = syscalls.landlock_ruleset(struct.pack("QQQ", rights, network, scoped)[:size])
    for descriptor, access in rules:
        syscalls.landlock_allow(ruleset, access & rights, descriptor)
    syscalls.landlock_restrict(ruleset)
    os.close(ruleset)
