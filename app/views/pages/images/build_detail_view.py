"""One build: its steps with their times, what they said, and the Dockerfile with the line that failed."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QScrollArea, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from app.viewmodels.containers.log_line import LogLine
from app.viewmodels.images.builds import BuildForm, BuildView
from app.views.theme import Theme, monospace_font
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.log.log_view import LogView
from app.views.widgets.side_by_side import SideBySide
from app.views.widgets.step_list import StepLine, StepList
from app.views.widgets.text import ElidedLabel

_STEPS_WIDTH = 400


class BuildDetailView(QWidget):
    """Shows a build that goes on, or one of the history."""

    left = Signal()
    cancel_requested = Signal()
    run_requested = Signal(str)  # what the engine knows the image by, as for the next two
    push_requested = Signal(str)
    image_requested = Signal(str)
    repeat_requested = Signal(object)  # BuildForm
    export_requested = Signal(str, str)  # the build's id, its title

    def __init__(self, view: BuildView, running: bool) -> None:
        super().__init__()
        self.setObjectName("builds.detail")
        self.build_id = view.id
        self._said: list[LogLine] = []
        self._image = ""
        self._numbers: list[int] = []
        back = IconButton("back", self.tr("Back to the builds (Esc)"), "builds.detail.back")
        back.clicked.connect(self.left)
        self._title = ElidedLabel(role="title")
        self._title.setObjectName("builds.detail.title")
        self._summary = ElidedLabel(role="muted")
        self._summary.setObjectName("builds.detail.summary")
        self._run = Button(self.tr("Run"), "builds.detail.run", "primary", "play")
        self._run.clicked.connect(lambda: self.run_requested.emit(self._image))
        self._push = Button(self.tr("Push"), "builds.detail.push", icon="upload")
        self._push.clicked.connect(lambda: self.push_requested.emit(self._image))
        self._open = Button(self.tr("Open the image"), "builds.detail.open", icon="images")
        self._open.clicked.connect(lambda: self.image_requested.emit(self._image))
        self._form: BuildForm | None = None
        self._is_running = running
        self._repeat = Button(self.tr("Build again…"), "builds.detail.repeat", icon="builds")
        self._repeat.setToolTip(self.tr("Asks with all filled in as it was."))
        self._repeat.clicked.connect(lambda: self.repeat_requested.emit(self._form))
        saying = self.tr("Export: write the steps, their times and what they said to a file")
        self._export = IconButton("save", saying, "builds.detail.export")
        self._export.clicked.connect(lambda: self.export_requested.emit(self.build_id, view.title))
        self._cancel = Button(self.tr("Cancel"), "builds.detail.cancel", icon="stop")
        self._cancel.clicked.connect(self.cancel_requested)
        words = column(self._title, self._summary, spacing=1)
        buttons = (self._export, self._repeat, self._open, self._push, self._run, self._cancel)
        head = flow(row(back, words, spacing=10), *buttons, spacing=10)
        self._banner = Banner("builds.detail.banner")
        self._steps = StepList("builds.detail.steps", pressable=True)
        self._steps.setToolTip(self.tr("Click a step to see what it said."))
        self._steps.chosen.connect(self._show_step)
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(column(self._steps, None, margins=(14, 10, 10, 10)))
        scroll = QScrollArea()
        scroll.setAccessibleName(self.tr("Steps"))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        steps = Card("builds.detail.steps-card")
        steps.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        steps.setLayout(column(scroll))
        self._log = LogView("builds.detail.output", self.tr("What the build says"))
        output = Card("builds.detail.output-card")
        output.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        output.setLayout(column(self._log, margins=(10, 10, 10, 10)))
        self._file = QPlainTextEdit()
        self._file.setObjectName("builds.detail.dockerfile")
        self._file.setAccessibleName(self.tr("Dockerfile"))
        self._file.setReadOnly(True)
        self._file.setFont(monospace_font())
        self._file.setProperty("role", "code")
        self._file.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._file.setFixedHeight(170)
        self._file.hide()
        self._marked: QTextCursor | None = None
        Theme.current().changed.connect(self._mark_line)
        right = QWidget()
        said = column(self._file, output, spacing=12)
        said.setStretch(1, 1)
        right.setLayout(said)
        content = SideBySide(steps, right, _STEPS_WIDTH, 2 * _STEPS_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._banner)
        layout.addWidget(content, 1)
        self.show_build(view)
        self.show_running(running)

    def append(self, lines: list[LogLine]) -> None:
        """Add what the build said."""
        self._log.append(lines)

    def show_log(self, lines: list[LogLine]) -> None:
        """Show all that the build has said so far; what is in sight already stays where it is."""
        known = len(self._said)
        if lines[:known] != self._said:
            self._log.clear()
            known = 0
        self._log.append(lines[known:])
        self._said = list(lines)

    def show_running(self, running: bool) -> None:
        """Offer to cancel while it goes on."""
        self._is_running = running
        self._cancel.setVisible(running)
        self._offer_repeat()
        self._log.flush()

    def show_build(self, view: BuildView) -> None:
        """Show how the build stands."""
        self._title.setText(view.title)
        self._summary.setText(view.summary)
        self._numbers = [step.number for step in view.steps]
        self._steps.show_steps([StepLine(step.title, step.state, step.time) for step in view.steps])
        self._image = view.image
        for button in (self._run, self._open):
            button.setVisible(bool(view.image))
        self._push.setVisible(bool(view.name))
        self._form = view.form
        self._offer_repeat()
        self._export.setVisible(bool(view.id) and not view.is_running)
        if view.error:
            text = view.error
            if view.error_line:
                text = self.tr("Line {0}: {1}").format(view.error_line, view.error)
            self._banner.say(text, "err")
            self._show_file(view.dockerfile, view.error_line)
        else:
            self._banner.hide()

    def _offer_repeat(self) -> None:
        self._repeat.setVisible(self._form is not None and not self._is_running)

    def _show_step(self, place: int) -> None:
        """Bring into sight what a step said."""
        self._log.bring(re.compile(rf"Step {self._numbers[place]}/\d+ : "))

    def _show_file(self, text: str, line: int) -> None:
        if not text or not line:
            return
        lines = text.splitlines()
        width = len(str(len(lines)))
        numbered = "\n".join(f"{number:>{width}}  {words}" for number, words in enumerate(lines, start=1))
        if self._file.toPlainText() != numbered:
            self._file.setPlainText(numbered)
        block = self._file.document().findBlockByNumber(line - 1)
        self._marked = QTextCursor(block)
        self._mark_line()
        self._file.setTextCursor(QTextCursor(block))
        self._file.centerCursor()
        self._file.show()

    def _mark_line(self) -> None:
        if self._marked is None:
            return
        mark = QTextEdit.ExtraSelection()
        mark.format.setBackground(QColor(Theme.current().tokens.err_bg))
        mark.format.setForeground(QColor(Theme.current().tokens.err))
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        mark.cursor = self._marked
        self._file.setExtraSelections([mark])
