"""What was searched for in logs, and the searches that the user has given a name; kept between runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

from app.services.engine.json_values import as_object, get_flag, get_list, get_object, get_text, get_texts
from app.viewmodels.containers.container_logs import Source
from app.viewmodels.containers.merged_logs import MOST_CONTAINERS
from app.viewmodels.frame.preferences import Preferences

LONGEST_NAME = 60
LONGEST_TEXT = 1_000  # characters of a text that is kept
MOST_SAVED = 50
_MOST_RECENT = 10


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What to search for, in which stream ("" is both), and in the logs of which containers, by name.

    Without `containers` it is for any log.
    """

    text: str
    is_expression: bool = False
    source: Source = ""
    containers: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Any) -> "LogQuery | None":
        """Build it from the settings; None for what is none."""
        kept = as_object(value)
        text, source = get_text(kept, "text"), get_text(kept, "source")
        if not text or len(text) > LONGEST_TEXT or source not in get_args(Source):
            return None
        names = get_texts(kept, "containers")[:MOST_CONTAINERS]
        return cls(text, get_flag(kept, "is_expression"), source, names)  # type: ignore[arg-type]


class LogSearches:
    """Reads and changes them in the window's settings, which bound how many there are."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    @property
    def recent(self) -> list[LogQuery]:
        """Return what was searched for last, the newest first."""
        found = map(LogQuery.from_json, get_list(self._preferences.log_searches, "recent"))
        return [query for query in found if query is not None][:_MOST_RECENT]

    @property
    def saved(self) -> dict[str, LogQuery]:
        """Return the saved ones by their names, in the names' order."""
        found: dict[str, LogQuery] = {}
        kept = get_object(self._preferences.log_searches, "saved")
        for name in sorted(kept, key=str.casefold)[:MOST_SAVED]:
            query = LogQuery.from_json(kept[name])
            if query is not None and name and len(name) <= LONGEST_NAME:
                found[name] = query
        return found

    def remember(self, text: str, is_expression: bool) -> None:
        """Something was searched for: it comes before the others."""
        if text.strip() and len(text) <= LONGEST_TEXT:
            query = LogQuery(text, is_expression)
            others = [other for other in self.recent if other != query]
            self._keep(recent=[query, *others][:_MOST_RECENT])

    def forget_recent(self) -> None:
        """Forget what was searched for; the saved ones stay."""
        self._keep(recent=[])

    def save(self, name: str, query: LogQuery) -> None:
        """Keep a search under a name; one of that name is replaced."""
        self._keep(saved=self.saved | {name: query})

    def rename(self, name: str, new_name: str) -> None:
        """Give a saved search another name."""
        others = self.saved
        if (query := others.pop(name, None)) is not None:
            self._keep(saved=others | {new_name: query})

    def remove(self, name: str) -> None:
        """Forget a saved search."""
        others = self.saved
        others.pop(name, None)
        self._keep(saved=others)

    def _keep(
        self, recent: list[LogQuery] | None = None, saved: Mapping[str, LogQuery] | None = None
    ) -> None:
        recent = self.recent if recent is None else recent
        saved = self.saved if saved is None else saved
        kept = {
            "recent": [_to_json(query) for query in recent],
            "saved": {name: _to_json(query) for name, query in saved.items()},
        }
        self._preferences.change(log_searches=kept)


def _to_json(query: LogQuery) -> dict[str, Any]:
    return asdict(query) | {"containers": list(query.containers)}  # as it comes back from the file
