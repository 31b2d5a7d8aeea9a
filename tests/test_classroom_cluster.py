"""A Dask cluster grades as this machine does: workers in environments of their own, one killed."""

# ruff: noqa: F811 (the fixtures of another file)
from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace

import dask_cluster
import pytest
from classroom_state import journalled
from test_classroom_pool import STEM, grades, home, job, tasks  # noqa: F401 (fixtures)

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.running import away, cluster, grading, pool

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Object of type <Submitted")]
FEW = 10


@pytest.fixture(scope="module")
def pythons(tmp_path_factory):
    """Two environments, each with a copy of the packages."""
    place = tmp_path_factory.mktemp("environments")
    return [dask_cluster.environment(place / name) for name in ("one", "two")]


@pytest.fixture
def address(tmp_path):
    with dask_cluster.scheduler(tmp_path / "scheduler") as address:
        yield address


def grade(home, address="", **how):
    return grading.autograde_assignment(
        home, STEM, progress=False, workers=1, scheduler=address, **how
    )


def test_a_worker_is_killed_and_the_class_is_graded_as_here(
    home,
    job,
    tasks,
    pythons,
    address,
    tmp_path,
    monkeypatch,
):
    few = [student for student, _ in tasks[:FEW]]
    wanted = grades(pool.grade_all(job, tasks[:FEW], 1, home / "log"))
    place = shutil.copytree(home, tmp_path / "home")
    monkeypatch.setattr(grading, "BATCH", 1)
    with ExitStack() as stack:
        workers = [
            stack.enter_context(dask_cluster.worker(address, python, tmp_path / f"worker{number}"))
            for number, python in enumerate(pythons)
        ]
        dask_cluster.wait_for(address, 2)
        seen, record = [], grading._record

        def killing(recorder, batch):
            seen.extend(batch)
            if len(seen) == 2:
                workers[0].kill()
            return record(recorder, batch)

        monkeypatch.setattr(grading, "_record", killing)
        rows = grade(place, address, students=few)
        assert workers[0].wait(10) < 0
        assert grades(seen) == wanted
        assert sorted(one.student for one in seen) == few  # nobody twice
        assert [row.student for row in rows] == few
        assert [row.status for row in rows].count("failed") == 0
        assert sorted(_journalled(place)) == few
        with Course(place).gradebook() as gradebook:
            assert len(gradebook.assignment_submissions(STEM)) == FEW
        assert all(row.unchanged for row in grade(place, address, students=few))

        # and without any worker: a sentence, and what was graded stays
        workers[1].kill()
        monkeypatch.setattr(cluster, "CONNECT_SECONDS", 3)
        with pytest.raises(CourseError, match=r"has no workers\. Start some with `dask worker"):
            grade(place, address, students=few, force=True)
        assert len(_journalled(place)) == FEW
    left = [path for path in tmp_path.glob("worker*/**/*") if path.suffix == ".ipynb"]
    assert left == []


def _journalled(place):
    return journalled(place, STEM)


def test_a_worker_of_another_version_is_refused(home, tasks, pythons, address, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(pythons[0].parents[1], other, symlinks=True)
    (changed,) = other.glob("lib/*/site-packages/autograder/referee/grade.py")
    changed.write_text(changed.read_text() + "# another version\n")
    with ExitStack() as stack:
        for number, python in enumerate((pythons[1], other / "bin" / "python")):
            stack.enter_context(dask_cluster.worker(address, python, tmp_path / f"w{number}"))
        dask_cluster.wait_for(address, 2)
        with pytest.raises(CourseError) as told:
            grade(home, address, students=[tasks[0][0]], force=True)
    said = str(told.value)
    assert said.count("has another version of the course's code") == 1
    assert "install the same versions on every worker" in said


def test_a_worker_that_joins_later_is_refused_too(job, tasks):
    parcel = away.Parcel.of(job).to(tasks[0][0], {})
    old = [(name, "1.0" if name == "numpy" else said) for name, said in parcel.versions]
    with pytest.raises(away.OtherVersionError, match=r"joined that has numpy .* in place of 1\.0"):
        away.grade_parcels([replace(parcel, versions=tuple(old))])


def test_a_parcel_holds_what_was_handed_in(job, tasks, monkeypatch):
    """What can't be sent is graded here, and everything else comes back as graded here."""
    student, folder = tasks[0]
    files = away.packed(folder)
    assert set(files) == {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()
    }
    here = grades(pool.grade_all(job, [tasks[0]], 1, job.key_folder / "log"))
    there = away.grade_parcels([away.Parcel.of(job).to(student, files)])
    assert grades(there) == here


def test_a_folder_that_cannot_be_sent(tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert away.packed(tmp_path) is None


def test_no_scheduler_there(home, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(CourseError, match=r"no Dask scheduler at tcp://127.0.0.1:1 .*dask schedul"):
        grade(home, "tcp://127.0.0.1:1", force=True)


def test_an_address_that_is_none(home):
    with pytest.raises(CourseError, match="no Dask scheduler at nonsense://x"):
        grade(home, "nonsense://x", force=True)


def test_without_dask_everything_else_works(home, tasks, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match=r"pip install 'dropout-autograder\[cluster\]'"):
        grade(home, "tcp://127.0.0.1:8786", force=True)
    assert grade(home, students=[tasks[0][0]], force=True)[0].status != "failed"


class Future:
    def __init__(self, give):
        self._give = give

    def result(self, timeout):
        return self._give()


class Killed:
    """A cluster in one process, of which every worker dies of one student's submission."""

    status = "running"

    def __init__(self, deadly):
        self.deadly, self.asked = deadly, []

    def nthreads(self):
        return {"tcp://x": 1}

    def submit(self, work, parcels, pure):
        self.asked.append([parcel.student for parcel in parcels])
        return Future(lambda: self.give(work, parcels))

    def give(self, work, parcels):
        import distributed

        if self.deadly in [parcel.student for parcel in parcels]:
            raise distributed.scheduler.KilledWorker("grade", SimpleNamespace(address="tcp://x"), 3)
        return work(parcels)


def test_a_submission_that_kills_every_worker_is_for_a_person(job, tasks, monkeypatch):
    """Those that went to a worker with it are sent again, each alone."""
    monkeypatch.setattr(cluster, "_some", lambda client, running, address: running[:1])
    monkeypatch.setattr(cluster, "grade_parcels", lambda some: [graded_as(p) for p in some])
    client, students = Killed(tasks[1][0]), [student for student, _ in tasks[:FEW]]
    found = {one.student: one for one in cluster._graded(client, job, tasks[:FEW], "tcp://here")}
    assert sorted(found) == sorted(students)
    assert [name for name in students if found[name].record.status == "failed"] == [students[1]]
    assert client.asked[0] == students[: cluster.GROUP]
    assert [[name] for name in students[: cluster.GROUP]] == [
        some for some in client.asked if set(some) & set(students[: cluster.GROUP])
    ][1:]


def graded_as(parcel):
    return SimpleNamespace(student=parcel.student, record=SimpleNamespace(status="graded"))


def test_the_lost_scheduler_is_a_sentence(home, tasks, pythons, tmp_path, monkeypatch):
    place = shutil.copytree(home, tmp_path / "home")
    few = [student for student, _ in tasks[:FEW]]
    monkeypatch.setattr(grading, "BATCH", 1)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 5)
    with ExitStack() as stack:
        inner = stack.enter_context(ExitStack())
        address = inner.enter_context(dask_cluster.scheduler(tmp_path / "scheduler"))
        stack.enter_context(dask_cluster.worker(address, pythons[0], tmp_path / "worker"))
        dask_cluster.wait_for(address, 1)
        record = grading._record

        def ending(recorder, batch):
            made = record(recorder, batch)
            inner.close()
            return made

        monkeypatch.setattr(grading, "_record", ending)
        with pytest.raises(CourseError, match="does not answer any more"):
            grade(place, address, students=few, force=True)
    assert 0 < len(_journalled(place)) < FEW
    monkeypatch.undo()
    assert [row.student for row in grade(place, students=few)] == few
