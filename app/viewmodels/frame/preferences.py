"""What the user chose for the window, kept between runs."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from app.services.engine.json_values import as_object, get_list, get_number
from app.services.settings import Settings, SettingsFile

log = logging.getLogger(__name__)

_SAVE_MS = 400
_MOST_RECENT = 20
LEAST_WIDTH, MOST_WIDTH = 48, 2_000  # pixels of a column


@dataclass(frozen=True, slots=True)
class TableArrangement:
    """How a table is shown: of so many columns these are hidden; sorted by `sort`, -1 when by none.

    `widths` has the pixels of the columns whose width the user has changed.
    """

    columns: int = 0
    hidden: frozenset[int] = frozenset()
    sort: int = -1
    descending: bool = False
    widths: Mapping[int, int] = field(default_factory=dict)


class Preferences(QObject):
    """Reads once, writes a moment after the last change, and takes over what the command line changes."""

    changed_elsewhere = Signal()
    not_saved = Signal(str)  # why: told once, until it works again

    def __init__(
        self,
        file: SettingsFile,
        parent: QObject | None = None,
        fixed: Mapping[str, Any] | None = None,
        fixed_by: str = "",
    ) -> None:
        """`fixed` are choices that an administrator has made, by their names, and `fixed_by` is who."""
        super().__init__(parent)
        self._file = file
        self._fixed = dict(fixed or {})
        self.fixed_by = fixed_by
        self._own = self._saved = file.load()
        self._settings = replace(self._own, **self._fixed)
        self._is_retired = self._tells_not_saved = False
        self._watcher: QFileSystemWatcher | None = None
        self._timer = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._timer.timeout.connect(self.save)

    @property
    def damaged(self) -> str:
        """Return where the file is that could not be read and was set aside, "" when none was."""
        return str(self._file.damaged or "")

    @property
    def theme(self) -> str:
        """Return "system", "light", "dark" or "contrast"."""
        return self._settings.theme

    @property
    def geometry(self) -> str:
        """Return the window's place, "" before there is one."""
        return self._settings.geometry

    @property
    def last_page(self) -> str:
        """Return the name of the page that was shown last."""
        return self._settings.last_page

    @property
    def language(self) -> str:
        """Return the language of the window, such as "zh_CN", or "" for the system's."""
        return self._settings.language

    @property
    def keep_running_when_closed(self) -> bool:
        """Return whether closing the window leaves Marina in the tray."""
        return self._settings.keep_running_when_closed

    @property
    def notifications(self) -> bool:
        """Return whether notices are kept at all."""
        return self._settings.notifications

    @property
    def system_notifications(self) -> bool:
        """Return whether the system shows notices while the window is not in front."""
        return self._settings.system_notifications

    @property
    def check_for_updates(self) -> bool:
        """Return whether the window looks for newer versions by itself."""
        return self._settings.check_for_updates

    @property
    def zoom(self) -> int:
        """Return the size of all there is in the window, in per cent."""
        return self._settings.zoom

    @property
    def log_times(self) -> bool:
        """Return whether logs show the time of each line."""
        return self._settings.log_times

    @property
    def log_wrap(self) -> bool:
        """Return whether logs break lines that are too long for the view."""
        return self._settings.log_wrap

    @property
    def log_levels(self) -> bool:
        """Return whether lines of logs have the colour of their level."""
        return self._settings.log_levels

    @property
    def log_searches(self) -> dict[str, Any]:
        """Return what was searched for in logs, as `LogSearches` keeps it."""
        return self._settings.log_searches

    @property
    def recent_images(self) -> list[str]:
        """Return the names that were pulled, the newest first."""
        return [name for name in self._settings.recent_images if isinstance(name, str)]

    def remember_image(self, name: str) -> None:
        """A name was pulled: it comes before the others."""
        others = (other for other in self.recent_images if other != name)
        self.change(recent_images=[name, *others][:_MOST_RECENT])

    @property
    def container_tab(self) -> str:
        """Return the tab of a container that was looked at last."""
        return self._settings.container_tab

    @property
    def quit_choice(self) -> str:
        """Return what becomes of the engine at quitting: "leave", "stop", or "" to ask."""
        return self._settings.quit_choice

    def is_fixed(self, name: str) -> bool:
        """Return whether an administrator has made a choice, so that the user cannot."""
        return name in self._fixed

    def notice_level(self, kind: str, default: str) -> str:
        """Return what becomes of notices of a kind, `default` where nobody has chosen."""
        level = self._settings.notice_levels.get(kind)
        return level if isinstance(level, str) else default

    def choose_notice_level(self, kind: str, level: str) -> None:
        """Keep what becomes of notices of a kind."""
        self.change(notice_levels=self._settings.notice_levels | {kind: str(level)})

    def learned(self, lesson: str) -> int:
        """Return how many steps of a walkthrough are done."""
        return get_number(self._settings.learned, lesson)

    def remember_learned(self, lesson: str, done: int) -> None:
        """Keep how many steps of a walkthrough are done."""
        self.change(learned=self._settings.learned | {lesson: done})

    def table(self, name: str) -> TableArrangement:
        """Return how a table was arranged."""
        kept = as_object(self._settings.tables.get(name))
        hidden = frozenset(place for place in get_list(kept, "hidden") if isinstance(place, int))
        sort = get_list(kept, "sort")
        if len(sort) != 2 or not isinstance(sort[0], int):
            sort = [-1, 0]
        widths = {
            int(place): width
            for place, width in as_object(kept.get("widths")).items()
            if place.isdecimal() and isinstance(width, int) and LEAST_WIDTH <= width <= MOST_WIDTH
        }
        return TableArrangement(get_number(kept, "columns"), hidden, sort[0], bool(sort[1]), widths)

    def remember_table(self, name: str, arrangement: TableArrangement) -> None:
        """Keep how a table is arranged."""
        kept = {
            "columns": arrangement.columns,
            "hidden": sorted(arrangement.hidden),
            "sort": [arrangement.sort, int(arrangement.descending)],
            "widths": {str(place): width for place, width in sorted(arrangement.widths.items())},
        }
        if kept != self._settings.tables.get(name):
            self.change(tables=self._settings.tables | {name: kept})

    def change(self, **values: Any) -> None:
        """Change settings by name; those that are fixed stay."""
        self._own = replace(self._own, **{n: value for n, value in values.items() if n not in self._fixed})
        self._settings = replace(self._own, **self._fixed)
        self._timer.start()

    def reset(self) -> None:
        """Go back to the defaults; the window stays where it is. It is `changed_elsewhere`."""
        first = Settings()
        self.change(**{f.name: getattr(first, f.name) for f in fields(Settings) if f.name != "geometry"})
        self.changed_elsewhere.emit()

    def follow(self) -> None:
        """Take over from now on what others write into the file; each time it is `changed_elsewhere`."""
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._look)
        self._watch()

    def _watch(self) -> None:
        """Watch the file that has the name now: each writing is a new one."""
        path = str(self._file.path)
        if self._watcher is not None and path not in self._watcher.files() and self._file.path.exists():
            self._watcher.addPath(path)

    @Slot()
    def _look(self) -> None:
        self._watch()
        self._take(self._file.read())

    def _take(self, written: Settings | None) -> None:
        """Take over what is in the file, but for what was changed here and is not written yet."""
        if written is None or written == self._saved or self._is_retired:
            return
        names = [field.name for field in fields(Settings)]
        mine = {n: getattr(self._own, n) for n in names if getattr(self._own, n) != getattr(self._saved, n)}
        self._saved = written
        self._own = replace(written, **mine)
        self._settings = replace(self._own, **self._fixed)
        self.changed_elsewhere.emit()

    def save(self) -> None:
        """Write now what has changed."""
        self._timer.stop()
        if self._own == self._saved or self._is_retired:
            return
        self._take(self._file.read())
        try:
            self._file.save(self._own)
        except OSError as error:
            log.warning("settings cannot be saved: %s", error)
            if not self._tells_not_saved:
                self._tells_not_saved = True
                self.not_saved.emit(f"{self._file.path}: {error.strerror}")
        else:
            self._saved, self._tells_not_saved = self._own, False
            self._watch()

    def retire(self) -> None:
        """Write nothing more: the file is to be removed."""
        self._is_retired = True
