"""The engines that Marina knows: added with their host's key confirmed, chosen, removed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure

if TYPE_CHECKING:
    from app.services.engine.engines import SavedEngine
    from app.services.remote.remote_hosts import HostKey


@dataclass(frozen=True, slots=True)
class EngineRow:
    """An engine as the list shows it; `address` is "" for the machine of this computer."""

    name: str
    address: str
    is_chosen: bool

    @property
    def is_machine(self) -> bool:
        """Return whether it is the machine of this computer."""
        return not self.address


@dataclass(frozen=True, slots=True)
class NewEngine:
    """What is typed in for a new engine; `host_key` is there once the user has agreed to it."""

    name: str
    url: str
    tls_folder: str = ""
    host_key: str = ""


class EnginesViewModel(QObject):
    """Window and command line share the list. Another engine is worked with from the next start on."""

    changed = Signal()
    added = Signal()
    key_shown = Signal(str, str)  # the host's key to be kept, its fingerprint to be confirmed
    refused = Signal(object)  # Failure of adding
    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self.rows: tuple[EngineRow, ...] = ()
        self._first = ""  # the one that was chosen when the list was first read: it is worked with

    @property
    def needs_restart(self) -> bool:
        """Return whether another engine was chosen since Marina was started."""
        return any(row.is_chosen and row.name != self._first for row in self.rows)

    def load(self) -> None:
        """Read the list; the answer is `changed`."""
        self._background.run(self._read, self._listed, self._not_done)

    def use(self, name: str) -> None:
        """Choose an engine."""
        self._change(lambda: self._access.engines().use(name))

    def remove(self, name: str) -> None:
        """Forget an engine; nothing is changed there."""
        self._change(lambda: self._access.engines().remove(name))

    def add(self, new: NewEngine) -> None:
        """Add an engine that answers; a host that ssh does not know yet is asked for its key first."""
        self._background.run_alone(lambda: self._add(new), self._was_added, self._was_refused)

    def _add(self, new: NewEngine) -> "HostKey | None":
        from app.services.engine.engines import SavedEngine, check, check_engine
        from app.services.errors import MarinaError, UserError
        from app.services.explain import explain
        from app.services.remote.remote_hosts import ask_host_key

        key = new.host_key
        if new.url.startswith("ssh://") and not key:
            shown = ask_host_key(new.url)
            if not shown.known:
                return shown
            key = shown.line
        candidate = check(SavedEngine(new.name, new.url, key, new.tls_folder))
        try:
            check_engine(candidate)
        except MarinaError as error:
            told = explain(error)
            summary = f"{new.name} does not answer"
            advice = self.tr("Nothing was added. Check the address.")
            raise UserError(summary, told.details or told.summary, advice, told.code) from error
        self._access.engines().add(new.name, new.url, key, new.tls_folder)
        return None

    def _change(self, work: Callable[[], object]) -> None:
        def change() -> tuple[EngineRow, ...]:
            work()
            return self._read()

        self._background.run(change, self._listed, self._not_done)

    def _read(self) -> tuple[EngineRow, ...]:
        engines = self._access.engines()
        chosen: SavedEngine = engines.current()
        return tuple(EngineRow(e.name, e.url, e.name == chosen.name) for e in engines.list())

    @Slot(object)
    def _listed(self, rows: tuple[EngineRow, ...]) -> None:
        self.rows = rows
        self._first = self._first or next((row.name for row in rows if row.is_chosen), "")
        self.changed.emit()

    @Slot(object)
    def _was_added(self, key: "HostKey | None") -> None:
        if key is not None:
            self.key_shown.emit(key.line, key.fingerprint)
            return
        self.added.emit()
        self.load()

    @Slot(object)
    def _was_refused(self, error: Exception) -> None:
        self.refused.emit(describe_failure(error))

    @Slot(object)
    def _not_done(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
