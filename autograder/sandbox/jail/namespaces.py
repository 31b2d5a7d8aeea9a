"""Namespaces: a process with files, processes, network and names of its own.

See ``namespaces(7)`` and ``pivot_root(2)``. The warm process makes a *view* once: a read-only
root of bind mounts that shows libraries and nothing else. Each jail then copies the table of
mounts, adds a folder to write to and a `/proc` of its own, and makes the view its root.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable

from . import syscalls

SCRATCH = "/scratch"
DEVICES = ("null", "zero", "random", "urandom")
OF_A_JAIL = {
    "mnt": syscalls.CLONE_NEWNS,
    "pid": syscalls.CLONE_NEWPID,
    "net": syscalls.CLONE_NEWNET,
    "ipc": syscalls.CLONE_NEWIPC,
    "uts": syscalls.CLONE_NEWUTS,
}

Before = list[tuple[int, int]]  # descriptors of namespaces, and of what kind each is


def opened() -> Before:
    """Open the namespaces of this process that `separate` leaves."""
    return [
        (os.open(f"/proc/self/ns/{name}", os.O_RDONLY | os.O_CLOEXEC), kind)
        for name, kind in OF_A_JAIL.items()
    ]


def join(before: Before) -> None:
    """Enter what `opened` gave."""
    for namespace, kind in before:
        syscalls.join(namespace, kind)


def enter_user_namespace() -> None:
    """Become the owner of a new user namespace, under the same user and group id."""
    user, group = os.getuid(), os.getgid()
    syscalls.unshare(syscalls.CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def make_view(root: str, paths: Iterable[str]) -> None:
    """Mount a read-only root at the folder `root` that shows `paths`; in a mount namespace.

    Parameters
    ----------
    root
        An empty folder.
    paths
        Files and folders, absolute; a link is copied as a link, and what it leads to must be
        among the paths as well.
    """
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    plain = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("view", root, "tmpfs", plain, "size=1m,nr_inodes=20k,mode=755")
    for folder in (SCRATCH, "/proc", "/dev"):
        os.mkdir(root + folder)
    for device in DEVICES:
        _touch(f"{root}/dev/{device}")
    for path in paths:
        _show(path, root + path)
    if not os.path.lexists(f"{root}/tmp"):  # unless libraries live there
        os.symlink(SCRATCH, f"{root}/tmp")
    read_only = syscalls.MOUNT_ATTR_RDONLY | syscalls.MOUNT_ATTR_NOSUID | syscalls.MOUNT_ATTR_NODEV
    syscalls.restrict_mounts(root, read_only)
    for device in DEVICES:
        syscalls.mount(f"/dev/{device}", f"{root}/dev/{device}", None, syscalls.MS_BIND)


def _show(path: str, at: str) -> None:
    os.makedirs(os.path.dirname(at), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), at)
        return
    if os.path.isdir(path):
        os.makedirs(at, exist_ok=True)
    else:
        _touch(at)
    syscalls.mount(path, at, None, syscalls.MS_BIND | syscalls.MS_REC)


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def separate(names: Iterable[str]) -> None:
    """Leave the namespaces of this process; for ``pid``, those of its children to come."""
    names = list(names)
    flags = 0
    for name in names:
        flags |= OF_A_JAIL[name]
    syscalls.unshare(flags)
    if "uts" in names:
        socket.sethostname("notebook")


def enter_view(root: str, scratch: int) -> None:
    """Make the view the root of this process, with a new `SCRATCH` and `/proc`.

    Parameters
    ----------
    scratch
        Bytes that `SCRATCH` may hold.
    """
    # What comes from the namespace of another user can't become a root; a copy of it can.
    syscalls.mount(root, root, None, syscalls.MS_BIND | syscalls.MS_REC)
    sealed = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
    size = f"size={scratch},nr_inodes=10k,mode=1777"
    syscalls.mount("scratch", root + SCRATCH, "tmpfs", sealed, size)
    syscalls.mount("proc", f"{root}/proc", "proc", sealed)
    syscalls.pivot(root)
