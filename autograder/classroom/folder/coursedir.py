"""An nbgrader course folder, and nbgrader's own classes at work in it.

Every step looks at hashes first and does only what has changed, so each can be repeated at any
time. The commands of nbgrader and its Formgrader work on the same folder.
"""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange import ExchangeError, ExchangeFactory
from sqlalchemy.exc import SAWarning

from autograder.classroom.errors import CourseError, not_written, writing
from autograder.classroom.folder.logs import log_to
from autograder.classroom.folder.rubrics import lay_out_rubrics
from autograder.classroom.folder.settings import CONFIG, read_settings
from autograder.classroom.folder.standing import still_released
from autograder.classroom.gradebook import database
from autograder.classroom.gradebook.indexes import make_indexes
from autograder.classroom.returns.export import CsvExport
from autograder.classroom.running.journal import Stamps, key_of
from autograder.classroom.running.progress import track
from autograder.classroom.submissions.others import is_foreign


class Course:
    """The nbgrader course of a checkout, where its nbgrader_config.py puts it.

    Parameters
    ----------
    home : Path
        The folder of nbgrader_config.py and notebooks/.

    Attributes
    ----------
    root : Path
        nbgrader's course folder: source, release, submitted, autograded, feedback, gradebook.
    exchange : Path
        nbgrader's exchange.
    log : Path
        What nbgrader and the autograder write down.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.config, self.directory = read_settings(self.home)
        self.root = Path(self.directory.root)
        self.exchange = Path(self.config.Exchange.root)
        for place in (self.root, self.exchange):
            with writing(place):
                place.mkdir(parents=True, exist_ok=True)
        # nbgrader's own way of adding submissions; nothing that can be changed here
        warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
        self.state = self.root / ".autograder"
        self.stamps = Stamps(self.state / "stamps.json")
        self.log = self.root / "nbgrader.log"
        log_to(self.log)

    @property
    def course_id(self) -> str:
        """Name of the course in the exchange and the gradebook."""
        return str(self.directory.course_id)

    def gradebook(self) -> AbstractContextManager[Gradebook]:
        """Open nbgrader's gradebook; use it as a context.

        Raises
        ------
        GradebookError
            There is something wrong with it, now or while it is used.
        """
        return database.gradebook(self.directory.db_url, self.course_id)

    @property
    def gradebook_address(self) -> str:
        """Where the gradebook is, without a password."""
        return database.shown(self.directory.db_url)

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return a folder of the course, e.g. of step "submitted"."""
        return Path(self.directory.format_path(step, student, assignment))

    def assignments(self) -> list[str]:
        """Return the assignments that were generated."""
        return sorted(p.name for p in (self.root / "release").glob("*") if p.is_dir())

    def ours(self) -> list[str]:
        """Return those of the assignments that are of this course, and not an instructor's own."""
        folders = {
            n: (self.root / "release" / n, self.root / "source" / n) for n in self.assignments()
        }
        return [name for name, both in folders.items() if not is_foreign(*both)]

    def students(self, assignment: str) -> list[str]:
        """Return the students who handed in.

        Raises
        ------
        CourseError
            A folder can't be looked into: whose it is would be passed over in silence.
        """
        submitted = self.root / "submitted"
        try:
            everyone = sorted(submitted.iterdir()) if submitted.is_dir() else []
            return [path.name for path in everyone if (path / assignment).is_dir()]
        except OSError as error:
            raise CourseError(
                f"{error.filename or submitted} can't be read ({error.strerror or error}): give "
                "yourself the right to, then run the same command again."
            ) from error

    @contextmanager
    def working_on(self, assignment: str, student: str = "*") -> Iterator[None]:
        """Point nbgrader's course directory at an assignment and, if given, one student."""
        self.directory.assignment_id, self.directory.student_id = assignment, student
        try:
            yield
        finally:
            self.directory.assignment_id, self.directory.student_id = "", "*"

    # --- steps ------------------------------------------------------------------------------

    def chapters(self) -> dict[str, Path]:
        """Return the notebooks of the chapters by their stems, which are the assignment ids."""
        return {p.stem: p for p in sorted((self.home / "notebooks").glob("[0-9][0-9]-*.ipynb"))}

    def set_up(self, progress: bool = True, only: Collection[str] = ()) -> list[str]:
        """Make an assignment of chapter notebooks, and release it to the exchange.

        Parameters
        ----------
        progress : bool
            Show a progress bar.
        only : collection of str
            Assignment ids; none means all.

        Returns
        -------
        list of str
            The assignments that were made or made anew.

        Raises
        ------
        CourseError
            If there are no notebooks, or the cells of one changed although students handed in.
        """
        chapters = self.chapters()
        if not chapters:
            raise CourseError(f"{self.home / 'notebooks'} is empty; run `make notebooks` first.")
        self._write_config()
        lay_out_rubrics(self.home, self.root)
        changed = []
        keys = {n: key_of(path.read_bytes(), str(self.exchange)) for n, path in chapters.items()}
        fresh = [name for name in keys if self.stamps.fresh(f"assignment {name}", keys[name])]
        done = still_released(self, fresh)
        for name in track([n for n in chapters if n in (only or chapters)], "release", progress):
            if name in done:
                continue
            source = self.folder("source", ".", name)
            source.mkdir(parents=True, exist_ok=True)
            (source / f"{name}.ipynb").write_bytes(chapters[name].read_bytes())
            self._assign(name)
            self.stamps.set(f"assignment {name}", keys[name])
            changed.append(name)
        return changed

    def _assign(self, assignment: str) -> None:
        self._use_wal()
        with self.working_on(assignment), database.speaking(self.directory.db_url):
            try:
                made = GenerateAssignment(coursedir=self.directory, config=self.config)
                made.force = True
                made.start()
                release = self._exchange("ReleaseAssignment")
                release.force = True
                release.start()
            except (NbGraderException, ExchangeError) as error:
                raise CourseError(
                    f"{assignment} could not be released ({error}); {self.root / 'nbgrader.log'} "
                    "says why. If cells were added or removed after students handed in, move "
                    f"{self.root} away, since it holds their grades, and set the course up again."
                ) from error

    def collect(self, assignment: str) -> dict[str, Path]:
        """Collect what was handed in through the exchange, newer submissions over older ones.

        Returns
        -------
        dict
            What was not taken, by student: it holds no notebook, and what is there does.
        """
        with self.working_on(assignment), database.speaking(self.directory.db_url):
            collect = self._exchange("Collect")
            collect.update = True
            try:
                collect.start()
            except ExchangeError as error:
                raise CourseError(f"{assignment} could not be collected: {error}") from error
            except OSError as error:
                raise not_written(self.root, error) from error
            useless = getattr(collect, "useless", [])  # nbgrader's own, if it was put in its place
            return {record["username"]: collect.place_of(record) for record in useless}

    def release_feedback(self, assignment: str) -> None:
        """Put feedback where students' nbgrader fetches it."""
        with self.working_on(assignment):
            try:
                self._exchange("ReleaseFeedback").start()
            except ExchangeError as error:
                raise CourseError(f"feedback could not be released: {error}") from error

    def export(self) -> Path:
        """Write all grades to grades.csv in the course folder, as `nbgrader export` does."""
        plugin = CsvExport(config=self.config)
        plugin.to = str(self.root / "grades.csv")
        with self.gradebook() as gradebook, writing(Path(plugin.to)):
            plugin.export(gradebook)
        return Path(plugin.to)

    # --- pieces -----------------------------------------------------------------------------

    def _exchange(self, action: str) -> Any:
        factory = ExchangeFactory(config=self.config)
        authenticator = Authenticator(config=self.config)
        plugin = getattr(factory, action)
        return plugin(coursedir=self.directory, authenticator=authenticator, config=self.config)

    def _use_wal(self) -> None:
        """Let others read the gradebook while a grade is written, and find things in it at once."""
        with self.gradebook() as gradebook:
            make_indexes(gradebook)
        name = self.directory.db_url.removeprefix("sqlite:///").partition("?")[0]
        if name != self.directory.db_url.partition("?")[0]:
            connection = sqlite3.connect(name)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.close()

    def _write_config(self) -> None:
        """Make nbgrader find its settings when it is started in the course folder."""
        place = f"{str(self.home)!r}"
        if self.root.resolve().is_relative_to(self.home):  # a copy of it acts on itself
            up = len(self.root.resolve().relative_to(self.home).parts)
            place = f"str(Path(__file__).resolve().parents[{up}])"
        text = (
            "# Written by `make course`; the settings are in the file that is loaded here.\n"
            "from pathlib import Path\n\n"
            f"load_subconfig({CONFIG!r}, path={place})  # noqa: F821\n"
        )
        path = self.root / CONFIG
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
