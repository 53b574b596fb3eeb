"""The Logs tab: follow, search, times, copy."""

from PySide6.QtCore import QByteArray, QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QVBoxLayout

from app.viewmodels.containers.container_logs import ContainerLogsViewModel
from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.containers.log_searches import LogQuery, LogSearches
from app.viewmodels.containers.merged_logs import MergedLogsViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.frame.preferences import Preferences
from app.views import keys
from app.views.clipboard import copy_encoded
from app.views.pages.containers.log_search_bar import LogSearchBar
from app.views.pages.detail_tab import DetailTab
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.log.log_text import LogText
from app.views.widgets.log.log_view import LogView
from app.views.widgets.text import ElidedLabel

_SILENCE_MS = 700  # the first lines come a moment after the engine's answer: only then it is silent


class ContainerLogsView(DetailTab):
    """Owns the view-model of a log, of one container or of several, while it is shown."""

    others_wanted = Signal(object)  # LogQuery: a saved search of other containers

    def __init__(
        self,
        viewmodel: ContainerLogsViewModel | MergedLogsViewModel,
        title: str,
        preferences: Preferences,
        names: tuple[str, ...] = (),
    ) -> None:
        """`names` are the containers of a log of several."""
        super().__init__()
        self.setObjectName("containers.logs")
        self._viewmodel, self._title, self._names = viewmodel, title, names
        viewmodel.setParent(self)
        self.log = LogView("containers.logs.text", self.tr("Log of {0}").format(title), copies_itself=False)
        searches = LogSearches(preferences)
        self._searches = LogSearchBar(self.log.finder, searches, lambda: (viewmodel.source, self._names))
        self._searches.chosen.connect(self._take_saved)
        self.search, self.expression = self._searches.box, self._searches.expression
        self.search.stepped.connect(self.log.next_match)
        self._copied_lines = self._missed = 0
        self._state = ElidedLabel("", "muted")
        self._state.setObjectName("containers.logs.state")
        self._silence = QTimer(self, singleShot=True, interval=_SILENCE_MS)
        self._silence.timeout.connect(self._show_state)
        self.follow = self._tool("follow", self.tr("Follow new lines (End)"), "follow", checkable=True)
        self.follow.setChecked(True)
        self.follow.toggled.connect(self.log.set_follow)
        self.times = self._tool("clock", self.tr("Show times"), "timestamps", checkable=True)
        self.times.toggled.connect(self.log.show_timestamps)
        self.times.setChecked(preferences.log_times)
        self.times.toggled.connect(lambda on: preferences.change(log_times=on))
        self.wrap = self._tool("wrap", self.tr("Wrap long lines"), "wrap", checkable=True)
        self.wrap.toggled.connect(self.log.wrap)
        self.wrap.setChecked(preferences.log_wrap)
        self.wrap.toggled.connect(lambda on: preferences.change(log_wrap=on))
        self.levels = self._tool("levels", self.tr("Colours by level"), "levels", checkable=True)
        self.levels.setToolTip(
            self.tr("Colours by level: errors, warnings… What the program has coloured stays so.")
        )
        self.log.look_behind(viewmodel.ahead)
        self.levels.toggled.connect(self.log.show_levels)
        self.levels.setChecked(preferences.log_levels)
        self.levels.toggled.connect(lambda on: preferences.change(log_levels=on))
        copy = self._tool("copy", self.tr("Copy the selection, or everything"), "copy")
        copy.clicked.connect(self.log.copy)
        save = self._tool("save", self.tr("Save the log to a file"), "save")
        save.clicked.connect(self._choose_file)
        clear = self._tool("trash", self.tr("Clear the view"), "clear")
        clear.clicked.connect(self.log.clear)
        self.source = self._build_source()
        self._older = Button(self.tr("Older lines"), "containers.logs.older", "link")
        self._older.setToolTip(self.tr("Read the log from its beginning, a million lines at most"))
        self._older.clicked.connect(self.read_all)
        self._older.hide()
        self._new_lines = Button(self.tr("Go to the newest line"), "containers.logs.newest", icon="follow")
        self._new_lines.clicked.connect(lambda: self.log.set_follow(True))
        self._new_lines.hide()
        self._banner = Banner("containers.logs.banner")
        self._banner.pressed.connect(viewmodel.open)
        looks = row(self.follow, self.times, self.wrap, self.levels, copy, save, clear)
        tools = flow(
            self._searches,
            None,
            row(self._state, self.source),
            self._older,
            self._new_lines,
            looks,
        )
        frame = Card("containers.logs.frame")
        frame.setLayout(column(self.log, margins=(1, 6, 1, 6)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(tools)
        layout.addWidget(self._banner)
        layout.addWidget(frame, 1)
        frame.setSizePolicy(self.log.sizePolicy())
        self._connect()

    def _connect(self) -> None:
        self.log.follow_changed.connect(self._follow_changed)
        self._viewmodel.lines_added.connect(self._append)
        self._viewmodel.restarted.connect(self.log.clear)
        self._viewmodel.saved.connect(self._saved)
        self.log.long_copy.connect(self._copy_long)
        self.log.not_opened.connect(self._not_opened)
        self._viewmodel.text_made.connect(self._text_made)
        self._viewmodel.save_failed.connect(self._failed)
        self._viewmodel.state_changed.connect(self._state_changed)
        self._viewmodel.failed.connect(self._failed)
        keys.NEXT_MATCH.bind(
            self, lambda: self.log.next_match(), Qt.ShortcutContext.WidgetWithChildrenShortcut
        )

    def _build_source(self) -> QComboBox:
        box = ComboBox()
        box.setObjectName("containers.logs.source")
        box.setAccessibleName(self.tr("Which output is shown"))
        for source, text in (
            ("", self.tr("All output")),
            ("stdout", self.tr("Standard output")),
            ("stderr", self.tr("Standard error")),
        ):
            box.addItem(text, source)
        box.setEnabled(False)
        box.activated.connect(lambda place: self._viewmodel.choose_source(box.itemData(place)))
        return box

    def _tool(self, icon: str, label: str, name: str, checkable: bool = False) -> IconButton:
        button = IconButton(icon, label, f"containers.logs.{name}")
        button.setCheckable(checkable)
        return button

    def open(self) -> None:
        """Begin to read; the log goes on while another tab is in sight, so that nothing is read twice."""
        self._viewmodel.open()
        self.log.setFocus()

    def read_all(self) -> None:
        """Read the log from its beginning, as far as it can be shown."""
        self._viewmodel.read_all()

    def close_tab(self) -> None:
        """Stop reading."""
        self._viewmodel.close()

    def on_running(self, running: bool) -> None:
        """Go on where the log ended once the container runs again."""
        if running and self._viewmodel.state == "ended":
            self._viewmodel.open()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def _append(self, lines: list[LogLine]) -> None:
        self.log.append(lines)
        if not self.log.follow:
            self._missed += len(lines)
            self._new_lines.set_label(self.tr("%n new line(s)", "", self._missed))
        self._state_changed(self._viewmodel.state)

    def show_query(self, query: LogQuery, is_elsewhere: bool = False) -> None:
        """Search this log, in the stream that the search is for; `is_elsewhere`: its containers are gone."""
        log = self._viewmodel
        if query.source and (log.can_choose_source or log.state in ("", "opening")):
            self.source.setCurrentIndex(self.source.findData(query.source))
            log.choose_source(query.source)
        self._searches.show_query(query)
        self.search.setFocus()
        if is_elsewhere:
            names = ", ".join(query.containers)
            self._banner.say(
                self.tr("There is no {0} any more: this log is searched instead.").format(names), "warn"
            )

    def _take_saved(self, query: LogQuery) -> None:
        if query.containers and set(query.containers) != set(self._names):
            self.others_wanted.emit(query)
        else:
            self.show_query(query)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Save the log to a file"))
        dialog.setObjectName("containers.logs.file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("log")
        dialog.selectFile(f"{self._title}.log")
        dialog.fileSelected.connect(self.save_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, target: str) -> None:
        """Write what is in the view to a file, with times where they are shown."""
        self.log.flush()
        lines = self.log.lines()
        self._viewmodel.save(lines, len(lines), self.times.isChecked(), target)

    def _saved(self, target: str) -> None:
        self._banner.say(self.tr("The log was saved: {0}").format(target), "ok")

    def _copy_long(self, text: LogText) -> None:
        self._banner.say(self.tr("Copying {0} lines…").format(QLocale().toString(text.count)))
        self._copied_lines = text.count
        self._viewmodel.make_text(text.encode)

    def _text_made(self, text: QByteArray) -> None:
        copy_encoded(text)
        count = QLocale().toString(self._copied_lines)
        self._banner.say(self.tr("{0} lines were copied.").format(count), "ok")

    def _not_opened(self, address: str) -> None:
        self._banner.say(self.tr("No browser could be opened for {0}").format(address), "warn")

    def _follow_changed(self, follow: bool) -> None:
        self.follow.setChecked(follow)
        self._missed = 0
        self._new_lines.set_label(self.tr("Go to the newest line"))
        self._new_lines.setVisible(not follow)

    def _state_changed(self, state: str) -> None:
        if state == "following" and self._viewmodel.is_silent:
            if not self._silence.isActive():
                self._silence.start()
        else:
            self._silence.stop()
            self._show_state()
        if state in ("following", "ended"):
            self._banner.hide()
            self._older.setVisible(self._viewmodel.may_have_more)
            self._show_source()

    def _show_source(self) -> None:
        can_choose = self._viewmodel.can_choose_source
        self.source.setEnabled(can_choose or bool(self._viewmodel.source))  # a way back from a saved search
        one = self.tr("A container with a terminal has one output only")
        self.source.setToolTip(self.tr("Which output is shown") if can_choose else one)

    def _show_state(self) -> None:
        silent = self._viewmodel.is_silent
        if self._viewmodel.source:
            ended = self.tr("Not running")
        elif silent:
            ended = self.tr("Not running: no output")
        else:
            ended = self.tr("Not running: the whole log")
        self._state.setText(
            {
                "opening": self.tr("Opening…"),
                "following": self.tr("No output yet") if silent else self.tr("Live"),
                "ended": ended,
                "broken": self.tr("Interrupted"),
            }.get(self._viewmodel.state, "")
        )

    def _failed(self, failure: Failure) -> None:
        if failure.passes_by_itself:
            text = self.tr("The connection to the engine is lost. The log goes on by itself when it is back.")
            self._banner.say(text, "warn", self.tr("Try again"))
            return
        self._banner.say(failure.advice, "err", self.tr("Try again"))
