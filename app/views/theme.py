"""The look in one place: colour tokens, Qt palette and style sheet, light and dark, switched at run time."""

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

_STYLE_FILE = files("resources") / "styles" / "marina.qss"
_ICON_FOLDER = files("resources") / "icons"
FONT_PIXELS = 13
ZOOMS = (80, 90, 100, 110, 125, 150, 175, 200)
_PIXELS = re.compile(r"(\d+)px")
ROW_HEIGHT = 44


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one appearance, as #rrggbb. Names say the use, not the hue."""

    bg: str
    surface: str
    side: str
    text: str
    muted: str
    border: str
    hover: str
    accent: str
    accent_hover: str
    on_accent: str
    sel: str
    ok: str
    warn: str
    err: str
    idle: str
    off: str  # icons of what cannot be done now
    warn_bg: str
    err_bg: str
    ok_bg: str


LIGHT = Tokens(
    bg="#f6f7f9",
    surface="#ffffff",
    side="#eef1f5",
    text="#1b2430",
    muted="#5c6b7e",
    border="#dde3ea",
    hover="#f0f3f7",
    accent="#0b6bcb",
    accent_hover="#095ba9",
    on_accent="#ffffff",
    sel="#e3effb",
    ok="#1a7f4b",
    warn="#8a5a00",
    err="#c62828",
    idle="#7b8794",
    off="#b8c2cd",
    warn_bg="#fdf4dd",
    err_bg="#fdecec",
    ok_bg="#e6f5ec",
)
DARK = Tokens(
    bg="#14181f",
    surface="#1b212a",
    side="#10141a",
    text="#e6ebf2",
    muted="#97a5b8",
    border="#2b3440",
    hover="#222a35",
    accent="#4aa3ff",
    accent_hover="#74b9ff",
    on_accent="#08182b",
    sel="#1f3a57",
    ok="#4cc38a",
    warn="#e2b341",
    err="#ff6b6b",
    idle="#7b8794",
    off="#465261",
    warn_bg="#2e2918",
    err_bg="#34201f",
    ok_bg="#172d23",
)


CONTRAST = Tokens(
    bg="#000000",
    surface="#000000",
    side="#000000",
    text="#ffffff",
    muted="#e0e0e0",
    border="#9a9a9a",
    hover="#262626",
    accent="#7cc0ff",
    accent_hover="#a8d5ff",
    on_accent="#000000",
    sel="#00407a",
    ok="#5df2a6",
    warn="#ffd54a",
    err="#ff9a94",
    idle="#bdbdbd",
    off="#6a6a6a",
    warn_bg="#241c00",
    err_bg="#2e0806",
    ok_bg="#00240f",
)


class Appearance(StrEnum):
    """What the user chose; SYSTEM follows the desktop, also when it changes while Marina runs."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two colours, from 1 to 21."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@lru_cache(maxsize=4096)
def _luminance(name: str) -> float:
    color = QColor(name)
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def build_palette(tokens: Tokens) -> QPalette:
    """Return the Qt palette for what the style sheet leaves to Fusion."""
    role = QPalette.ColorRole
    palette = QPalette()
    for name, color in {
        role.Window: tokens.bg,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.hover,
        role.Button: tokens.surface,
        role.WindowText: tokens.text,
        role.Text: tokens.text,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.err,
        role.ToolTipBase: tokens.surface,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.sel,
        role.HighlightedText: tokens.text,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
        role.Light: tokens.border,
        role.Midlight: tokens.border,
        role.Mid: tokens.border,
        role.Dark: tokens.border,
        role.Shadow: tokens.border,
    }.items():
        palette.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(tokens.idle))
    return palette


def monospace_font() -> QFont:
    """Return the system's fixed-width font at the interface's size."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(Theme.current().scaled(FONT_PIXELS))
    return font


def _pictures(dark: bool) -> dict[str, str]:
    """Return the files with a field's tick and arrows: a style sheet takes pictures by path only."""
    look = "dark" if dark else "light"
    return {
        name: str(_ICON_FOLDER / f"{name}-{look}.svg").replace("\\", "/")
        for name in ("tick", "dash", "down", "up")
    }


class Theme(QObject):
    """Applies the chosen appearance to the application and tells when the colours change."""

    changed = Signal()
    _instance: "Theme | None" = None

    def __init__(self, application: QApplication, appearance: Appearance = Appearance.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._appearance = appearance
        self._zoom, self._base_zoom = 100, 100
        self._template = Template(_STYLE_FILE.read_text(encoding="utf-8"))
        self.tokens = LIGHT
        Theme._instance = self
        application.setStyle("Fusion")
        self._apply()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @classmethod
    def current(cls) -> "Theme":
        """Return the theme of the running application."""
        assert cls._instance is not None, "the application makes its Theme first"
        return cls._instance

    @property
    def appearance(self) -> Appearance:
        """Return what the user chose."""
        return self._appearance

    def choose(self, appearance: Appearance) -> None:
        """Switch to another appearance at once."""
        if appearance is not self._appearance:
            self._appearance = appearance
            self._apply()

    @property
    def zoom(self) -> int:
        """Return the size of all there is in the window, in per cent."""
        return self._zoom

    @property
    def magnified(self) -> float:
        """Return how much larger Qt draws every pixel, by what was chosen before this start."""
        return self._base_zoom / 100

    def begin_zoomed(self, percent: int) -> None:
        """The whole application was started at this size already: Qt draws everything so much larger."""
        self._zoom = self._base_zoom = percent

    def choose_zoom(self, percent: int) -> None:
        """Let texts and the room around them be so large from now on."""
        if percent != self._zoom:
            self._zoom = percent
            self._apply()

    def scaled(self, pixels: int) -> int:
        """Return a length at the chosen size."""
        return max(1, round(pixels * self._zoom / self._base_zoom))

    def unscaled(self, pixels: int) -> int:
        """Return what `scaled` makes these pixels of."""
        return max(1, round(pixels * self._base_zoom / self._zoom))

    def _follow_system(self) -> None:
        if self._appearance is Appearance.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        system_is_dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        strong = self._appearance is Appearance.CONTRAST
        dark = (
            strong
            or self._appearance is Appearance.DARK
            or (self._appearance is Appearance.SYSTEM and system_is_dark)
        )
        self.tokens = CONTRAST if strong else DARK if dark else LIGHT
        self._application.setPalette(build_palette(self.tokens))
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPixelSize(self.scaled(FONT_PIXELS))
        self._application.setFont(font)
        style = self._template.substitute(asdict(self.tokens) | _pictures(dark))
        if self._zoom != self._base_zoom:
            style = _PIXELS.sub(
                lambda match: f"{self.scaled(int(match[1])) if match[1] != '0' else 0}px", style
            )
        self._application.setStyleSheet(style)
        self.changed.emit()
