"""What the doctor says to the person who asked: a table, and what to do."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.sandbox.doctor import Report

_SWITCHES = {
    "/proc/sys/kernel/unprivileged_userns_clone": (
        "0",
        "this kernel keeps user namespaces from ordinary users; "
        "as root: sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "AppArmor keeps user namespaces from ordinary users (Ubuntu 23.10 and later); as root: "
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or write a profile for Python",
    ),
    "/proc/sys/user/max_user_namespaces": (
        "0",
        "no user namespaces are allowed; as root: sysctl -w user.max_user_namespaces=10000",
    ),
}


def show(report: Report, console: Console | None = None) -> None:
    """Print a report as a table, with what to do if the level was refused."""
    console = console or Console()
    verdict = "accepted" if report.accepted else "refused"
    title = f"level {report.level}, library {report.library}: {verdict}"
    table = Table("", "try to", "must", "got", "detail", title=title)
    for result in report.results:
        mark = "[green]ok[/]" if result.ok else "[bold red]NO[/]"
        detail = result.detail.replace("[", r"\[")[:70]
        table.add_row(mark, result.name, result.must, result.got, detail)
    console.print(table)
    if not report.accepted:
        for line in what_to_do(report):
            console.print(f"- {line}", markup=False, highlight=False)


def what_to_do(report: Report) -> list[str]:
    """Give the next steps after a level was refused."""
    details = " ".join(result.detail for result in report.failures)
    if "x86-64" in details:
        return [f"{details}. Grade in a virtual machine or container on such a machine."]
    steps = []
    for path, (bad, advice) in _SWITCHES.items():
        if report.level == "namespaces" and _content(path) == bad:
            steps.append(advice)
    if any(result.name == "set up" for result in report.failures):
        steps.append(f"the level {report.level} can't be set up here: {details[:1500]}")
    else:
        names = ", ".join(result.name for result in report.failures)
        steps.append(f"the level {report.level} does not hold here: {names}")
    if report.level == "namespaces":
        steps.append(
            "inside a container, the container's own seccomp profile mostly forbids namespaces: "
            "use the level landlock there"
        )
    else:
        steps.append(
            "Landlock needs Linux 5.13 or later with landlock among the security modules "
            "(cat /sys/kernel/security/lsm), and a container that lets its system calls through"
        )
    steps.append(
        "where neither level works, grade inside a container or virtual machine without network "
        "that holds nothing but the course, with --unsafe; every grade then says so"
    )
    return steps


def _content(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""
