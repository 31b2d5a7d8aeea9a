"""What the doctor tries inside a jail: a table of snippets, each a cell of a student's notebook.

A snippet that must be denied has to raise one of `DENIALS`, so that a slip in the snippet itself
doesn't pass for a denial, or has to end its process, where `may_end` allows that. A snippet that
must work has to raise nothing. The names in ``bait`` are made by `autograder.sandbox.bait`.
"""

from __future__ import annotations

from dataclasses import dataclass

DENIALS = {"OSError", "MemoryError", "ImportError", "AssertionError"}

PRELUDE = """
import ctypes, ctypes.util, fcntl, mmap, os, resource, signal, socket, subprocess, sys
import tempfile, threading, time
import numpy as np
_libc = ctypes.CDLL(None, use_errno=True)
def syscall(number, *arguments):
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    if _libc.syscall(ctypes.c_long(number), *passed) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
"""


@dataclass(frozen=True)
class Probe:
    """One thing to try.

    Attributes
    ----------
    name : str
    must : str
        ``deny`` or ``work``.
    source : str
        The cell.
    may_end : bool
        Whether the jail may answer by ending the process; it then gets a jail of its own.
    level, library : str
        The only level, and the only library, for which it is meant; empty: all.
    """

    name: str
    must: str
    source: str
    may_end: bool = False
    level: str = ""
    library: str = ""


def _denied(**sources: str) -> list[Probe]:
    return [Probe(name.replace("_", " "), "deny", source) for name, source in sources.items()]


def _works(library: str = "", level: str = "", **sources: str) -> list[Probe]:
    named = [(name.replace("_", " "), source) for name, source in sources.items()]
    return [Probe(name, "work", source, False, level, library) for name, source in named]


def _bombs(**sources: str) -> list[Probe]:
    return [Probe(n.replace("_", " "), "deny", text, may_end=True) for n, text in sources.items()]


READ = _denied(
    read_the_references="open(bait['reference']).read()",
    read_the_hidden_laws="open(bait['hidden']).read()",
    read_the_key="open(bait['key']).read()",
    read_the_gradebook="open(bait['gradebook']).read()",
    read_another_submission="open(bait['submission']).read()",
    read_it_along_a_link="os.symlink(bait['key'], 'k'); open('k').read()",
    read_it_through_proc="open('/proc/self/root' + bait['key']).read()",
    list_the_course="os.listdir(bait['folder'])",
    list_the_checkout="assert 'autograder' in os.listdir(bait['checkout'])",
    list_the_home="assert sorted(os.listdir(bait['home'])) == bait['in_home']",
    read_a_private_file="open(bait['private']).read()",
    read_it_from_its_folder="""
here = os.getcwd()
try:
    os.chdir(bait['folder'])
    open('private').read()
finally:
    os.chdir(here)
""",
    read_it_through_a_descriptor="""
held = os.open(bait['private'], os.O_PATH); open(f'/proc/self/fd/{held}').read()
""",
    read_an_attribute="os.listxattr(bait['key'])",
    read_the_passwords="open('/etc/shadow').read()",
    read_the_accounts="open('/etc/passwd').read()",
    read_the_environment_of_another="open(f'/proc/{bait[\"other\"]}/environ').read()",
    read_the_memory_of_another="open(f'/proc/{bait[\"other\"]}/mem', 'rb').read(1)",
    read_the_environment_of_the_grader="open(f'/proc/{bait[\"grader\"]}/environ').read()",
    import_the_references="import solutions.ch03_dropout_forward",
    import_the_autograder="import autograder",
    import_the_hidden_laws="import autograder.hidden",
    import_the_jail="import _jail.warm",
)
READ += [Probe("use torch", "deny", "import torch; torch.ones(2)", library="numpy")]
# With namespaces, the first process is the notebook's own.
_first = "open('/proc/1/environ').read()"
READ += [Probe("read the environment of the first", "deny", _first, level="landlock")]

WRITE = _denied(
    write_a_library="open(np.__file__, 'a')",
    add_a_library="p = os.path.dirname(np.__file__) + '/d.py'; open(p, 'x'); os.unlink(p)",
    write_the_gradebook="open(bait['gradebook'], 'a')",
    truncate_the_gradebook="os.truncate(bait['gradebook'], 0)",
    remove_the_gradebook="os.unlink(bait['gradebook'])",
    move_the_gradebook="os.rename(bait['gradebook'], bait['gradebook'] + '.old')",
    link_the_key="os.link(bait['key'], 'key')",
    link_a_descriptor="""
held = os.open(bait['key'], os.O_PATH)
syscall(265, held, b'', -100, b'linked', 0x1000)
""",
    write_outside="open(bait['folder'] + '/new', 'w')",
    make_a_folder_outside="os.mkdir(bait['folder'] + '/folder')",
    write_shared_memory="open('/dev/shm/doctor', 'x'); os.unlink('/dev/shm/doctor')",
    write_usr="open('/usr/lib/doctor', 'x'); os.unlink('/usr/lib/doctor')",
    change_a_mode="os.chmod(bait['key'], 0o644); assert os.stat(bait['key']).st_mode == 0o100644",
    change_a_time="os.utime(bait['key'], (1, 1)); assert os.stat(bait['key']).st_mtime == 1",
    change_an_attribute="os.setxattr(bait['key'], 'user.x', b'1')",
    make_a_pipe_file="os.mkfifo('pipe')",
    make_a_device="os.mknod('device', 0o020666, os.makedev(1, 3))",
)

NETWORK = _denied(
    tcp="socket.create_connection(('127.0.0.1', bait['tcp']), 2)",
    udp="socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', bait['udp']))",
    listen_on_tcp="socket.create_server(('127.0.0.1', 0))",
    unix_socket_by_path="socket.socket(socket.AF_UNIX).connect(bait['socket'])",
    abstract_unix_socket="socket.socket(socket.AF_UNIX).connect(bait['abstract'])",
    datagram_from_a_pair="socket.socketpair(type=2)[0].sendto(b'x', bait['datagram'])",
    netlink="socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    look_up_a_name="socket.getaddrinfo('example.org', 80)",
    message_queue="syscall(68, 0, 0o1600)",
    shared_memory="syscall(29, 0, 4096, 0o1600)",
)

OTHERS = _denied(
    signal_the_parent="os.kill(os.getppid() or 1 << 20, 0)",
    signal_the_grader="os.kill(bait['grader'], 0)",
    signal_everyone="os.kill(-1, 0)",
    signal_by_thread="syscall(200, bait['other'], 0)",
    hold_another_process="os.pidfd_open(bait['other'])",
    limit_another_process="resource.prlimit(bait['other'], resource.RLIMIT_NOFILE, (99, 99))",
    renice_another_process="os.setpriority(os.PRIO_PROCESS, bait['other'], 19)",
    renice_the_user="w = os.PRIO_USER; os.setpriority(w, 0, os.getpriority(w, 0))",
    trace_another_process="syscall(101, 0x4206, bait['other'], 0, 0)",
    read_memory_by_syscall="syscall(310, bait['other'], None, 0, None, 0, 0)",
    signals_by_a_descriptor="fcntl.fcntl(0, 8, bait['other'])",
    outlive_the_supervisor="syscall(157, 1, 0, 0, 0, 0)",
    adopt_orphans="syscall(157, 36, 1, 0, 0, 0)",
)

PRIVILEGES = _denied(
    # Before the namespaces, in which a capability would count for less.
    file_handles="""
handle = ctypes.create_string_buffer(b'\\x80', 200)
syscall(303, -100, b'.', handle, ctypes.create_string_buffer(8), 0)
""",
    # O_PATH: this opens no file, so Landlock is not asked.
    open_by_a_handle="""
handle = bytes.fromhex(bait['handle'])
syscall(304, os.open('.', os.O_RDONLY), handle, 0o10000000)
""",
    become_root="os.setuid(0)",
    new_user_namespace="syscall(272, 0x10000000)",
    new_mount_namespace="syscall(272, 0x20000)",
    clone3="syscall(435, None, 0)",
    mount="syscall(165, b'none', os.getcwd().encode(), b'tmpfs', 0, None)",
    new_mount_api="syscall(430, b'tmpfs', 0)",
    chroot="os.chroot('.')",
    io_uring="syscall(425, 1, ctypes.create_string_buffer(120))",
    bpf="syscall(321, 0, ctypes.create_string_buffer(72), 72)",
    userfaultfd="syscall(323, 1)",
    kernel_keys="syscall(250, 0, -3, 1)",
    performance_counters="syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)",
    file_in_memory="os.memfd_create('x')",
)

# Bounded, for the case that a limit does not hold.
BOMBS = _bombs(
    fork="""
for _ in range(200):
    if os.fork() == 0:
        time.sleep(60); os._exit(0)
""",
    detached_process="""
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
""",
    run_a_program="subprocess.Popen(['/lib64/ld-linux-x86-64.so.2', '--version']).wait()",
    become_a_program="os.execv('/lib64/ld-linux-x86-64.so.2', ['ld', '--version'])",
    many_threads="""
stop = threading.Event()
try:
    for _ in range(200):
        threading.Thread(target=stop.wait, args=(60,), daemon=True).start()
    time.sleep(1)
except RuntimeError as error:
    stop.set()
    raise MemoryError(str(error))
""",
    much_memory="room = np.empty(5 << 30, np.uint8)",
    much_shared_memory="room = mmap.mmap(-1, 5 << 30)",
    huge_file="open('huge', 'wb').truncate(1 << 30)",
    many_bytes_in_files="""
for number in range(10):
    with open(str(number), 'wb') as file:
        os.posix_fallocate(file.fileno(), 0, 60 << 20)
time.sleep(5)
""",
    many_files="""
for number in range(20_000):
    open(str(number), 'w').close()
time.sleep(5)
""",
    many_descriptors="files = [os.open('/dev/null', os.O_RDONLY) for _ in range(1000)]",
    endless_loop="while True: pass",
)

STATE = _works(
    an_ordinary_user="assert os.getuid() and os.geteuid() and os.getgid()",
    no_capabilities="""
lines = dict(line.split(':') for line in open('/proc/self/status'))
held = {name: int(lines['Cap' + name], 16) for name in ('Eff', 'Prm', 'Inh', 'Amb', 'Bnd')}
assert held['Inh'] == held['Amb'] == 0, held
assert held['Eff'] == held['Prm'] and held['Prm'] in (0, bait['may_keep']), held
assert not held['Prm'] or not held['Bnd'], held
""",
    no_new_privileges="""
lines = dict(line.split(':') for line in open('/proc/self/status'))
assert lines['NoNewPrivs'].strip() == '1' and lines['Seccomp'].strip() == '2'
""",
    no_environment="assert 'CANARY' not in os.environ and len(os.environ) < 20",
    no_descriptors_left_open="""
left = []
for number in range(4, 4096):
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
        left.append(number)
    except OSError:
        pass
assert not left, left
""",
    standard_streams_lead_nowhere="""
assert all(os.fstat(number).st_rdev == os.makedev(1, 3) for number in (0, 1, 2))
""",
    limits_are_set="""
assert resource.getrlimit(resource.RLIMIT_CORE)[1] == 0
for what in (resource.RLIMIT_CPU, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
    assert 0 < resource.getrlimit(what)[1] < 1 << 40
""",
)
for _kind in ("mnt", "pid", "net", "ipc", "uts", "user"):
    _own = f"assert os.readlink('/proc/self/ns/{_kind}') != bait['namespaces']['{_kind}']"
    if _kind == "user":  # as root, a user id of its own takes its place
        _own = f"assert bait['as_root'] or {_own.removeprefix('assert ')}"
    STATE += _works(level="namespaces", **{f"own_{_kind}_namespace": _own})
_view = "assert sorted(os.listdir('/')) == sorted({*bait['top'], 'dev', 'proc', 'scratch', 'tmp'})"
STATE += _works(level="namespaces", nothing_but_libraries_in_view=_view)

WORK = _works(
    numpy="np.linalg.svd(np.random.default_rng(0).normal(size=(50, 50)))",
    matplotlib="import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.savefig('figure')",
    files="""
np.save('a.npy', np.ones(3)); np.load('a.npy')
import shutil; shutil.copy('a.npy', 'b.npy'); os.rename('b.npy', 'c.npy'); os.unlink('c.npy')
""",
    temporary_files="with tempfile.TemporaryDirectory() as f: open(f + '/x', 'w').write('x')",
    threads="""
threads = [threading.Thread(target=np.ones, args=(5,)) for _ in range(4)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
""",
    standard_library="import csv, decimal, json, lzma, sqlite3, statistics, unittest, zoneinfo",
    asyncio="import asyncio; asyncio.run(asyncio.sleep(0))",
    lab="from dropout_course import check, lab",
    memory="room = np.ones(100 << 20, np.uint8)",
    a_shell_command_is_passed_over="!echo x",
)
WORK += _works(
    library="torch",
    torch="""
import torch
layer = torch.nn.Linear(20, 1); adam = torch.optim.Adam(layer.parameters())
for _ in range(3):
    adam.zero_grad(); layer(torch.ones(8, 20)).square().mean().backward(); adam.step()
data = torch.utils.data.TensorDataset(torch.ones(4, 2))
assert len(list(torch.utils.data.DataLoader(data, batch_size=2))) == 2
""",
)

GENTLE = STATE + WORK + READ + WRITE + NETWORK + OTHERS + PRIVILEGES
ALL = GENTLE + BOMBS
