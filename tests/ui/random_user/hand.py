"""A hand that presses whatever can be pressed: it looks at what is in sight, as a user does, and picks."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.views import keys
from app.views.widgets.table import ActionsDelegate, RowTable

WORDS = (
    "",
    "a",
    "web",
    "nginx:1.27",
    "alpine:3.22",
    "mysql:9",
    "shop_db",
    "sleep 1000",
    "8080:80",
    "0",
    "-1",
    "99999999999999999999",
    "NAME=value",
    "=",
    "/data",
    "172.30.0.0/16",
    "127.0.0.1:9",
    "tcp://127.0.0.1:9",
    "unix:///nowhere",
    "<b>bold</b><img src=x>",
    "{0} %s %1 &and",
    "\u202eright to left",
    "名字 👩‍🚀 é",
    "x" * 300,
    "[a-",
    "status:running -name:web",
    "'\"`$(x)\\",
)
"""What is typed: names that are there, numbers, addresses that lead nowhere, and what breaks programs."""
_KEYS = (
    *keys.EVERYWHERE,
    *keys.LIST,
    *keys.CONTAINERS,
    *keys.CONTAINER,
    *keys.SHELL,
    keys.Key("Walk", ("Tab",)),
    keys.Key("Walk back", ("Shift+Tab",)),
    keys.Key("Down", ("Down",)),
    keys.Key("Up", ("Up",)),
    keys.Key("All", ("Ctrl+A",)),
    keys.Key("First", ("Home",)),
    keys.Key("Page", ("PgDown",)),
    *(keys.Key("Page of the window", (f"Ctrl+{number}",)) for number in (*range(1, 10), ",")),
)
_LINK = re.compile(r'href="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done now: `kind` groups what is alike, `name` is told, `do` does it."""

    kind: str
    name: str
    do: Callable[[], object]


class Hand:
    """Does one thing after another in the window, a dialog or a menu of it, whichever is in front."""

    def __init__(self, window: QWidget, chance: random.Random) -> None:
        self.window, self._chance = window, chance

    def pick(self) -> Deed:
        """Return one of the things that can be done now: first its kind, so that none crowds the others."""
        menu = QApplication.activePopupWidget()
        if isinstance(menu, QMenu):
            return self._chance.choice(self._in_menu(menu))
        front = menu or QApplication.activeModalWidget() or self.window
        by_kind: dict[str, list[Deed]] = {}
        for deed in self._in(front):
            by_kind.setdefault(deed.kind, []).append(deed)
        kinds = sorted(by_kind)
        weights = [4 if kind in ("button", "row") else 1 for kind in kinds]
        return self._chance.choice(by_kind[self._chance.choices(kinds, weights)[0]])

    def _in_menu(self, menu: QMenu) -> list[Deed]:
        usable = [action for action in menu.actions() if action.isEnabled() and not action.isSeparator()]
        deeds = [self._menu_deed(menu, action) for action in usable]
        return [*deeds, Deed("menu", "leave the menu", lambda: QTest.keyClick(menu, Qt.Key.Key_Escape))]

    def _menu_deed(self, menu: QMenu, action: QAction) -> Deed:
        def click() -> None:
            QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

        return Deed("menu", f"menu {action.text()!r}", click)

    def _in(self, front: QWidget) -> Iterator[Deed]:
        for widget in front.findChildren(QWidget):
            if widget.isVisible() and widget.window() is front and widget.isEnabled():
                if widget.visibleRegion().isEmpty():
                    continue
                yield from self._with(widget)
        target = QApplication.focusWidget() or front
        for key in _KEYS:
            for sequence in key.sequences:
                yield Deed(
                    "key",
                    f"key {sequence.toString()}",
                    lambda sequence=sequence: QTest.keySequence(target, sequence),  # type: ignore[misc]
                )
        if front is not self.window:
            yield Deed(
                "leave", f"leave {front.objectName()}", lambda: QTest.keyClick(front, Qt.Key.Key_Escape)
            )

    def _with(self, widget: QWidget) -> Iterator[Deed]:
        name = widget.objectName() or type(widget).__name__
        if isinstance(widget, QPushButton | QToolButton) and (menu := widget.menu()) is not None:
            # A press would not return before the menu has closed.
            yield Deed("button", f"menu of {name}", lambda: menu.popup(widget.mapToGlobal(QPoint())))
        elif isinstance(widget, QAbstractButton):
            yield Deed("button", f"press {name}", lambda: self._click(widget))
        elif isinstance(widget, QLineEdit | QPlainTextEdit | QAbstractSpinBox):
            if not widget.isReadOnly():
                yield Deed("text", f"type into {name}", lambda: self._type(widget))
        elif isinstance(widget, QComboBox):
            key = self._chance.choice((Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_End))
            yield Deed("choice", f"choose in {name}", lambda: QTest.keyClick(widget, key))
        elif isinstance(widget, QTabBar):
            yield Deed("tab", f"a tab of {name}", lambda: self._click_tab(widget))
        elif isinstance(widget, QHeaderView):
            if widget.orientation() is Qt.Orientation.Horizontal:
                yield Deed("header", f"sort {name}", lambda: self._click_within(widget.viewport()))
        elif isinstance(widget, QAbstractItemView):
            yield from self._with_rows(widget, name)
        elif isinstance(widget, QAbstractScrollArea) and not isinstance(widget, QScrollArea):
            yield Deed("view", f"click into {name}", lambda: self._click_within(widget.viewport()))
            yield Deed("view", f"menu of {name}", lambda: self._ask_for_menu(widget.viewport()))
            yield Deed("view", f"type into {name}", lambda: self._type(widget))
        elif isinstance(widget, QLabel):
            for target in _LINK.findall(widget.text()):
                yield Deed("link", f"link {target}", lambda target=target: widget.linkActivated.emit(target))  # type: ignore[misc]

    def _with_rows(self, view: QAbstractItemView, name: str) -> Iterator[Deed]:
        index = self._some_index(view)
        if index is None:
            return
        place = view.visualRect(index)
        port, row = view.viewport(), f"row {index.row()} of {name}"
        yield Deed("row", f"click {row}", lambda: self._click(port, place))
        yield Deed("row", f"open {row}", lambda: self._open(port, place))
        yield Deed("row", f"menu of {row}", lambda: self._ask_for_menu(port, place))
        if isinstance(view, RowTable):
            last = view.model().index(index.row(), view.model().columnCount() - 1)
            delegate = view.itemDelegateForIndex(last)
            if isinstance(delegate, ActionsDelegate):
                for action in delegate.actions(last):
                    spot = delegate.place_of(action.name, last)
                    if spot.isValid() and port.rect().contains(spot.center()):
                        yield Deed(
                            "row",
                            f"{action.name} of {row}",
                            lambda spot=spot: self._click(port, spot),  # type: ignore[misc]
                        )

    def _some_index(self, view: QAbstractItemView) -> QModelIndex | None:
        """Return a cell in sight, None when there is none."""
        area = view.viewport().rect()
        if area.isEmpty():
            return None
        for _ in range(4):
            x = self._chance.randrange(area.width())
            y = self._chance.randrange(min(area.height(), 400))
            index = view.indexAt(QPoint(x, y))
            if index.isValid():
                return index
        return None

    # --- what fingers do ----------------------------------------------------------------------------------

    def _click(self, widget: QWidget, place: QRect | None = None) -> None:
        point = (widget.rect() if place is None else place & widget.rect()).center()
        QTest.mouseMove(widget, point)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, self._held(), point)

    def _held(self) -> Qt.KeyboardModifier:
        modifiers = Qt.KeyboardModifier
        held = (modifiers.ControlModifier, modifiers.ShiftModifier)
        return self._chance.choices((modifiers.NoModifier, *held), (8, 1, 1))[0]

    def _click_within(self, widget: QWidget) -> None:
        if not widget.rect().isEmpty():
            x, y = self._chance.randrange(widget.width()), self._chance.randrange(widget.height())
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(x, y))

    def _click_tab(self, bar: QTabBar) -> None:
        self._click(bar, bar.tabRect(self._chance.randrange(bar.count())) if bar.count() else None)

    def _open(self, port: QWidget, place: QRect) -> None:
        point = (place & port.rect()).center()
        QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=point)
        QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=point)

    def _ask_for_menu(self, port: QWidget, place: QRect | None = None) -> None:
        point = (port.rect() if place is None else place & port.rect()).center()
        QTest.mouseClick(port, Qt.MouseButton.RightButton, pos=point)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, port.mapToGlobal(point))
        QApplication.sendEvent(port, event)

    def _type(self, widget: QWidget) -> None:
        """Type instead of what stands there, as one does who pastes; sometimes with Enter after it."""
        text = self._chance.choice(WORDS)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QApplication.clipboard().setText(text)
        QTest.keyClick(widget, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        if self._chance.random() < 0.2:
            QTest.keyClick(widget, Qt.Key.Key_Return)
