"""The table of system calls, run through a small interpreter of BPF: no kernel is asked."""

import errno
import struct

import pytest

from autograder.sandbox.jail import seccomp, syscalls

ALLOW, KILL = 0x7FFF0000, 0x80000000
ME = 77


def decide(call, *arguments, architecture=0xC000003E, landlock=7):
    program = seccomp.program(ME, landlock)
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<iIQ6Q", call, architecture, 0, *(a % 2**64 for a in padded))
    at, value = 0, 0
    while True:
        what, yes, no, constant = struct.unpack_from("HBBI", program, 8 * at)
        at += 1
        if what == 0x06:
            return constant
        if what == 0x20:
            (value,) = struct.unpack_from("<I", data, constant)
        elif what == 0x54:
            value &= constant
        else:
            test = {0x15: value == constant, 0x35: value >= constant, 0x45: bool(value & constant)}
            at += yes if test[what] else no


def denied(*call, number=errno.EPERM, **options):
    return decide(*call, **options) == 0x50000 | number


def test_what_python_needs_is_allowed():
    read, openat, mmap, futex, getrandom, exit_group = 0, 257, 9, 202, 318, 231
    for call in (read, openat, mmap, futex, getrandom, exit_group):
        assert decide(call) == ALLOW


def test_everything_in_the_table_is_denied():
    for number, calls in seccomp.FORBIDDEN.values():
        for call in calls.values():
            assert denied(call, number=number)


def test_no_call_is_named_twice():
    named = [c for _, calls in seccomp.FORBIDDEN.values() for c in calls.values()]
    named += [*seccomp.ON_ITSELF.values(), *seccomp.ON_ITSELF_OR_0.values()]
    named += [seccomp.CLONE, seccomp.SOCKETPAIR, seccomp.PRCTL, seccomp.FCNTL, seccomp.IOCTL]
    assert len(named) == len(set(named))


def test_other_tables_of_system_calls_end_the_process():
    assert decide(0, architecture=0x40000003) == KILL  # 32 bits
    assert decide(0x40000000 | 41) == KILL  # x32


def test_later_calls_are_not_there():
    assert denied(463, number=errno.ENOSYS)
    assert denied(5000, number=errno.ENOSYS)


def test_a_thread_may_start_and_a_process_may_not():
    thread = 0x3D0F00  # what glibc passes for pthread_create
    assert decide(56, thread) == ALLOW
    assert denied(56, 0x1200011)  # fork()
    assert denied(56, 0x4111)  # posix_spawn
    assert denied(56, thread | syscalls.CLONE_NEWNS)
    assert denied(56, syscalls.CLONE_NEWUSER | 17)


@pytest.mark.parametrize("call", [62, 200, 234])
def test_signals_reach_this_process_alone(call):
    assert decide(call, ME, 6) == ALLOW
    for other in (ME + 1, 0, 1, -1):
        assert denied(call, other, 6)


def test_limits_of_this_process_alone():
    assert decide(302, 0) == ALLOW
    assert denied(302, ME + 1)


def test_only_stream_pairs():
    assert decide(53, 1, 1) == ALLOW
    assert decide(53, 1, 1 | 0o2004000) == ALLOW  # with flags
    assert denied(53, 1, 2)
    assert denied(53, 2, 1)


def test_the_order_to_die_stands():
    assert denied(157, syscalls.PR_SET_PDEATHSIG)
    assert denied(157, syscalls.PR_SET_CHILD_SUBREAPER)
    assert decide(157, 15) == ALLOW  # a thread's name
    assert denied(157, syscalls.PR_SET_PDEATHSIG + 2**32)  # the kernel reads the lower half


def test_signals_by_a_detour():
    assert decide(72, 3, 1) == ALLOW
    assert denied(72, 3, 8)
    assert denied(16, 0, 0x5412)


def test_truncating_is_left_to_landlock_where_it_can():
    assert decide(76, landlock=3) == ALLOW
    assert denied(76, landlock=2)
