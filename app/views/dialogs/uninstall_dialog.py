"""Asks what is to go when Marina leaves this computer, removes it, and says how the program itself goes."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLayout, QProgressBar, QWidget

from app.viewmodels.failure import Failure
from app.viewmodels.frame.uninstall import UninstallViewModel
from app.views.widgets.buttons import Button
from app.views.widgets.check_box import CheckBox
from app.views.widgets.dialog_layout import dialog_column, widen
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel, WrappedLabel


class UninstallDialog(QDialog):
    """Cannot be closed while it removes; once all is removed the program only ends. Enter removes nothing."""

    left = Signal()  # all is removed, and the user has seen what is to be done next

    def __init__(self, viewmodel: UninstallViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("uninstall")
        self.setWindowTitle(self.tr("Uninstall Marina"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._viewmodel = viewmodel
        self._is_removing = self._is_removed = False
        self._heading = PlainLabel(self.tr("Remove what Marina keeps on this computer?"), "heading")
        self._text = WrappedLabel(
            self.tr(
                "Settings, logs, sign-ins, the start at login and the docker context “marina” are removed. "
                "The machine is stopped, with all containers."
            ),
            "muted",
        )
        self._text.setObjectName("uninstall.text")
        self._command = WrappedLabel(role="code")
        self._command.setObjectName("uninstall.command")
        self._command.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._data = CheckBox(self.tr("Delete my data, too: all images, containers, volumes and snapshots"))
        self._data.setObjectName("uninstall.data")
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Working"))
        self._problem = WrappedLabel(role="error")
        self._problem.setObjectName("uninstall.problem")
        self._cancel = Button(self.tr("Cancel"), "uninstall.cancel")
        self._cancel.clicked.connect(self.reject)
        self._cancel.setDefault(True)
        self._remove = Button(self.tr("Remove"), "uninstall.confirm", "danger")
        self._remove.clicked.connect(self._begin)
        self._quit = Button(self.tr("Quit Marina"), "uninstall.quit", "primary")
        self._quit.clicked.connect(self.accept)
        layout = dialog_column(
            self._heading,
            self._text,
            self._command,
            self._data,
            self._progress,
            self._problem,
            4,
            row(None, self._cancel, self._remove, self._quit),
            spacing=10,
        )
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)  # it follows what is in sight
        self.setLayout(layout)
        for later in (self._command, self._progress, self._problem, self._quit):
            later.hide()
        widen(self, 480)
        self._cancel.setFocus()
        self.finished.connect(self._tell_left)
        viewmodel.measured.connect(self._show_size)
        viewmodel.removed.connect(self._show_removed)
        viewmodel.failed.connect(self._show_failure)
        viewmodel.measure()

    def reject(self) -> None:
        """Close, but not in the middle of the work."""
        if not self._is_removing:
            super().reject()

    @Slot()
    def _begin(self) -> None:
        self._show_work(True)
        self._problem.hide()
        self._viewmodel.remove(self._data.isChecked())

    def _show_work(self, is_removing: bool) -> None:
        self._is_removing = is_removing
        self._progress.setVisible(is_removing)
        for asking in (self._data, self._cancel, self._remove):
            asking.setEnabled(not is_removing)

    @Slot(str)
    def _show_size(self, size: str) -> None:
        self._data.setText(
            self.tr("Delete my data, too: all images, containers, volumes and snapshots ({0})").format(size)
        )

    @Slot(str)
    def _show_removed(self, command: str) -> None:
        self._show_work(False)
        self._is_removed = True
        self._heading.setText(self.tr("What Marina kept here is removed"))
        last = self.tr("The program itself goes as it came. After Marina has quit, run:")
        other = self.tr("The program itself goes as it came, after Marina has quit.")
        self._text.setText(last if command else other)
        self._command.setText(command)
        self._command.setVisible(bool(command))
        for asking in (self._data, self._cancel, self._remove):
            asking.hide()
        self._quit.show()
        self._quit.setDefault(True)
        self._quit.setFocus()

    @Slot(object)
    def _show_failure(self, failure: Failure) -> None:
        self._show_work(False)
        self._problem.setText(failure.lines)
        self._problem.show()

    @Slot()
    def _tell_left(self) -> None:
        if self._is_removed:
            self.left.emit()
