"""The frame of a page with one list: filter, table, context menu, and cards for when there is none."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QStyledItemDelegate, QWidget

from app.viewmodels.engine.engine_view import EngineState, EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.lists.live_list import LiveList
from app.views.icons import build_icon
from app.views.pages.page import FilterBox, Page
from app.views.widgets.buttons import Button
from app.views.widgets.column_chooser import ColumnChooser
from app.views.widgets.frame.engine_panel import EnginePanel
from app.views.widgets.layouts import Card, Scrolled, column, row
from app.views.widgets.row_checks import RowChecks
from app.views.widgets.segments import Segments
from app.views.widgets.table import Action, RowTable
from app.views.widgets.text import PlainLabel, WrappedLabel

CARD_WIDTH = 760
_ALWAYS = ("more", "copy-id")  # what needs no engine


class ListPage(Page):
    """Subclasses say what the rows can do; the list appears once somebody looks at the page."""

    opened = Signal(object)  # the row

    def __init__(
        self,
        name: str,
        viewmodel: LiveList,
        table: RowTable | None = None,
        choices: Segments | None = None,
    ) -> None:
        """`choices` are the kinds of rows that can be shown alone."""
        super().__init__(name, "")
        self.viewmodel = viewmodel
        self._engine = EngineView()
        self._tells_behind = False  # the banner says that the list could not be read
        self._leads = False  # the keyboard goes into the list as soon as there is one
        self.filter_box = FilterBox(f"{name}.filter", "")
        self.filter_box.textChanged.connect(self._filter)
        self.choices = choices
        if choices is not None:
            choices.chosen.connect(self._filter)
            self.tools.addWidget(choices)
        self.tools.addWidget(self.filter_box)
        self.list = RowTable(f"{name}.table", "") if table is None else table
        self.engine_panel = EnginePanel(f"{name}.engine")
        self.empty_card = Card(f"{name}.empty")
        self._tool_tips: dict[QWidget, str] = {}  # of what needs the engine
        self._waiting_tools: set[QWidget] = set()  # what is asked for there waits for the engine
        self._awaited: tuple[str, str] | None = None  # the name and id of what is to be shown
        viewmodel.loaded_changed.connect(self._show_awaited)
        viewmodel.loaded_changed.connect(self.show_what_fits)
        viewmodel.counts_changed.connect(self.show_what_fits)
        viewmodel.failed.connect(self._list_failed)
        viewmodel.action_failed.connect(self.tell_failure)
        viewmodel.action_begun.connect(self.forget_failure)
        self.banner.pressed.connect(self._banner_pressed)
        self.banner.linked.connect(self.engine_panel.log_requested)

    # --- what subclasses say ------------------------------------------------------------------------------

    def count_text(self) -> str:
        """Return the line below the title, for a list that is not empty."""
        raise NotImplementedError

    def actions_of(self, row: Any) -> list[Action]:
        """Return what can be done with a row."""
        raise NotImplementedError

    def menu_of(self, row: Any) -> list[Action]:
        """Return what the menu of a row offers: more than there is room for beside it."""
        return self.actions_of(row)

    def actions_of_many(self) -> list[Action]:
        """Return what can be done with several rows at once."""
        return [Action("delete", "trash", self.tr("Delete"))]

    def act_on_many(self, rows: list[Any], name: str) -> None:
        """Carry out an action of several rows."""
        self.confirm_delete(rows)

    def act(self, row: Any, name: str) -> None:
        """Carry out an action of a row."""
        raise NotImplementedError

    def confirm_delete(self, rows: list[Any]) -> None:
        """Ask, then delete."""
        raise NotImplementedError

    def find_named(self, name: str, id: str) -> Any | None:
        """Return the row of an id, else of a name; None where there is none."""
        return next((row for row in self.viewmodel.model.rows if row.name == name), None)

    def show_row(self, row: Any) -> None:
        """Show one row's object in place of the list."""
        raise NotImplementedError

    # --- building -----------------------------------------------------------------------------------------

    def set_title(self, title: str, filter_label: str) -> None:
        """Say what the page and its list are called, and what the filter looks at."""
        self.title.setText(title)
        for widget in (self, self.list):
            widget.setAccessibleName(title)
        self.filter_box.set_label(filter_label)

    def add_tool(self, button: QWidget, waits: bool = False) -> None:
        """Put a button beside the filter; it works while the engine does, or `waits` for it."""
        self.tools.addWidget(button)
        if waits:
            self._waiting_tools.add(button)
        self._tool_tips[button] = button.toolTip()

    def build_body(
        self, widths: dict[int, int], stretch: int, delegates: dict[int, QStyledItemDelegate]
    ) -> None:
        """Lay the table and the cards out."""
        self.list.use_model(self.viewmodel.model, widths, stretch)
        for place, delegate in delegates.items():
            self.list.setItemDelegateForColumn(place, delegate)
        self.build_list()

    def build_list(self) -> None:
        """Connect the table, which has its model, and put it and the cards below the title."""
        self.columns = ColumnChooser(self.list, self.name)
        self.checks = RowChecks(self.list, self.name)
        self.list.opened.connect(self.open_selected)
        self.list.retried.connect(lambda row: self.viewmodel.retry(row.key))
        self.list.delete_pressed.connect(lambda: self.confirm_delete(self.chosen()))
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.cards = column(self.engine_panel, self.empty_card, None)
        self._empty = Scrolled(self.cards, CARD_WIDTH)
        clear = Button(self.tr("Clear filter"), f"{self.name}.nothing.clear", "link")
        clear.clicked.connect(self._clear_filter)
        nothing = PlainLabel(self.tr("Nothing matches the filter."), "muted")
        nothing.setObjectName(f"{self.name}.nothing")
        self._no_match = QWidget()
        self._no_match.setLayout(row(nothing, clear, None))
        self.body.addWidget(self._no_match)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self._empty, 1)
        self.show_what_fits()

    def fill_empty_card(self, heading: str, text: str, button: Button) -> None:
        """Say what is missing and offer the first step."""
        self.empty_card.setLayout(
            column(
                PlainLabel(heading, "heading"),
                WrappedLabel(text, "muted"),
                6,
                row(button, None),
                margins=(20, 18, 20, 18),
            )
        )

    # --- what is shown ------------------------------------------------------------------------------------

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine."""
        self._engine, self._tells_behind = view, False
        self.engine_panel.show_engine(view)
        if self.viewmodel.total and not view.can_be_used:
            self._tell_engine(view)
        else:
            self.banner.hide()
        self.show_what_fits()

    def _tell_engine(self, view: EngineView) -> None:
        """Say above a list of before why it is one, and offer what helps."""
        if view.state is EngineState.FAILED and view.failure is not None:
            text, button = view.failure.advice, self.tr("Try again")
            self.banner.say(text, "err", button, self.tr("Open the console log"))
            return
        if view.state is EngineState.RECONNECTING:
            text = self.tr("The connection to the engine is lost; Marina is connecting again.")
            # this computer's machine is dialled every second: there is nothing to hurry
            self.banner.say(text, "warn", self.tr("Retry now") if view.remote else "")
            return
        button = ""
        if view.is_asleep:
            button = self.tr("Wake the engine")
        elif view.can_start:
            button = self.tr("Start engine")
        elif view.state is EngineState.STARTING:
            button = self.tr("Cancel")
        text = self.tr("The engine is not running: this list is from before. ({0})").format(view.word)
        self.banner.say(text, "warn", button)

    def _banner_pressed(self) -> None:
        if self._engine.can_be_used:
            self.viewmodel.refresh()
        elif self._engine.state is EngineState.RECONNECTING:
            self.banner.say(self.tr("Asking {0}…").format(self._engine.remote), "warn")
            self.engine_panel.retry_requested.emit()
        elif self._engine.can_start:
            self.engine_panel.start_requested.emit()
        else:
            self.engine_panel.stop_requested.emit()

    def resume(self) -> None:
        """List when the page is first looked at, and whenever it comes back."""
        if self._engine.can_be_used:
            self.viewmodel.want()
        else:
            self.viewmodel.is_wanted = True

    def refresh(self) -> None:
        """List anew."""
        if self._engine.can_be_used:
            self.viewmodel.refresh()

    def dismiss_failure(self, key: str) -> None:
        """Forget the failure of a row."""
        self.viewmodel.dismiss(key)

    def show_named(self, name: str, id: str = "") -> None:
        """Show what has an id, else a name, once the list is here; where there is none, the list for it."""
        self.go_back()
        if not self.viewmodel.is_loaded:
            self._awaited = name, id
        elif (row := self.find_named(name, id)) is not None:
            self.show_row(row)
        else:
            self.filter_box.setText(name)

    def _show_awaited(self) -> None:
        if self._awaited is not None and self.viewmodel.is_loaded:
            self.show_named(*self._awaited)

    def go_back(self) -> bool:
        """Leave the detail view in front of the list, if there is one; wait for none any more."""
        self._awaited = None
        if self.detail is None:
            return False
        self.close_detail()
        self.list.setFocus()
        return True

    def focus_filter(self) -> None:
        """Put the keyboard into the filter."""
        self.filter_box.setFocus()
        self.filter_box.selectAll()

    def focus_list(self) -> bool:
        """Put the keyboard into the list, unless a detail view or a card is in front of it.

        Where it is not read yet, that is done as soon as it is.
        """
        self._leads = self.list.isHidden()
        if not (self.list.isVisible() and self.list.isEnabled()):
            return False
        self.list.setFocus()
        return True

    def chosen(self) -> list[Any]:
        """Return the selected rows."""
        return list(self.list.selected_rows())

    @property
    def can_act(self) -> bool:
        """Return whether the engine can be asked for anything."""
        return self._engine.can_be_used

    def put_off(self, row: Any, name: str) -> bool:
        """Return whether an action of a row cannot be carried out now; a sleeping engine is woken for it."""
        if self.can_act or name in _ALWAYS:
            return False
        if self._engine.is_asleep:
            label = next((action.label for action in self.menu_of(row) if action.name == name), name)
            self.wished.emit(f"{row.name}: {label}", lambda: self.act(row, name))
        return True

    def show_what_fits(self) -> None:
        """Show the list or the cards, and what can be done."""
        model, usable = self.viewmodel, self._engine.can_be_used
        if self._tells_behind and not model.is_behind:
            self._tells_behind = False
            self.banner.hide()
        has_list = model.total > 0
        self.list.setVisible(has_list)
        self.list.setEnabled(usable or self._engine.is_asleep)
        if has_list and self._leads:
            self._leads = False
            focused = self.window().focusWidget()
            if focused is not None and self.isAncestorOf(focused):
                self.list.setFocus()
        self.list.setToolTip("" if self.list.isEnabled() else self.tr("The engine is not running"))
        self._empty.setVisible(not has_list)
        self.engine_panel.setVisible(not usable)
        self.empty_card.setVisible(usable and model.is_loaded)
        self.filter_box.setEnabled(has_list)
        if self.choices is not None:
            self.choices.setVisible(has_list)
        for widget, tool_tip in self._tool_tips.items():
            waits = widget in self._waiting_tools
            widget.setEnabled(usable or waits)
            if not usable:
                tool_tip = self.tr("Waits for the engine") if waits else self.tr("The engine is not running")
            widget.setToolTip(tool_tip)
        self._no_match.setVisible(has_list and not self.list.model().rowCount())
        if has_list and model.is_loaded:
            self.count.setText(self.count_text())
        elif model.is_loaded:
            self.count.setText(self.tr("None yet"))
        else:
            loading = self.tr("Could not be read") if model.is_behind else self.tr("Loading…")
            self.count.setText(loading if usable else self.tr("Waiting for the engine"))

    def _list_failed(self, failure: Failure) -> None:
        if self._engine.can_be_used:
            self._tells_behind = self.viewmodel.is_behind
            self.show_what_fits()
            text = failure.advice
            self.banner.say(text, "err", self.tr("Try again"))

    def _filter(self) -> None:
        self.viewmodel.filter(self.filter_box.text(), self.choices.current if self.choices else "")

    def _clear_filter(self) -> None:
        if self.choices is not None:
            self.choices.choose("")
        self.filter_box.clear()
        self._filter()

    def open_selected(self) -> None:
        """Open the selected row, when it is one."""
        chosen = self.chosen()
        if len(chosen) == 1:
            self.opened.emit(chosen[0])

    def _show_menu(self, position: QPoint) -> None:
        chosen = self.chosen()
        if self.list.indexAt(position).isValid() and chosen:
            self.open_menu(chosen, self.list.viewport().mapToGlobal(position))

    def show_menu_at_row(self, row: Any) -> None:
        """Select a row and open its menu at its last icon."""
        place = list(self.viewmodel.model.shown).index(row)
        self.list.selectRow(place)
        last = self.list.model().columnCount() - 1
        rect = self.list.visualRect(self.list.model().index(place, last))
        self.open_menu(self.chosen(), self.list.viewport().mapToGlobal(rect.center()))

    def open_menu(self, rows: list[Any], position: QPoint) -> None:
        """Open the menu of a row, or of several, at a place of the screen."""
        menu = QMenu(self)
        menu.setObjectName(f"{self.name}.menu")
        if len(rows) == 1:
            only = rows[0]
            self._fill_menu(menu, self.menu_of(only), lambda name: self.act(only, name))
            if only.failure is not None:
                entry = menu.addAction(build_icon("restart"), self.tr("Retry"))
                entry.setObjectName(f"{self.name}.menu.retry")
                entry.triggered.connect(lambda: self.viewmodel.retry(only.key))
                entry = menu.addAction(build_icon("close"), self.tr("Dismiss the failure"))
                entry.triggered.connect(lambda: self.viewmodel.dismiss(only.key))
        else:
            self._fill_menu(menu, self.actions_of_many(), lambda name: self.act_on_many(rows, name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)

    @staticmethod
    def _fill_menu(menu: QMenu, actions: list[Action], act: Callable[[str], None]) -> None:
        for action in actions:
            label = f"{action.label}\t{action.key}" if action.key else action.label
            entry = menu.addAction(build_icon(action.icon), label)
            entry.setObjectName(f"{menu.objectName()}.{action.name}")
            entry.setEnabled(action.enabled)
            entry.triggered.connect(lambda _=False, name=action.name: act(name))
