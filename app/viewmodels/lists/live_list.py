"""A list of the engine's objects that stays true: listed anew after events, with what goes on in each row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.lists.row_table_model import Row, RowTableModel
from app.viewmodels.question import Question
from app.viewmodels.settle import Settle
from app.viewmodels.tasks import RunningTask, TaskWords

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

_SETTLE_MS = 100  # several events of one change become one listing


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action on one row ended; `subject` is what messages call it."""

    key: str
    subject: str
    failure: Failure | None = None
    is_given_up: bool = False


class _OwnClient:
    """A client that one long piece of work has to itself: to give the work up is to cut its streams."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: EngineClient | None = None
        self.is_given_up = False

    def carry_out(self, call: Callable[["EngineClient"], None]) -> None:
        """Do the work; in a worker."""
        from app.services.engine.engine_client import EngineClient  # imports `requests`

        with EngineClient(self._access.client().socket_path) as self._client:
            if self.is_given_up:  # before there was a client to be told
                self._client.abort()
            call(self._client)

    def give_up(self) -> None:
        """End the work, which fails then; what has come to its end by now stays."""
        self.is_given_up = True
        if self._client is not None:
            self._client.abort()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An action on one row, so that it can be tried again."""

    name: str
    call: Callable[["EngineClient"], None]
    insists: bool
    long: TaskWords | None


class LiveList(QObject):
    """Keeps a table true to the engine and carries out actions on its rows. Subclasses list and make rows."""

    loaded_changed = Signal()
    counts_changed = Signal()
    failed = Signal(object)  # Failure of a listing
    action_begun = Signal(str)  # key
    action_failed = Signal(str, str, object)  # key, name, Failure

    def __init__(
        self, background: Background, access: Access, table: RowTableModel[Any], parent: QObject | None
    ) -> None:
        super().__init__(parent)
        self._background, self._access, self._rows = background, access, table
        self.is_loaded = False
        self.is_behind = False  # the engine was asked, and did not tell
        self._listing = Question(background, self._take, self._not_listed, self)
        self._busy: dict[str, str] = {}
        self._failures: dict[str, Failure] = {}
        self._tasks: dict[str, RunningTask] = {}  # of rows for which something takes long
        self._attempts: dict[str, _Attempt] = {}  # what goes on in a row, or has failed
        self._settle = Settle(self.refresh, _SETTLE_MS, self)

    place = ""  # the page of the list
    is_wanted = True  # lists that nobody has looked at yet need not follow events

    def want(self) -> None:
        """Somebody looks: list now, and follow events from here on."""
        self.is_wanted = True
        self.refresh()

    def filter(self, needle: str, only: str = "") -> None:
        """Show rows with every word of `needle`; `only` names a kind of row, "" is all."""
        raise NotImplementedError

    def _list(self) -> Any:
        """Ask the engine; runs on a worker."""
        raise NotImplementedError

    def _make_rows(self, listing: Any) -> Iterable[Row]:
        """Turn what `_list` returned into rows."""
        raise NotImplementedError

    def _dress(self, row: Any) -> Row:
        """Return the row with what goes on in it: `_busy` and `_failures` by key."""
        raise NotImplementedError

    @property
    def model(self) -> RowTableModel[Any]:
        """Return the rows as a table."""
        return self._rows

    @property
    def total(self) -> int:
        """Return how many rows there are."""
        return len(self._rows.rows)

    @Slot()
    def refresh(self) -> None:
        """List anew; a call during a listing leads to one more after it."""
        self._listing.ask(self._list)

    @Slot()
    def refresh_if_wanted(self) -> None:
        """List anew after the engine came back, unless nobody looks."""
        if self.is_wanted:
            self.refresh()

    @Slot()
    def refresh_soon(self) -> None:
        """List anew once events have settled."""
        if self.is_wanted:
            self._settle.ask()

    def dismiss(self, key: str) -> None:
        """Forget a row's failure."""
        if self._failures.pop(key, None) is not None:
            self._show(key)

    def retry(self, key: str) -> None:
        """Try again what has failed in a row."""
        attempt = self._attempts.get(key)
        if attempt is not None and key in self._failures:
            self._act(attempt.name, key, attempt.call, attempt.insists, attempt.long)

    def _act(
        self,
        name: str,
        key: str,
        call: Callable[["EngineClient"], None],
        insists: bool = False,
        long: TaskWords | None = None,
    ) -> None:
        """Carry out `call` on a worker; the row is busy with `name` meanwhile, and keeps the failure.

        `insists` does it even while something else goes on; what takes `long` is a task.
        """
        if key in self._busy and not insists:
            return
        row = self._rows.find_row(key)
        subject = row.name if row else key[:12]

        own = _OwnClient(self._access)

        def work() -> Outcome:
            try:
                if long is None:
                    call(self._access.client())
                else:
                    own.carry_out(call)
            except Exception as error:  # noqa: BLE001 - told in the row, whatever it is
                if own.is_given_up:
                    return Outcome(key, subject, is_given_up=True)
                return Outcome(key, subject, describe_failure(error, subject))
            return Outcome(key, subject)

        self._attempts[key] = _Attempt(name, call, insists, long)
        self._busy[key] = name
        self._failures.pop(key, None)
        self._show(key)
        self.action_begun.emit(key)
        if long is not None:
            self._tasks[key] = self._background.tasks.begin(long, own.give_up, self.place)
            self._background.run_alone(work, self._acted, self._list_failed)
        else:
            self._background.run(work, self._acted)

    @Slot(object)
    def _acted(self, outcome: Outcome) -> None:
        self._busy.pop(outcome.key, None)
        task = self._tasks.pop(outcome.key, self._background.tasks.none)
        if outcome.is_given_up:
            task.drop()
        elif outcome.failure is None:
            self._attempts.pop(outcome.key, None)
            task.succeed()
        else:
            task.fail(outcome.failure)
            self._failures[outcome.key] = outcome.failure
            self.action_failed.emit(outcome.key, outcome.subject, outcome.failure)
        self._show(outcome.key)
        self.refresh()

    def _show(self, key: str) -> None:
        row = self._rows.find_row(key)
        if row is not None:
            self._rows.update_row(self._dress(row))

    @Slot(object)
    def _take(self, listing: Any) -> None:
        rows = list(self._make_rows(listing))
        known = {row.key for row in rows}
        self._failures = {key: failure for key, failure in self._failures.items() if key in known}
        alive = self._failures.keys() | self._busy.keys()
        self._attempts = {key: attempt for key, attempt in self._attempts.items() if key in alive}
        self._rows.set_rows(map(self._dress, rows))
        self.is_behind = False
        if not self.is_loaded:
            self.is_loaded = True
            self.loaded_changed.emit()
        self.counts_changed.emit()

    @Slot(object)
    def _not_listed(self, error: Exception) -> None:
        self.is_behind = True
        self._list_failed(error)

    @Slot(object)
    def _list_failed(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
