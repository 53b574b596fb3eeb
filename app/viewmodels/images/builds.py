"""Builds: one that goes on with its steps and words, and those of the engine's history."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.containers.environment_file import parse_environment_text
from app.services.errors import UserError
from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.failure import describe_failure
from app.viewmodels.images.build_records import BuildRecords
from app.viewmodels.question import Question
from app.viewmodels.settle import Settle
from app.viewmodels.tasks import TaskWords
from app.viewmodels.terminal.terminal_text import parse_line
from app.viewmodels.wording.wording import format_age, format_duration

if TYPE_CHECKING:
    from app.services.images.image_build import BuildProgress, BuildStep, BuildStream, PastBuild

DOCKERFILE = "Dockerfile"
_SETTLE_MS, _AGAIN_MS = 200, 1_000
_WANTS_AGENT = re.compile(
    r"^[^#\n]*--mount=\S*\btype=ssh\b|^\s*ADD\s[^#\n]*(\bssh://|\bgit@)", re.MULTILINE | re.IGNORECASE
)
_TAG = re.compile(r"[a-z0-9][a-z0-9._/:-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?")


@dataclass(frozen=True, slots=True)
class BuildRow:
    """A build of the history; `tone` is "ok", "err", "warn" or "idle"."""

    id: str
    title: str
    tone: str
    remark: str
    age: str
    is_running: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step ready to be shown; `state` as StepList has it."""

    title: str
    state: str
    time: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class BuildView:
    """A build in full: `dockerfile` with the number of the line that failed, 0 for none.

    One of the history has its `id`. `image` is what the engine knows the finished image by, `name` its name.
    """

    title: str
    steps: tuple[StepRow, ...] = ()
    dockerfile: str = ""
    error_line: int = 0
    error: str = ""
    summary: str = ""
    id: str = ""
    image: str = ""
    name: str = ""
    is_running: bool = False  # elsewhere, when it was read
    form: "BuildForm | None" = None  # what was typed, where that was done in this window


@dataclass(frozen=True, slots=True)
class BuildForm:
    """What is to be built, as typed: arguments are lines of NAME=value, secrets of id=file."""

    folder: str
    dockerfile: str = DOCKERFILE
    tag: str = ""
    target: str = ""
    arguments: str = ""
    secrets: str = ""
    no_cache: bool = False
    lends_agent: bool = False
    platform: str = ""


def form_of_dropped(path: str) -> BuildForm:
    """Return what is meant by who drops a folder, or the Dockerfile in it."""
    if Path(path).is_file():
        return BuildForm(str(Path(path).parent), Path(path).name)
    return BuildForm(path)


class BuildsViewModel(QObject):
    """At most one build at a time is begun here."""

    history_changed = Signal()
    progressed = Signal(object)  # BuildView
    output = Signal(object)  # a list of LogLines
    running_changed = Signal(bool)
    succeeded = Signal(str)  # what it is called
    failed = Signal(object)  # Failure of what could not even begin, or of the history
    read = Signal(object, list)  # BuildView and LogLines of a build of the history

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._stream: Stream | None = None
        self._task = background.tasks.none
        self._given_up = threading.Event()
        self._form: BuildForm | None = None
        self._forms: dict[str, BuildForm] = {}  # the newest of each name
        self._steps: tuple[BuildStep, ...] = ()
        self._dockerfile = self._image = ""
        self.is_wanted = self.is_loaded = False
        self.is_behind = False  # the engine was asked for the history, and did not tell
        self.has_history = True
        self.history: tuple[BuildRow, ...] = ()
        self.view = BuildView("")
        self._listing = Question(background, self._listed, self._not_listed, self)
        self._settle = Settle(self.refresh, _SETTLE_MS, self)
        self._reading = Question(background, self._was_read, self._refused, self)
        self._followed = ""
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self._read_again)
        self.records = BuildRecords(background, access, self)
        self.records.imported.connect(self.refresh)

    def want(self) -> None:
        """Somebody looks: list the history, and follow events."""
        self.is_wanted = True
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """List the history anew."""
        if self.is_wanted:
            self._listing.ask(self._list)

    @Slot()
    def refresh_soon(self) -> None:
        """List anew once events have settled."""
        if self.is_wanted:
            self._settle.ask()

    def is_going_on(self, id: str) -> bool:
        """Return whether a build of the history had not ended when it was listed."""
        return any(build.id == id and build.is_running for build in self.history)

    def remove(self, id: str) -> None:
        """Forget a build of the history; its image stays."""

        def work() -> None:
            from app.services.images.build_history import remove_build

            remove_build(self._access.client(), id)

        self._background.run(work, self._removed, self._refused)

    def clear(self) -> None:
        """Forget all builds that have ended."""

        def work() -> None:
            from app.services.images.build_history import remove_builds

            remove_builds(self._access.client())

        self._background.run(work, self._removed, self._refused)

    @Slot(object)
    def _removed(self, _: object) -> None:
        self.refresh()

    def check(self, form: BuildForm) -> tuple[str, str]:
        """Return the field with a mistake and what is wrong, or twice ""."""
        if form.tag and not _TAG.fullmatch(form.tag):
            return "tag", self.tr("A name has small letters, digits and . _ - /, and a tag after a colon.")
        folder = Path(form.folder)
        if form.folder and not folder.is_dir():
            return "folder", self.tr("There is no such folder.")
        if form.folder and not (folder / form.dockerfile).is_file():
            return "dockerfile", self.tr("There is no {0} in this folder.").format(form.dockerfile)
        for field, text in (("arguments", form.arguments), ("secrets", form.secrets)):
            try:
                values = parse_environment_text(text)
            except UserError as error:
                return field, describe_failure(error).sentences
        for id, name in values:
            if not (folder / Path(name).expanduser()).is_file():
                return "secrets", self.tr("There is no file {0} for the secret {1}.").format(name, id)
        return "", ""

    @property
    def is_running(self) -> bool:
        """Return whether a build goes on here."""
        return self._stream is not None

    def start(self, form: BuildForm) -> None:
        """Build."""
        if self._stream is not None:
            return
        self._steps, self._dockerfile, self._image, self._form = (), "", "", form
        if form.tag:
            self._forms[_full_name(form.tag)] = form
        title = form.tag or Path(form.folder).name
        self.view = BuildView(title, summary=self.tr("Sending the folder…"))
        words = TaskWords(
            self.tr("Building {0}").format(title),
            self.tr("{0} was built").format(title),
            self.tr("{0} could not be built").format(title),
        )
        self._task = self._background.tasks.begin(words, self.cancel, "builds")
        self.progressed.emit(self.view)
        self._given_up = given_up = threading.Event()
        self._stream = self._background.open_stream(
            lambda: self._open(form, given_up), _progresses, self._take, self._ended
        )
        self.running_changed.emit(True)

    def cancel(self) -> None:
        """Stop the build."""
        if self._stream is not None:
            self._given_up.set()
            self._stream.cancel()
            self._stream = None
            self._task.drop()
            self._show(self.tr("Cancelled"))
            self.running_changed.emit(False)
            self.refresh()

    def read_build(self, id: str) -> None:
        """Ask for a build of the history; the answer is `read`."""

        def work() -> "PastBuild":
            from app.services.images.build_history import read_build

            return read_build(self._access.client(), id)

        self._reading.ask(work)

    def follow(self, id: str) -> None:
        """Read a build of the history again and again, as long as it goes on; "" follows none."""
        self._followed = id
        self._again.stop()
        if id:
            self.read_build(id)

    @Slot()
    def _read_again(self) -> None:
        if self._followed:
            self.read_build(self._followed)

    def _open(self, form: BuildForm, given_up: threading.Event) -> "BuildStream":
        from app.services.images.image_build import BuildOptions, open_build

        options = BuildOptions(
            Path(form.folder),
            form.dockerfile,
            form.tag,
            form.target,
            parse_environment_text(form.arguments),
            form.no_cache,
            parse_environment_text(form.secrets),
            form.lends_agent,
            form.platform,
        )
        options.check()
        self._dockerfile = (options.folder / form.dockerfile).read_text("utf-8", "replace")
        return open_build(self._access.client(), options, given_up)

    def _list(self) -> "list[PastBuild] | None":
        from app.services.images.build_history import list_builds

        return list_builds(self._access.client())

    @Slot(object)
    def _listed(self, builds: "list[PastBuild] | None") -> None:
        self.is_behind = False
        self.is_loaded, self.has_history = True, builds is not None
        self.history = tuple(map(self._row, builds or ()))
        self.history_changed.emit()

    @Slot(object)
    def _not_listed(self, error: Exception) -> None:
        self.is_behind = True
        self._refused(error)

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))

    def _row(self, build: "PastBuild") -> BuildRow:
        tones = {"done": "ok", "failed": "err", "running": "warn"}
        words = {
            "done": self.tr("built in {0}"),
            "failed": self.tr("failed after {0}"),
            "running": self.tr("goes on for {0}"),
            "cancelled": self.tr("cancelled after {0}"),
        }
        remark = words.get(build.status, "{0}").format(format_duration(build.seconds))
        if build.steps_total:
            hits = self.tr("{0} of {1} steps from the cache").format(build.steps_cached, build.steps_total)
            remark = f"{remark} · {hits}"
        if build.is_imported:
            remark = self.tr("imported · {0}").format(remark)
        title = ", ".join(build.tags) or self.tr("without a name")
        tone, is_running = tones.get(build.status, "idle"), build.status == "running"
        return BuildRow(build.id, title, tone, remark, format_age(build.started), is_running)

    @Slot(object)
    def _take(self, progresses: "list[BuildProgress]") -> None:
        self._steps, self._image = progresses[-1].steps, progresses[-1].image_id
        if self._steps:
            step = self._steps[-1]
            steps = self.tr("Step {0} of {1}: {2}").format(step.number, step.total, step.code)
            self._task.tell(steps, 100 * (step.number - 1) // max(step.total, 1))
        lines = [line for progress in progresses for line in progress.lines]
        self.output.emit([LogLine(s.text, s.spans) for s in map(parse_line, lines)])
        self._show(self.tr("Building…"), progresses[-1].error)

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        if error is None:
            cached = sum(step.state == "cached" for step in self._steps)
            summary = self.tr("Built; {0} of {1} steps came from the cache")
            self._show(summary.format(cached, len(self._steps)), is_done=True)
            self.succeeded.emit(self.view.title)
            self._task.succeed()
        else:
            failure = describe_failure(error)
            told = failure.details or failure.summary
            self._show(self.tr("The build failed"), "\n".join(filter(None, (told, self._way_out()))))
            self._task.fail(failure, failure.details.rpartition("\n")[2])
            if not self._steps:
                self.failed.emit(failure)
        self.running_changed.emit(False)
        self.refresh()

    def _way_out(self) -> str:
        """Return what a build wants that asks for an SSH agent and was lent none."""
        form = self._form
        if form is None or form.lends_agent or not _WANTS_AGENT.search(self._dockerfile):
            return ""
        return self.tr("A step asks for an SSH agent: build again, and lend yours.")

    @Slot(object)
    def _was_read(self, build: "PastBuild") -> None:
        row = self._row(build)
        image = build.tags[0] if build.tags and build.status == "done" and not build.is_imported else ""
        view = BuildView(
            row.title,
            tuple(map(_step_row, build.steps)),
            build.dockerfile,
            build.error_line,
            build.error,
            row.remark,
            build.id,
            image=image,
            name=image,
            is_running=row.is_running,
            form=next((self._forms[tag] for tag in build.tags if tag in self._forms), None),
        )
        if row.is_running and build.id == self._followed:
            self._again.start()
        self.read.emit(view, [LogLine(s.text, s.spans) for s in map(parse_line, build.log)])

    def _show(self, summary: str, error: str = "", is_done: bool = False) -> None:
        name = self._form.tag if self._form is not None and is_done else ""
        failed = next((step for step in self._steps if step.state == "failed"), None)
        self.view = BuildView(
            self.view.title,
            tuple(map(_step_row, self._steps)),
            self._dockerfile,
            failed.line if failed is not None else 0,
            error,
            summary,
            image=name or (self._image if is_done else ""),
            name=name,
            form=self._form,
        )
        self.progressed.emit(self.view)


def _full_name(tag: str) -> str:
    """Return a name as the engine's history has it."""
    return tag if ":" in tag.rpartition("/")[2] else f"{tag}:latest"


def _step_row(step: "BuildStep") -> StepRow:
    states = {"running": "active", "failed": "failed", "waiting": "waiting", "cancelled": "waiting"}
    time = format_duration(step.seconds) if step.seconds else ""
    if step.state == "cached":
        time = "cache"
    return StepRow(f"{step.number}  {step.code}", states.get(step.state, "done"), time, step.number)


def _progresses(stream: "BuildStream") -> Iterator["BuildProgress"]:
    return iter(stream)
