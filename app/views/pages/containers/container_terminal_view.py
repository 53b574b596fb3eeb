"""The Terminal tab: shells in the container, which go on while another tab is in sight."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QTabBar, QVBoxLayout, QWidget

from app.viewmodels.containers.container_shells import ContainerShellsViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.terminal.terminal import TerminalViewModel
from app.viewmodels.wording.exit_codes import explain_exit
from app.viewmodels.wording.wording import join_sentences
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.pages.containers.terminal_search_bar import TerminalSearchBar
from app.views.pages.detail_tab import DetailTab
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import IconButton
from app.views.widgets.layouts import Card, FrontStack, column, row
from app.views.widgets.terminal.terminal_view import TerminalView
from app.views.widgets.text import plain_tool_tip

_MOST = 8
_KILLED = (137, 143)  # other codes of a shell are those of its last command


class _Terminal(QWidget):
    """One shell, and what became of it."""

    renamed = Signal()

    def __init__(self, viewmodel: TerminalViewModel, number: int) -> None:
        super().__init__()
        self.viewmodel, self._number = viewmodel, number
        self._names = ("", "")
        viewmodel.setParent(self)
        self.view = TerminalView(
            f"containers.terminal.{number}.screen", self.tr("Terminal {0}").format(number), viewmodel
        )
        self._banner = Banner(f"containers.terminal.{number}.banner")
        self._banner.pressed.connect(self.start)
        self._banner.linked.connect(self.start_with_tools)
        self._search = TerminalSearchBar(f"containers.terminal.{number}.search", self.view)
        self._search.closed.connect(self.view.setFocus)
        self.view.search_wanted.connect(self.search)
        self.view.paste_asked.connect(self._ask_paste)
        frame = Card(f"containers.terminal.{number}.frame")
        frame.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        frame.setLayout(column(self.view, margins=(2, 2, 2, 2)))
        layout = column(self._banner, self._search, frame, spacing=8)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        viewmodel.changed.connect(self._look_at_names)
        viewmodel.state_changed.connect(self._state_changed)
        viewmodel.failed.connect(self._failed)

    @property
    def label(self) -> str:
        """Return what its tab says: its number, and the shell as far as it is known."""
        if self.viewmodel.has_tools:
            return self.tr("Debug shell {0}").format(self._number)
        label, name = self.tr("Terminal {0}").format(self._number), self.viewmodel.name
        return f"{label} ({name})" if name else label

    def _look_at_names(self) -> None:
        names = (self.viewmodel.name, self.viewmodel.title)
        if names != self._names:
            self._names = names
            self.renamed.emit()

    def start(self) -> None:
        """Start a shell unless one runs, and take the keyboard."""
        if self.viewmodel.state not in ("opening", "live"):
            self.viewmodel.open()
        self.view.setFocus()

    def start_with_tools(self) -> None:
        """Start a debug shell unless a shell runs, and take the keyboard."""
        if self.viewmodel.state not in ("opening", "live"):
            self.viewmodel.open_with_tools()
        self.view.setFocus()

    def _ask_paste(self, text: str) -> None:
        """Show what would be carried out, and ask."""
        lines = text.rstrip("\n").split("\n")
        dialog = ConfirmDeleteDialog(
            "containers.terminal.paste",
            self.tr("Paste %n line(s)?", "", len(lines)),
            lines,
            self.tr("The program may carry out each of them at once."),
            [],
            self.window(),
            verb=self.tr("Paste"),
        )
        dialog.accepted.connect(lambda: self.view.paste_text(text))
        dialog.finished.connect(lambda _: self.view.setFocus())
        dialog.open()

    def search(self) -> None:
        """Show the field to search in."""
        self._search.open_bar()

    def _state_changed(self, state: str) -> None:
        if state == "live":
            self._banner.hide()
        elif state == "ended":
            code = self.viewmodel.exit_code
            text = self.tr("The shell has ended.")
            if code:
                text = self.tr("The shell has ended with code {0}.").format(code)
            text = join_sentences(text, explain_exit(code) if code in _KILLED else "")
            self._banner.say(text, "", self.tr("Start again"))
        elif state == "no-shell":
            self._banner.say(
                self.tr(
                    "This image has no shell. A debug shell brings its own tools: it sees the container's "
                    "files, processes and network, and leaves nothing behind."
                ),
                "warn",
                self.tr("Try again"),
                self.tr("Open a debug shell"),
            )
        self.view.viewport().update()

    def _failed(self, failure: Failure) -> None:
        text = failure.advice
        self._banner.say(text, "err", self.tr("Try again"))


class ContainerTerminalView(DetailTab):
    """Owns the terminals of one container."""

    def __init__(
        self, open_terminal: Callable[[], TerminalViewModel], shells: ContainerShellsViewModel
    ) -> None:
        super().__init__()
        self._open_terminal, self._shells = open_terminal, shells
        shells.setParent(self)
        shells.found.connect(self._offer_shells)
        shells.failed.connect(lambda failure: self._show_menu([self._remark(failure.summary)]))
        self._numbers = 0
        self.bar = QTabBar()
        self.bar.setObjectName("containers.terminal.tabs")
        self.bar.setAccessibleName(self.tr("Terminals"))
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setTabsClosable(False)
        self.bar.currentChanged.connect(self._show)
        self._stack = FrontStack()
        self._more = IconButton("plus", self.tr("One more terminal"), "containers.terminal.more")
        self._more.clicked.connect(self.add)
        self._shell = IconButton("chevron-down", self.tr("Choose the shell"), "containers.terminal.shell")
        self._shell.clicked.connect(shells.look)
        self._less = IconButton("close", self.tr("Close this terminal"), "containers.terminal.close")
        self._less.clicked.connect(self._close_current)
        tools = IconButton(
            "tools",
            self.tr("A debug shell: beside the container, with tools of its own"),
            "containers.terminal.tools",
        )
        tools.clicked.connect(lambda: self.add(with_tools=True))
        search = IconButton(
            "search", self.tr("Search in the terminal (Ctrl+Shift+F)"), "containers.terminal.search"
        )
        search.clicked.connect(self.focus_search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self.bar, self._more, self._shell, tools, self._less, None, search, spacing=4))
        layout.addWidget(self._stack, 1)

    @property
    def terminals(self) -> list[_Terminal]:
        """Return the terminals in order."""
        widgets = [self._stack.widget(place) for place in range(self._stack.count())]
        return [widget for widget in widgets if isinstance(widget, _Terminal)]

    def open(self) -> None:
        """Bring the first terminal, or the one in sight."""
        if not self.terminals:
            self.add()
        else:
            self._show(self.bar.currentIndex())

    def focus_search(self) -> None:
        """Search in the terminal in sight."""
        if self.terminals:
            self.terminals[self.bar.currentIndex()].search()

    def close_tab(self) -> None:
        """End all shells."""
        for terminal in self.terminals:
            terminal.viewmodel.close()

    def on_running(self, running: bool) -> None:
        """Start a shell again with the container, in a terminal where it was ended by it."""
        for terminal in self.terminals:
            if running and terminal.isVisible():
                terminal.start()

    def add(self, *_: object, with_tools: bool = False) -> None:
        """Open one more terminal; with tools it is a debug shell."""
        if len(self.terminals) >= _MOST:
            return
        self._numbers += 1
        terminal = _Terminal(self._open_terminal(), self._numbers)
        terminal.viewmodel.has_tools, terminal.viewmodel.shell = with_tools, self._shells.chosen
        self._stack.addWidget(terminal)
        terminal.renamed.connect(self._show_names)
        self.bar.setCurrentIndex(self.bar.addTab(terminal.label))
        self._show(self.bar.currentIndex())

    def _show_names(self) -> None:
        """Show which shell each terminal has; the tool tip has the title that its program wants."""
        for place, terminal in enumerate(self.terminals):
            self.bar.setTabText(place, terminal.label.replace("&", "&&"))
            self.bar.setTabToolTip(place, plain_tool_tip(terminal.viewmodel.title))

    def _offer_shells(self, shells: list[str]) -> None:
        """Let a shell be chosen: a terminal opens with it, and later ones have it too."""
        if not shells:
            self._show_menu([self._remark(self.tr("The container has no shell"))])
            return
        entries = []
        for shell in ("", *shells):
            entry = QAction(shell or self.tr("The best there is"))
            entry.setCheckable(True)
            entry.setChecked(shell == self._shells.chosen)
            entry.triggered.connect(lambda _=False, shell=shell: self._choose_shell(shell))
            entries.append(entry)
        self._show_menu(entries)

    def _choose_shell(self, shell: str) -> None:
        self._shells.choose(shell)
        self.add()

    def _remark(self, text: str) -> QAction:
        remark = QAction(text.replace("&", "&&"))
        remark.setEnabled(False)
        return remark

    def _show_menu(self, entries: list[QAction]) -> None:
        if not self.isVisible():
            return  # the answer came late: another page is in sight
        menu = QMenu(self)
        menu.setObjectName("containers.terminal.shells")
        for entry in entries:
            entry.setParent(menu)
            menu.addAction(entry)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._shell.mapToGlobal(self._shell.rect().bottomLeft()))

    def _show(self, place: int) -> None:
        if 0 <= place < self._stack.count():
            self._stack.setCurrentIndex(place)
            terminal = self.terminals[place]
            if not terminal.viewmodel.state:
                terminal.start()
            terminal.view.setFocus()
        for more in (self._more, self._shell):
            more.setEnabled(len(self.terminals) < _MOST)
        self._less.setEnabled(len(self.terminals) > 1)

    def _close_current(self) -> None:
        place = self.bar.currentIndex()
        terminal = self.terminals[place]
        terminal.viewmodel.close()
        self._stack.removeWidget(terminal)
        terminal.deleteLater()
        self.bar.removeTab(place)
        self._show(self.bar.currentIndex())
