"""Newer versions of Marina: looked for when the user asks or allowed it, fetched when the user says so."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.errors import CancelledError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.frame.preferences import Preferences
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import format_share, format_size

if TYPE_CHECKING:  # TUF takes 100 ms to import: only workers do it
    from app.services.updates.update_service import Offer, Prepared, Updates

log = logging.getLogger(__name__)

_DAY_MS = 24 * 60 * 60 * 1000
_MOST_NOTES = 2_000


class UpdateState(StrEnum):
    """How far it is."""

    UNASKED = "unasked"
    CHECKING = "checking"
    NEWEST = "newest"
    OFFERED = "offered"
    FETCHING = "fetching"
    UNPACKING = "unpacking"
    READY = "ready"  # the next start puts it in place
    HANDED_OVER = "handed-over"  # the package manager installs it


BUSY = (UpdateState.CHECKING, UpdateState.FETCHING, UpdateState.UNPACKING)


@dataclass(frozen=True, slots=True)
class UpdatesView:
    """What the Updates card shows. `version`, `notes` and `size` are the offer's, or what is prepared."""

    state: UpdateState = UpdateState.UNASKED
    is_known: bool = False  # the fields below were read
    current: str = ""
    has_server: bool = False
    from_source: bool = False
    former: str = ""
    is_going_back: bool = False
    version: str = ""
    notes: str = ""
    size: str = ""
    has_file: bool = False
    was_refused: bool = False
    percent: int = 0
    amount: str = ""
    command: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Installed:
    """What is known without the network."""

    current: str
    has_server: bool
    from_source: bool
    former: str
    is_going_back: bool
    prepared: str


class UpdatesViewModel(QObject):
    """One thing at a time; nothing goes over the network unless it was asked for."""

    changed = Signal()
    found = Signal(str)  # a version that nobody asked for by hand
    _progressed = Signal(object, object)  # bytes, of bytes

    def __init__(
        self,
        background: Background,
        access: Access,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._background, self._access, self._preferences = background, access, preferences
        self._cancelled = threading.Event()
        self._task = background.tasks.none
        self._is_fetching = False  # also while a download that was cancelled waits for its server
        self._next: Callable[[], None] | None = None  # what begins when that one has ended
        self._offer: Offer | None = None
        self._quietly, self._before = False, UpdateState.UNASKED
        self.view = UpdatesView()
        self._daily = QTimer(self, interval=_DAY_MS)
        self._daily.timeout.connect(self._look)
        self._progressed.connect(self._show_progress)
        preferences.changed_elsewhere.connect(self._follow_choice)

    @property
    def is_automatic(self) -> bool:
        """Return whether the window looks by itself."""
        return self._preferences.check_for_updates

    def begin(self) -> None:
        """Look now and once a day if the user wants that."""
        if self.is_automatic:
            self._daily.start()
            self._look()

    @property
    def is_fixed(self) -> bool:
        """Return whether an administrator has decided about looking by itself."""
        return self._preferences.is_fixed("check_for_updates")

    @property
    def fixed_by(self) -> str:
        """Return who has decided it, "" where they do not tell."""
        return self._preferences.fixed_by

    def set_automatic(self, on: bool) -> None:
        """Let the window look by itself, beginning now, or no more."""
        self._preferences.change(check_for_updates=on)
        self._daily.stop()
        if on:
            self.begin()

    @Slot()
    def _follow_choice(self) -> None:
        """Do as the command line has chosen meanwhile."""
        if self.is_automatic is not self._daily.isActive():
            self.set_automatic(self.is_automatic)
            self.changed.emit()

    def load(self) -> None:
        """Read what is known without the network."""
        self._background.run(self._read, self._took_installed, self._not_read)

    def check(self) -> None:
        """Ask the update server."""
        self._ask(quietly=False)

    def fetch(self) -> None:
        """Download what was offered, check it and put it beside the program."""
        if self._offer is None or self.view.state in BUSY:
            return
        self._show(state=UpdateState.FETCHING, percent=0, amount="", failure=None)
        self._begin(self._fetch)

    def _begin(self, work: Callable[[], None]) -> None:
        """Do it now, or once a cancelled download has let go of its files."""
        if self._is_fetching:
            self._next = work
        else:
            work()

    def _fetch(self) -> None:
        offer = self._offer
        if offer is None:
            return
        self._cancelled = cancelled = threading.Event()
        tell = self._background.teller(self._progressed)
        percent = -1

        def on_progress(done: int, size: int) -> None:
            nonlocal percent
            if cancelled.is_set():
                raise CancelledError
            if (now := share(done, size)) != percent:
                percent = now
                tell(done, size)

        def work() -> "Prepared":
            return self._access.updates().prepare(offer, on_progress)

        self._is_fetching = True
        words = TaskWords(
            self.tr("Downloading Marina {0}").format(offer.version),
            self.tr("Marina {0} was downloaded").format(offer.version),
            self.tr("Marina {0} could not be downloaded").format(offer.version),
        )
        place = ("settings", "updates.check")
        self._task = self._background.tasks.begin(words, self.cancel, *place)
        self._background.run_alone(work, self._prepared, self._not_fetched)

    def cancel(self) -> None:
        """Stop the download; what is there is kept for the next try.

        It may be waiting for its server, so it ends by itself a little later.
        """
        if self.view.state is UpdateState.FETCHING:
            self._cancelled.set()
            self._next = None
            self._task.drop()
            self._show(state=UpdateState.OFFERED)

    def go_back(self, wanted: bool = True) -> None:
        """Let the next start put the former version back, or think better of it."""

        def work() -> _Installed:
            self._access.updates().plan_roll_back(wanted)
            return self._read()

        self._background.run(work, self._took_installed, self._not_read)

    def close(self) -> None:
        """Stop what is under way."""
        self._daily.stop()
        self._cancelled.set()

    # --- what happens -------------------------------------------------------------------------------------

    @Slot()
    def _look(self) -> None:
        self._ask(quietly=True)

    def _ask(self, quietly: bool) -> None:
        if self.view.state in BUSY or (quietly and self._is_fetching):
            return
        self._quietly, self._before = quietly, self.view.state
        self._show(state=UpdateState.CHECKING, failure=None)
        self._begin(self._check)

    def _check(self) -> None:
        def work() -> "tuple[Offer | None, _Installed]":
            updates = self._access.updates()
            return updates.check() if updates.has_source else None, describe(updates)

        self._background.run_alone(work, self._checked, self._not_checked)

    def _read(self) -> _Installed:
        return describe(self._access.updates())

    @Slot(object)
    def _took_installed(self, installed: _Installed) -> None:
        self._show_installed(installed)
        if installed.prepared and self._offer is None and self.view.state not in BUSY:
            self._show(state=UpdateState.READY, version=installed.prepared)

    @Slot(object)
    def _not_read(self, error: Exception) -> None:
        self._show(failure=describe_failure(error))

    @Slot(object)
    def _checked(self, found: "tuple[Offer | None, _Installed]") -> None:
        self._offer, installed = found
        offer = self._offer
        self._show_installed(installed)
        if offer is None:
            state = UpdateState.NEWEST if installed.has_server else UpdateState.UNASKED
            self._show(state=state, version="", notes="", size="")
            return
        self._show(
            state=UpdateState.READY if installed.prepared == offer.version else UpdateState.OFFERED,
            version=offer.version,
            notes=offer.notes[:_MOST_NOTES].strip(),
            size=format_size(offer.size) if offer.size else "",
            has_file=bool(offer.file),
            was_refused=offer.refused,
        )
        if self._quietly and self.view.state is UpdateState.OFFERED and not offer.refused:
            self.found.emit(offer.version)

    @Slot(object)
    def _not_checked(self, error: Exception) -> None:
        log.warning("no answer about updates: %s", error)
        self._show(state=self._before, failure=None if self._quietly else describe_failure(error))

    @Slot(object, object)
    def _show_progress(self, done: int, size: int) -> None:
        if self.view.state is not UpdateState.FETCHING:
            return
        state = UpdateState.UNPACKING if done >= size else UpdateState.FETCHING
        self._task.tell(format_share(done, size), share(done, size))
        self._show(state=state, percent=share(done, size), amount=format_share(done, size))

    @Slot(object)
    def _prepared(self, prepared: "Prepared") -> None:
        self._task.succeed()
        if self._goes_on():
            return
        state = UpdateState.HANDED_OVER if prepared.command else UpdateState.READY
        self._show(state=state, version=prepared.version, command=prepared.command)
        self.load()

    @Slot(object)
    def _not_fetched(self, error: Exception) -> None:
        if not self._goes_on() and not self._cancelled.is_set():
            failure = describe_failure(error)
            self._task.fail(failure)
            self._show(state=UpdateState.OFFERED, failure=failure)

    def _goes_on(self) -> bool:
        """The download has ended: begin what waits for that, if anything does."""
        self._is_fetching = False
        waiting, self._next = self._next, None
        if waiting is not None:
            waiting()
        return waiting is not None

    def _show_installed(self, installed: _Installed) -> None:
        self._show(
            is_known=True,
            current=installed.current,
            has_server=installed.has_server,
            from_source=installed.from_source,
            former=installed.former,
            is_going_back=installed.is_going_back,
        )

    def _show(self, **values: object) -> None:
        self.view = replace(self.view, **values)  # type: ignore[arg-type]
        self.changed.emit()


def share(done: int, size: int) -> int:
    """Return how many per cent `done` is."""
    return 100 * done // max(size, 1)


def describe(updates: "Updates") -> _Installed:
    """Return what is known without the network; called in a worker."""
    from app.services.updates.installation import Way

    return _Installed(
        updates.current,
        updates.has_source,
        updates.installation.way is Way.NONE,
        updates.former_version,
        updates.is_going_back,
        updates.record.version if updates.is_prepared else "",
    )
