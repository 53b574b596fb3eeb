"""What a terminal sends for a key. Source: xterm's ctlseqs, "PC-Style Function Keys"."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_Key = Qt.Key
_ARROWS = {
    _Key.Key_Up: "A",
    _Key.Key_Down: "B",
    _Key.Key_Right: "C",
    _Key.Key_Left: "D",
    _Key.Key_Home: "H",
    _Key.Key_End: "F",
}
_NUMBERED = {
    _Key.Key_Insert: 2,
    _Key.Key_Delete: 3,
    _Key.Key_PageUp: 5,
    _Key.Key_PageDown: 6,
    _Key.Key_F5: 15,
    _Key.Key_F6: 17,
    _Key.Key_F7: 18,
    _Key.Key_F8: 19,
    _Key.Key_F9: 20,
    _Key.Key_F10: 21,
    _Key.Key_F11: 23,
    _Key.Key_F12: 24,
}
_LETTERED = {_Key.Key_F1: "P", _Key.Key_F2: "Q", _Key.Key_F3: "R", _Key.Key_F4: "S"}
_PLAIN = {
    _Key.Key_Return: b"\r",
    _Key.Key_Enter: b"\r",
    _Key.Key_Backspace: b"\x7f",
    _Key.Key_Tab: b"\t",
    _Key.Key_Backtab: b"\x1b[Z",
    _Key.Key_Escape: b"\x1b",
}
_CONTROLS = {
    _Key.Key_Space: b"\0",
    _Key.Key_At: b"\0",
    _Key.Key_BracketLeft: b"\x1b",
    _Key.Key_Backslash: b"\x1c",
    _Key.Key_BracketRight: b"\x1d",
    _Key.Key_AsciiCircum: b"\x1e",
    _Key.Key_Underscore: b"\x1f",
    _Key.Key_Slash: b"\x1f",
}


def encode_key(event: QKeyEvent, application_cursor: bool) -> bytes:
    """Return the bytes for a key press, b"" for a key that sends none."""
    modifiers = event.modifiers()
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    key = Qt.Key(event.key())
    number = 1 + shift + 2 * alt + 4 * control
    if key in _ARROWS:
        if number > 1:
            return f"\x1b[1;{number}{_ARROWS[key]}".encode()
        return f"\x1b{'O' if application_cursor else '['}{_ARROWS[key]}".encode()
    if key in _NUMBERED:
        return f"\x1b[{_NUMBERED[key]}{f';{number}' if number > 1 else ''}~".encode()
    if key in _LETTERED:
        return (
            f"\x1b[1;{number}{_LETTERED[key]}".encode() if number > 1 else f"\x1bO{_LETTERED[key]}".encode()
        )
    before = b"\x1b" if alt else b""
    if key in _PLAIN:
        return before + (b"\x08" if control and key == _Key.Key_Backspace else _PLAIN[key])
    if control:
        if _Key.Key_A <= key <= _Key.Key_Z:
            return before + bytes([key - _Key.Key_A + 1])
        return before + _CONTROLS[key] if key in _CONTROLS else b""
    return before + event.text().encode() if event.text() else b""


def encode_paste(text: str, bracketed: bool) -> bytes:
    """Return pasted text as the terminal sends it; it cannot end its own brackets."""
    text = text.replace("\r\n", "\r").replace("\n", "\r")
    text = "".join(c for c in text if c >= " " or c in "\r\t")
    return b"\x1b[200~" + text.encode() + b"\x1b[201~" if bracketed else text.encode()
