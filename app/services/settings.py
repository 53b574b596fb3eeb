"""The desktop's settings: read with care, because a damaged file must not keep Marina from starting."""

import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from app.services.engine.json_values import as_object

log = logging.getLogger(__name__)

LEAST_ZOOM, MOST_ZOOM = 80, 200
LANGUAGES = ("", "en", "zh_CN")
"""What there are texts in; "" is the system's."""
Theme = Literal["system", "light", "dark", "contrast"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose for the window. `geometry` is the window's place as Qt saves it, in base64."""

    theme: Theme = "system"
    geometry: str = ""
    keep_running_when_closed: bool = True
    last_page: str = "containers"
    language: str = ""  # "" is the system's
    tables: dict[str, Any] = field(default_factory=dict)  # how each table was arranged, by name
    notifications: bool = True
    check_for_updates: bool = False  # nobody is asked before the user wants it
    system_notifications: bool = True  # shown by the desktop while the window is not in front
    notice_levels: dict[str, Any] = field(default_factory=dict)  # what becomes of each kind of notice
    learned: dict[str, Any] = field(default_factory=dict)  # how many steps of each walkthrough are done
    zoom: int = 100  # per cent
    log_times: bool = False  # whether logs show the time of each line
    log_wrap: bool = False  # whether they break long lines
    log_levels: bool = True  # whether lines have the colour of their level
    log_searches: dict[str, Any] = field(default_factory=dict)  # in logs: the last ones, and the saved ones
    container_tab: str = "logs"  # the tab of a container that was looked at last
    recent_images: list[str] = field(default_factory=list)  # that were pulled, the newest first
    quit_choice: str = ""  # what becomes of the engine at quitting: "leave", "stop", or "" to ask

    @classmethod
    def from_json(cls, value: Any) -> "Settings":
        """Build it from a file's content; what is missing, unknown or of the wrong type keeps its default."""
        source, defaults = as_object(value), asdict(cls())
        usable = {name: source[name] for name in defaults if type(source.get(name)) is type(defaults[name])}
        settings = cls(**(defaults | usable))
        if settings.theme not in get_args(Theme):
            settings = replace(settings, theme="system")
        if settings.quit_choice not in ("", "leave", "stop"):
            settings = replace(settings, quit_choice="")
        return replace(settings, zoom=min(max(settings.zoom, LEAST_ZOOM), MOST_ZOOM))


class SettingsFile:
    """The settings on disk; a damaged file is set aside and the defaults hold."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.damaged: Path | None = None
        """Where a damaged file is that was set aside."""

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def read(self) -> Settings | None:
        """Return the settings as they are in the file, None when there are none that can be read."""
        try:
            return Settings.from_json(json.loads(self._path.read_text("utf-8")))
        except (OSError, ValueError, RecursionError):
            return None

    def load(self) -> Settings:
        """Return the settings, or the defaults when there are none that can be read."""
        try:
            return Settings.from_json(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, RecursionError) as error:
            log.warning("settings cannot be read, the defaults hold: %s: %s", self._path, error)
            self._set_aside()
            return Settings()

    def save(self, settings: Settings) -> None:
        """Write all or nothing. Raises OSError when the disk refuses."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(self._path, json.dumps(asdict(settings), indent=2) + "\n")

    def _set_aside(self) -> None:
        try:
            self.damaged = self._path.replace(self._path.with_suffix(".damaged"))
        except OSError as error:
            log.warning("cannot set the damaged file aside: %s", error)


def write_atomically(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace `path` by `text` in one step that survives a power cut. Raises OSError."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
