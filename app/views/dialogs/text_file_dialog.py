"""The dialog that shows a text file of a container or a volume, and changes it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from app.viewmodels.containers.text_file import TextFileViewModel
from app.viewmodels.failure import Failure
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.theme import Theme, monospace_font
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import dialog_column, widen
from app.views.widgets.layouts import row
from app.views.widgets.text import ElidedLabel, PlainLabel

_WIDTH, _HEIGHT = 760, 420


class TextFileDialog(QDialog):
    """Ctrl+S saves; closing asks where something is not saved."""

    def __init__(self, viewmodel: TextFileViewModel, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._viewmodel = viewmodel
        viewmodel.setParent(self)
        self.setObjectName("text-file")
        self.setWindowTitle(viewmodel.path)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        heading = ElidedLabel(viewmodel.path, "heading")
        self._state = PlainLabel(role="muted")
        self._state.setObjectName("text-file.state")
        self._banner = Banner("text-file.banner")
        self.editor = QPlainTextEdit()
        self.editor.setObjectName("text-file.text")
        self.editor.setAccessibleName(viewmodel.path)
        self.editor.setFont(monospace_font())
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.editor.setMinimumHeight(Theme.current().scaled(_HEIGHT))
        self.editor.setPlainText(viewmodel.text)
        self.editor.setReadOnly(not viewmodel.can_take(self.editor.toPlainText()))
        self.editor.document().setModified(False)
        self.editor.document().modificationChanged.connect(self._show_state)
        self.save_button = Button(self.tr("Save"), "text-file.save", "primary", "save")
        self.save_button.clicked.connect(self.save)
        close = Button(self.tr("Close"), "text-file.close")
        close.clicked.connect(self.reject)
        layout = dialog_column(
            heading,
            self._banner,
            self.editor,
            4,
            row(self._state, None, close, self.save_button),
            stretch=(self.editor,),
        )
        self.setLayout(layout)
        widen(self, _WIDTH)
        viewmodel.saved.connect(self._saved)
        viewmodel.failed.connect(self._failed)
        self._show_state()
        self.editor.setFocus()

    def save(self) -> None:
        """Write the file, where something was changed."""
        if self.save_button.isEnabled():
            self._banner.hide()
            self._viewmodel.save(self.editor.toPlainText())
            self._show_state()

    def reject(self) -> None:
        """Close; ask first where something is not saved."""
        if not self.editor.document().isModified():
            super().reject()
            return
        dialog = ConfirmDeleteDialog(
            "text-file.discard",
            self.tr("Close without saving?"),
            [self._viewmodel.path],
            self.tr("What you have typed is lost."),
            [],
            self,
            self.tr("Close without saving"),
        )
        dialog.accepted.connect(self._discard)
        dialog.open()

    def _discard(self) -> None:
        self.editor.document().setModified(False)
        self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Save on Ctrl+S."""
        if event.matches(QKeySequence.StandardKey.Save):
            self.save()
        else:
            super().keyPressEvent(event)

    def _show_state(self) -> None:
        is_changed, is_busy = self.editor.document().isModified(), self._viewmodel.is_busy
        self.save_button.setEnabled(is_changed and not is_busy)
        if self.editor.isReadOnly():
            text = self.tr("It can only be read: it has characters that an editor would change.")
        elif is_busy:
            text = self.tr("Saving…")
        else:
            text = self.tr("Not saved yet") if is_changed else ""
        self._state.setText(text)

    def _saved(self) -> None:
        if self._viewmodel.can_take(self.editor.toPlainText()):  # nobody typed on meanwhile
            self.editor.document().setModified(False)
        self._show_state()
        self._banner.say(self.tr("Saved."), "ok")

    def _failed(self, failure: Failure) -> None:
        self._show_state()
        self._banner.say(failure.sentences, "err")
