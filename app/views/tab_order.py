"""Where Tab leads: through one part of a window after the other, whenever their widgets were made.

Qt goes by the order of making. Pages and what is in them are made when somebody looks at them, and would come
before the header at one time and behind the footer at another.
"""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def next_widget(
    window: QWidget, parts: Sequence[QWidget], current: QWidget | None, forward: bool
) -> QWidget | None:
    """Return what Tab leads to from `current`, or Shift+Tab unless `forward`; None where nothing takes it.

    `parts` of the window come in their order; after the last one it is the first one's turn.
    """
    order: list[QWidget] = []
    reachable = list(_reachable(window))
    for part in parts:
        order += [widget for widget in reachable if part is widget or part.isAncestorOf(widget)]
    if not order:
        return None
    if current not in order:
        return order[0] if forward else order[-1]
    return order[(order.index(current) + (1 if forward else -1)) % len(order)]


def insert_before(anchor: QWidget, added: QWidget) -> None:
    """Let Tab reach what is in `added` just before `anchor`: Qt puts new widgets behind all others."""
    last = anchor.previousInFocusChain() or anchor
    while last.focusPolicy() is Qt.FocusPolicy.NoFocus and last is not anchor:
        last = last.previousInFocusChain() or anchor
    for widget in added.findChildren(QWidget):
        is_inside = widget.window() is added.window()  # the list of a combo box is a window of its own
        if is_inside and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            QWidget.setTabOrder(last, widget)
            last = widget


def _reachable(window: QWidget) -> Iterator[QWidget]:
    """Yield what Tab can reach, in Qt's order."""
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        takes_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
        if takes_tab and widget.isEnabled() and widget.isVisible() and widget.focusProxy() is None:
            yield widget
        widget = widget.nextInFocusChain()
