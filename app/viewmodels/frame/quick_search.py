"""Quick search: one box over everything in the lists, the pages and what can be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.lists.row_table_model import RowTableModel

if TYPE_CHECKING:
    from app.viewmodels.desktop import DesktopViewModel

MOST = 40
KINDS_OF_ROWS = ("container", "image", "volume", "network")
"""Kinds of entries that are a row of a list, on the page of the same name with an s."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to go to or to do: `kind` and `target` say what, `title` and `remark` are shown."""

    kind: str  # "container", "image", "volume", "network", "page", "setting", "lesson", "registry", "action"
    target: str
    title: str
    remark: str = ""
    icon: str = "search"
    words: str = ""  # searched too, not shown


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An entry with its words as they are compared: thousands are, with each key that is typed."""

    entry: Entry
    title: str
    rest: str

    @classmethod
    def of(cls, entry: Entry) -> "_Candidate":
        title = entry.title.casefold()
        return cls(entry, title, f"{title} {entry.remark} {entry.words}".casefold())


class QuickSearch(QObject):
    """Finds entries by what is typed; what was chosen lately comes first."""

    changed = Signal()

    def __init__(self, desktop: "DesktopViewModel") -> None:
        super().__init__(desktop)
        self._desktop = desktop
        self._recent: list[tuple[str, str]] = []
        self.places: list[Entry] = []  # pages and actions, told by the window
        self._candidates: list[_Candidate] | None = None  # of the lists as they are now
        for viewmodel in (desktop.containers, desktop.images, desktop.volumes, desktop.networks):
            viewmodel.counts_changed.connect(self._lists_changed)

    @Slot()
    def _lists_changed(self) -> None:
        self._candidates = None
        self.changed.emit()

    def begin(self) -> None:
        """Somebody searches: have the lists that nobody has looked at yet, and states as they are now."""
        self._candidates = None
        if self._desktop.view.can_be_used:
            for viewmodel in (self._desktop.volumes, self._desktop.networks):
                if not viewmodel.is_wanted:
                    viewmodel.want()

    def find(self, text: str) -> list[Entry]:
        """Return what fits `text`, the best first; a leading ">" leaves only what can be done."""
        only_actions = text.startswith(">")
        needle = text.removeprefix(">").strip().casefold()
        if self._candidates is None:
            self._candidates = [_Candidate.of(entry) for entry in self._entries()]
        recent = {key: place for place, key in enumerate(self._recent)}
        found: list[tuple[float, int, Entry]] = []
        for place, candidate in enumerate(self._candidates):
            entry = candidate.entry
            if only_actions and entry.kind != "action":
                continue
            score = _score(needle, candidate)
            if score is not None:
                age = recent.get((entry.kind, entry.target))
                found.append((score + (5 if age is not None else 0), place, entry))
        found.sort(key=lambda item: (-item[0], item[1]))
        entries = [entry for _, _, entry in found[:MOST]]
        if needle and not only_actions and self._desktop.view.can_be_used:
            # Nothing is sent while somebody types: a dialog asks once more.
            title = self.tr("Search registries for “{0}”").format(text.strip())
            entries.append(Entry("registry", text.strip(), title, icon="search"))
        return entries

    def row_of(self, entry: Entry) -> Any:
        """Return the row of its list that an entry is, None when there is none any more."""
        desktop = self._desktop
        if entry.kind == "image":  # by name: an id may have several
            rows = desktop.images.table.rows
            return next((row for row in rows if row.tag == entry.target), None)
        tables: dict[str, RowTableModel[Any]] = {
            "container": desktop.containers.table,
            "volume": desktop.volumes.table,
            "network": desktop.networks.table,
        }
        return tables[entry.kind].find_row(entry.target) if entry.kind in tables else None

    def remember(self, entry: Entry) -> None:
        """Keep what was chosen for the next time."""
        key = (entry.kind, entry.target)
        self._recent = [key, *(other for other in self._recent if other != key)][:20]

    def _entries(self) -> Iterable[Entry]:
        for row in self._desktop.containers.table.rows:
            words = f"{row.short_id} {row.project} {' '.join(text for text, _ in row.links)}"
            state = self._desktop.containers.table.status(row)[0]
            yield Entry("container", row.key, row.name, f"{row.image} · {state}", "containers", words)
        for image in self._desktop.images.table.rows:
            if image.tag:
                yield Entry("image", image.tag, image.tag, image.short_id, "images")
        for volume in self._desktop.volumes.table.rows:
            if not volume.is_anonymous:
                yield Entry("volume", volume.key, volume.name, ", ".join(volume.users), "volumes")
        for network in self._desktop.networks.table.rows:
            subnets = ", ".join(network.network.subnets)
            yield Entry("network", network.key, network.name, subnets, "networks")
        yield from self.places


def match(needle: str, entry: Entry) -> float | None:
    """Return how well an entry fits, None when not: best a beginning, then a part, then scattered letters."""
    return _score(needle, _Candidate.of(entry))


def _score(needle: str, candidate: _Candidate) -> float | None:
    if not needle:
        return 0.0
    title = candidate.title
    if title.startswith(needle):
        return 100 - len(title) / 100
    place = title.find(needle)
    if place > 0:
        at_word = not title[place - 1].isalnum()
        return (80 if at_word else 60) - len(title) / 100
    if all(word in candidate.rest for word in needle.split()):
        return 40 - len(title) / 100
    letters = iter(title)
    if len(needle) > 1 and all(letter in letters for letter in needle):
        return 20 - len(title) / 100
    return None
