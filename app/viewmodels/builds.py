"""Builds: one that goes on with its steps and words, and those of the engine's history."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background, Stream
from app.viewmodels.container_logs import LogLine
from app.viewmodels.failure import describe_failure
from app.viewmodels.terminal_text import parse_line
from app.viewmodels.wording import format_duration

if TYPE_CHECKING:
    from app.services.image_build import BuildOptions, BuildProgress, BuildStep, BuildStream, PastBuild

_TAG = re.compile(r"[a-z0-9][a-z0-9._/:-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?")


@dataclass(frozen=True, slots=True)
class BuildRow:
    """A build of the history; `tone` is "ok", "err", "warn" or "idle"."""

    id: str
    title: str
    tone: str
    remark: str
    started: float


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step ready to be shown; `state` as StepList has it."""

    title: str
    state: str
    time: str


@dataclass(frozen=True, slots=True)
class BuildView:
    """A build in full: `dockerfile` with the number of the line that failed, 0 for none."""

    title: str
    steps: tuple[StepRow, ...] = ()
    dockerfile: str = ""
    error_line: int = 0
    error: str = ""
    summary: str = ""


class BuildsViewModel(QObject):
    """At most one build at a time is begun here."""

    history_changed = Signal()
    progressed = Signal(object)  # BuildView
    output = Signal(list)  # LogLines
    running_changed = Signal(bool)
    succeeded = Signal(str)  # what it is called
    failed = Signal(object)  # Failure of what could not even begin, or of the history
    read = Signal(object, list)  # BuildView and LogLines of a build of the history

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._stream: Stream | None = None
        self._options: BuildOptions | None = None
        self._steps: tuple[BuildStep, ...] = ()
        self._dockerfile = ""
        self.is_wanted = self.is_loaded = False
        self.has_history = True
        self.history: tuple[BuildRow, ...] = ()
        self.view = BuildView("")

    def want(self) -> None:
        """Somebody looks: list the history, and follow events."""
        self.is_wanted = True
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """List the history anew."""
        if self.is_wanted:
            self._background.run(self._list, self._listed, self._not_listed)

    def check(self, tag: str) -> str:
        """Return what is wrong with a name, or ""."""
        if tag and not _TAG.fullmatch(tag):
            return self.tr("A name has small letters, digits and . _ - /, and a tag after a colon.")
        return ""

    @property
    def is_running(self) -> bool:
        """Return whether a build goes on here."""
        return self._stream is not None

    def start(
        self, folder: str, dockerfile: str, tag: str, target: str, arguments: str, no_cache: bool
    ) -> None:
        """Build; `arguments` are lines of NAME=value."""
        if self._stream is not None:
            return
        wanted = (
            folder,
            dockerfile.strip() or "Dockerfile",
            tag.strip(),
            target.strip(),
            arguments,
            no_cache,
        )
        self._steps, self._dockerfile = (), ""
        title = tag.strip() or Path(folder).name
        self.view = BuildView(title, summary=self.tr("Sending the folder…"))
        self.progressed.emit(self.view)
        self._stream = self._background.open_stream(
            lambda: self._open(*wanted), _progresses, self._take, self._ended
        )
        self.running_changed.emit(True)

    def cancel(self) -> None:
        """Stop the build."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
            self._show(self.tr("Cancelled"))
            self.running_changed.emit(False)
            self.refresh()

    def read_build(self, id: str) -> None:
        """Ask for a build of the history; the answer is `read`."""

        def work() -> "PastBuild":
            from app.services.build_history import read_build

            return read_build(self._access.client(), id)

        self._background.run(work, self._was_read, self._not_listed)

    def _open(
        self, folder: str, dockerfile: str, tag: str, target: str, arguments: str, no_cache: bool
    ) -> "BuildStream":
        from app.services.environment_file import parse_environment_text
        from app.services.image_build import BuildOptions, open_build

        values = parse_environment_text(arguments)
        options = BuildOptions(Path(folder), dockerfile, tag, target, values, no_cache)
        options.check()
        self._dockerfile = (options.folder / dockerfile).read_text("utf-8", "replace")
        return open_build(self._access.client(), options)

    def _list(self) -> "list[PastBuild] | None":
        from app.services.build_history import list_builds

        return list_builds(self._access.client())

    @Slot(object)
    def _listed(self, builds: "list[PastBuild] | None") -> None:
        self.is_loaded, self.has_history = True, builds is not None
        self.history = tuple(map(self._row, builds or ()))
        self.history_changed.emit()

    @Slot(object)
    def _not_listed(self, error: Exception) -> None:
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
        title = ", ".join(build.tags) or self.tr("without a name")
        return BuildRow(build.id, title, tones.get(build.status, "idle"), remark, build.started)

    @Slot(list)
    def _take(self, progresses: "list[BuildProgress]") -> None:
        self._steps = progresses[-1].steps
        lines = [line for progress in progresses for line in progress.lines]
        self.output.emit([LogLine(s.text, s.spans) for s in map(parse_line, lines)])
        self._show("", progresses[-1].error)

    @Slot(object)
    def _ended(self, error: Exception | None) -> None:
        self._stream = None
        if error is None:
            cached = sum(step.state == "cached" for step in self._steps)
            summary = self.tr("Built; {0} of {1} steps came from the cache")
            self._show(summary.format(cached, len(self._steps)))
            self.succeeded.emit(self.view.title)
        else:
            failure = describe_failure(error)
            self._show(self.tr("The build failed"), failure.details or failure.summary)
            if not self._steps:
                self.failed.emit(failure)
        self.running_changed.emit(False)
        self.refresh()

    @Slot(object)
    def _was_read(self, build: "PastBuild") -> None:
        row = self._row(build)
        view = BuildView(
            row.title,
            tuple(map(_step_row, build.steps)),
            build.dockerfile,
            build.error_line,
            build.error,
            row.remark,
        )
        self.read.emit(view, [LogLine(s.text, s.spans) for s in map(parse_line, build.log)])

    def _show(self, summary: str, error: str = "") -> None:
        failed = next((step for step in self._steps if step.state == "failed"), None)
        self.view = BuildView(
            self.view.title,
            tuple(map(_step_row, self._steps)),
            self._dockerfile,
            failed.line if failed is not None else 0,
            error,
            summary,
        )
        self.progressed.emit(self.view)


def _step_row(step: "BuildStep") -> StepRow:
    states = {"running": "active", "failed": "failed", "waiting": "waiting", "cancelled": "waiting"}
    time = format_duration(step.seconds) if step.seconds else ""
    if step.state == "cached":
        time = "cache"
    return StepRow(f"{step.number}  {step.code}", states.get(step.state, "done"), time)


def _progresses(stream: "BuildStream") -> Iterator["BuildProgress"]:
    return iter(stream)
