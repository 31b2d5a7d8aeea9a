"""The two levels of jail, put together from namespaces, Landlock, seccomp and limits.

A jail is made in three places. `prepare` runs once in the warm process. `outside` runs in the
supervisor of one notebook, before it forks the process for it. `inside` runs in that process,
and once it returns, a student's code may run. A step that fails raises, and nothing is run.

The parameter `without` leaves out rules by name. It is there so that tests can show that the
doctor notices; nothing else sets it.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Protocol

from . import landlock, limits, namespaces, scratch, seccomp, syscalls, users
from .processes import Table

OTHERS = 1024  # tasks left to the user who grades, where the kernel counts them with ours
DEVICES = ["/dev/zero", "/dev/random", "/dev/urandom"]
FACTS = ["/proc/cpuinfo", "/proc/meminfo", "/proc/stat"]
FACTS += [f"/sys/devices/system/cpu/{name}" for name in ("online", "possible", "present")]
OF_ITSELF = ["/proc/self/maps", "/proc/self/stat", "/proc/self/statm", "/proc/self/status"]


@dataclass(frozen=True)
class Config:
    """How to jail; it crosses to the warm process as JSON.

    Attributes
    ----------
    level : str
        ``namespaces`` or ``landlock``.
    library : str
        ``numpy`` or ``torch``.
    home : str
        A folder of the warm process.
    readable : list of str
        Absolute paths that a notebook's process may read.
    limits : Limits
        What it may use.
    without : frozenset of str
        Rules to leave out.
    modules : list of str
        The modules of the course that a notebook may import; loaded before it starts.
    """

    level: str
    library: str
    home: str
    readable: list[str]
    limits: limits.Limits = field(default_factory=limits.Limits)
    without: frozenset[str] = frozenset()
    modules: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Keeper:
    """The supervisor of a jail, and the user whom its child becomes.

    Attributes
    ----------
    descriptor : int
        A pidfd of the supervisor.
    user : int
        As root, a user id of the jail's own; else the user's.
    """

    descriptor: int = -1
    user: int = -1

    @classmethod
    def this(cls) -> Keeper:
        """Describe this process."""
        user = os.getuid() or users.free_user(os.getpid())
        return cls(os.pidfd_open(os.getpid()), user)

    def closed(self) -> Keeper:
        """Close the descriptor; give what stands for none."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        return Keeper()


class Jail(Protocol):
    """One level."""

    def prepare(self) -> None:
        """Make in the warm process what all jails share."""

    def outside(self) -> None:
        """Prepare, in the supervisor, the jail that its child will enter."""

    def inside(self) -> str:
        """Enter it; give the folder that is this process's own."""

    def used(self) -> int:
        """Give the bytes of files, where the kernel puts no bound on them."""

    def remove(self) -> None:
        """Remove what is left once everything inside has ended; in the supervisor."""

    def back(self) -> bool:
        """Return to where `outside` began, in the supervisor; False if there is no way back."""


class Namespaces:
    """Files, processes, network and names of its own; inside it Landlock and seccomp as well."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._root = os.path.join(config.home, "view")
        self._as_root = os.getuid() == 0
        self._keeper = Keeper()
        self._before: namespaces.Before = []

    def prepare(self) -> None:
        """Make the view."""
        os.mkdir(self._root)
        if not self._as_root:
            namespaces.enter_user_namespace()
        syscalls.unshare(syscalls.CLONE_NEWNS)
        namespaces.make_view(self._root, self._config.readable)
        if self._as_root:
            self._before = namespaces.opened()

    def outside(self) -> None:
        """Leave the namespaces of the warm process."""
        # A user namespace for each jail: the kernel counts processes by user and namespace.
        if not self._as_root:
            namespaces.enter_user_namespace()
        namespaces.separate(n for n in namespaces.OF_A_JAIL if n not in self._config.without)
        self._keeper = Keeper.this()

    def inside(self) -> str:
        """Enter the view, become nobody, and lock the door."""
        config = self._config
        _sacrifice()
        if "pivot" not in config.without:
            namespaces.enter_view(self._root, config.limits.scratch)
        _become_nobody(config, self._keeper)
        limits.apply(config.limits, config.limits.tasks, config.without)
        rules = landlock.opened(["/"], landlock.READ)
        folder = "/tmp" if "pivot" in config.without else namespaces.SCRATCH
        rules += landlock.opened([folder], landlock.WRITE)
        rules += landlock.opened(["/dev/null"], landlock.READ | landlock.WRITE_FILE)
        _lock(config, rules)
        return folder

    def used(self) -> int:
        """Give nothing: the folder has a size."""
        return 0

    def remove(self) -> None:
        """Do nothing: the mounts end with the last process in them."""

    def back(self) -> bool:
        """Go back into the namespaces of the warm process: that of its user can't be entered."""
        self._keeper = self._keeper.closed()
        try:
            namespaces.join(self._before)
        except OSError:  # a container's root may leave those of the machine, and not enter them
            return False
        return self._as_root


class Landlock:
    """Landlock and seccomp, without namespaces; one folder to write to.

    As root, the process becomes a user of its own. Where that user can't read the libraries,
    below ``/root`` for example, it keeps the capability to read files and enter folders whatever
    their modes, and no other. Landlock is asked about every file all the same, so what it can
    open are the paths of the list; what the capability opens without a path, seccomp denies.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._as_root = os.getuid() == 0
        self._rules: landlock.Opened = []
        self._tasks = 0
        self._kept = 0
        self._folder = ""
        self._keeper = Keeper()

    def prepare(self) -> None:
        """Open what may be read, once for all."""
        if not syscalls.landlock_version():
            raise OSError("this kernel has no Landlock (Linux 5.13 or later, lsm=landlock)")
        self._rules = landlock.opened(self._config.readable, landlock.READ)
        self._rules += landlock.opened([*DEVICES, *FACTS], landlock.READ)
        self._rules += landlock.opened(["/dev/null"], landlock.READ | landlock.WRITE_FILE)
        self._tasks = self._config.limits.tasks
        if not self._as_root:
            self._tasks += Table().tasks_of_user() + OTHERS
        elif not users.all_may_read(self._config.readable):
            self._kept = syscalls.CAP_DAC_READ_SEARCH & syscalls.capabilities()

    def outside(self) -> None:
        """Make the folder."""
        self._folder = tempfile.mkdtemp(prefix="notebook-", dir=self._config.home)
        self._keeper = Keeper.this()
        if self._as_root and "user" not in self._config.without:
            os.chown(self._folder, self._keeper.user, self._keeper.user)

    def inside(self) -> str:
        """Become nobody, and lock the door."""
        config = self._config
        _sacrifice()
        _become_nobody(config, self._keeper, self._kept)
        _assert_readable()
        limits.apply(config.limits, self._tasks, config.without)
        rules = self._rules + landlock.opened(OF_ITSELF, landlock.READ)
        rules += landlock.opened([self._folder], landlock.WRITE)
        _lock(config, rules)
        return self._folder

    def used(self) -> int:
        """Add up the files of the folder."""
        return scratch.used(self._folder)

    def remove(self) -> None:
        """Remove the folder."""
        scratch.remove_tree(self._folder)

    def back(self) -> bool:
        """Do nothing: the supervisor never left."""
        self._keeper = self._keeper.closed()
        return True


LEVELS: dict[str, type[Namespaces] | type[Landlock]] = {
    "namespaces": Namespaces,
    "landlock": Landlock,
}


def _sacrifice() -> None:
    """Make the kernel choose this process first when memory runs out."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _become_nobody(config: Config, keeper: Keeper, kept: int = 0) -> None:
    """Give up all privileges, but for a set of capabilities, and die with the supervisor."""
    if "user" not in config.without:
        if kept:
            syscalls.bound_capabilities()
            syscalls.prctl(syscalls.PR_SET_KEEPCAPS, 1)
        if keeper.user != os.getuid():
            users.change_user(keeper.user)
        syscalls.keep_capabilities(kept)
        if syscalls.capabilities() != kept:
            raise OSError("the capabilities of this process could not be dropped")
    # After the change of user, which clears it; then make sure that it didn't come too late.
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    poll = select.poll()  # select() knows no descriptor above 1023
    poll.register(keeper.descriptor, select.POLLIN)
    if poll.poll(0):
        raise OSError("the supervisor has ended")
    os.umask(0o077)


def _lock(config: Config, rules: landlock.Opened) -> None:
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    version = syscalls.landlock_version()
    if "landlock" not in config.without:
        landlock.restrict(rules)
    for descriptor, _ in rules:
        os.close(descriptor)
    if "descriptors" not in config.without:
        limits.lower(resource.RLIMIT_NOFILE, config.limits.descriptors)
    if "seccomp" not in config.without:
        seccomp.restrict(version)


def _assert_readable() -> None:
    """Make sure that the user whom this process became can read its libraries."""
    for name in ("os", "numpy", "IPython", "dropout_course"):
        path = sys.modules[name].__file__ or ""
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except OSError:
            raise OSError(
                f"user {os.getuid()} can't read {path}: as root, the level landlock needs an "
                "environment that every user can read (in /opt, say), or the capability "
                "CAP_DAC_READ_SEARCH; or grade as an ordinary user"
            ) from None
