"""The window's keys: views take theirs from here, and the overview shows them all."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

_Standard = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Key:
    """One or more keys that do the same; a standard key is what the system has for it."""

    source: str  # what they do, in English
    keys: tuple[QKeySequence.StandardKey | str, ...]
    also: tuple[str, ...] = ()  # the same key by another name, which nobody needs to read

    @property
    def label(self) -> str:
        """Return what they do."""
        return QCoreApplication.translate("Keys", self.source)

    @property
    def sequences(self) -> list[QKeySequence]:
        """Return the keys."""
        found: list[QKeySequence] = []
        for key in (*self.keys, *self.also):
            found += [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
        return found

    @property
    def words(self) -> str:
        """Return the keys as the system writes them."""
        native = QKeySequence.SequenceFormat.NativeText
        return "  ".join(QKeySequence(key).toString(native) for key in self.keys)

    def bind(
        self,
        widget: QWidget,
        slot: Callable[[], object],
        context: Qt.ShortcutContext = Qt.ShortcutContext.WindowShortcut,
    ) -> None:
        """Let the keys call `slot` where `context` says."""
        for keys in self.sequences:
            shortcut = QShortcut(keys, widget)
            shortcut.setContext(context)
            shortcut.activated.connect(slot)

    def is_pressed(self, event: QKeyEvent) -> bool:
        """Return whether an event is one of the keys, be it of the block of digits or not."""
        pressed = QKeySequence(event.modifiers().value & ~_KEYPAD | event.key())
        return pressed in self.sequences


_KEYPAD = Qt.KeyboardModifier.KeypadModifier.value


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - Qt's tool looks for this name
    """Return `text`, which is translated where it is shown."""
    del context
    return text


SEARCH = Key(QT_TRANSLATE_NOOP("Keys", "Search everything"), ("Ctrl+K",))
FIND = Key(QT_TRANSLATE_NOOP("Keys", "Filter the list, search the log"), (_Standard.Find,))
RUN = Key(QT_TRANSLATE_NOOP("Keys", "Run a container"), ("Ctrl+N",))
PULL = Key(QT_TRANSLATE_NOOP("Keys", "Pull an image"), ("Ctrl+Shift+P",))
REFRESH = Key(QT_TRANSLATE_NOOP("Keys", "Refresh"), (_Standard.Refresh,))
BACK = Key(QT_TRANSLATE_NOOP("Keys", "Go back, close what is open"), ("Esc",))
LARGER = Key(QT_TRANSLATE_NOOP("Keys", "Larger"), (_Standard.ZoomIn, "Ctrl+="))
SMALLER = Key(QT_TRANSLATE_NOOP("Keys", "Smaller"), (_Standard.ZoomOut,))
NORMAL_SIZE = Key(QT_TRANSLATE_NOOP("Keys", "Normal size"), ("Ctrl+0",))
OVERVIEW = Key(QT_TRANSLATE_NOOP("Keys", "Show the keys"), ("?",), also=("Shift+?",))
QUIT = Key(QT_TRANSLATE_NOOP("Keys", "Quit Marina"), ("Ctrl+Q",))  # Windows has no standard key for it
EVERYWHERE = (SEARCH, FIND, RUN, PULL, REFRESH, BACK, LARGER, SMALLER, NORMAL_SIZE, OVERVIEW, QUIT)

SEARCH_SECOND = Key(QT_TRANSLATE_NOOP("Keys", "Second action"), ("Ctrl+Return",), ("Ctrl+Enter",))
SEARCH_ALL = Key(QT_TRANSLATE_NOOP("Keys", "All actions"), ("Tab",))
SEARCHING = (SEARCH_SECOND, SEARCH_ALL)

OPEN = Key(QT_TRANSLATE_NOOP("Keys", "Open"), ("Return",), ("Enter",))
SELECT = Key(QT_TRANSLATE_NOOP("Keys", "Select"), ("Space",))  # Qt's own, as the menu's
DELETE = Key(QT_TRANSLATE_NOOP("Keys", "Delete"), ("Del",))
MENU = Key(QT_TRANSLATE_NOOP("Keys", "Menu of actions"), ("Menu", "Shift+F10"))
LIST = (OPEN, SELECT, DELETE, MENU)

START_STOP = Key(QT_TRANSLATE_NOOP("Keys", "Start or stop"), ("S",))
RESTART = Key(QT_TRANSLATE_NOOP("Keys", "Restart"), ("R",))
LOGS = Key(QT_TRANSLATE_NOOP("Keys", "Logs"), ("L",))
TERMINAL = Key(QT_TRANSLATE_NOOP("Keys", "Terminal"), ("T",))
BROWSER = Key(QT_TRANSLATE_NOOP("Keys", "Open in the browser"), ("O",))
CONTAINERS = (START_STOP, RESTART, LOGS, TERMINAL, BROWSER)

NEXT_TAB = Key(QT_TRANSLATE_NOOP("Keys", "Next tab"), ("Ctrl+PgDown", "Ctrl+Tab"))
PREVIOUS_TAB = Key(QT_TRANSLATE_NOOP("Keys", "Previous tab"), ("Ctrl+PgUp", "Ctrl+Shift+Tab"))
NEXT_MATCH = Key(QT_TRANSLATE_NOOP("Keys", "Next match in the log"), ("F3",))
PAST_SEARCHES = Key(QT_TRANSLATE_NOOP("Keys", "Last and saved searches in logs"), ("Down",))
NEWEST_LINE = Key(QT_TRANSLATE_NOOP("Keys", "Follow the log"), ("End",))
FOLDER_ABOVE = Key(QT_TRANSLATE_NOOP("Keys", "Folder above, in the files"), ("Backspace",))
CONTAINER = (NEXT_TAB, PREVIOUS_TAB, NEXT_MATCH, PAST_SEARCHES, NEWEST_LINE, FOLDER_ABOVE)

SHELL_COPY = Key(QT_TRANSLATE_NOOP("Keys", "Copy"), ("Ctrl+Shift+C",))
SHELL_PASTE = Key(QT_TRANSLATE_NOOP("Keys", "Paste"), ("Ctrl+Shift+V", "Shift+Ins"))
SHELL_SEARCH = Key(QT_TRANSLATE_NOOP("Keys", "Search"), ("Ctrl+Shift+F",))
SHELL_UP = Key(QT_TRANSLATE_NOOP("Keys", "Scroll up"), ("Shift+PgUp",))
SHELL_DOWN = Key(QT_TRANSLATE_NOOP("Keys", "Scroll down"), ("Shift+PgDown",))
SHELL_LEAVE = Key(
    QT_TRANSLATE_NOOP("Keys", "Leave the terminal"), ("Ctrl+Shift+Tab",), ("Ctrl+Shift+Backtab",)
)
SHELL = (SHELL_COPY, SHELL_PASTE, SHELL_SEARCH, SHELL_UP, SHELL_DOWN, SHELL_LEAVE)
