"""Asks once, at quitting, what becomes of the engine; and, without a tray, whether to quit at all."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from app.views.widgets.buttons import Button
from app.views.widgets.check_box import CheckBox
from app.views.widgets.dialog_layout import dialog_column, widen
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel, WrappedLabel


class QuitDialog(QDialog):
    """Leaving the engine alone is the default: quitting the window must not end anybody's containers."""

    leave_chosen = Signal()
    stop_chosen = Signal()
    kept = Signal(str)  # the answer, "leave" or "stop", that is to hold from now on

    def __init__(self, running: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("quit")
        self.setWindowTitle(self.tr("Quit Marina"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = self.tr("The engine works without this window: containers and the docker command go on.")
        if running:
            text = self.tr("%n container(s) are running.", "", running) + " " + text
        leave = Button(self.tr("Quit, leave the engine running"), "quit.leave", "primary")
        self._keep = CheckBox(self.tr("Do this from now on, and do not ask again"))
        self._keep.setObjectName("quit.keep")
        leave.clicked.connect(lambda: self._answer("leave"))
        leave.clicked.connect(self.leave_chosen)
        leave.clicked.connect(self.accept)
        stop = Button(self.tr("Stop the engine and quit"), "quit.stop", icon="power")
        stop.clicked.connect(lambda: self._answer("stop"))
        stop.clicked.connect(self.stop_chosen)
        stop.clicked.connect(self.accept)
        cancel = Button(self.tr("Cancel"), "quit.cancel")
        cancel.clicked.connect(self.reject)
        leave.setDefault(True)
        self.setLayout(
            dialog_column(
                PlainLabel(self.tr("Quit Marina?"), "heading"),
                WrappedLabel(text, "muted"),
                self._keep,
                None,
                8,
                row(cancel, None, stop, leave),
                spacing=10,
            )
        )
        widen(self, 440)
        leave.setFocus()

    def _answer(self, choice: str) -> None:
        if self._keep.isChecked():
            self.kept.emit(choice)
