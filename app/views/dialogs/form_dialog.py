"""The frame of the small dialogs that ask for a few lines; they stay open until the engine agrees."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from app.viewmodels.failure import Failure
from app.views.widgets.announcement import announce
from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import dialog_column, widen
from app.views.widgets.layouts import column, row
from app.views.widgets.text import PlainLabel, WrappedLabel, restyle


class FormDialog(QDialog):
    """A heading, a remark, fields, what is wrong with them, and two buttons. Subclasses check and send."""

    def __init__(
        self, name: str, title: str, note: str, action: tuple[str, str, str], parent: QWidget | None
    ) -> None:
        """`action` is the end of the main button's name, its label and its icon."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._lines: list[QLineEdit] = []
        self._is_ready = False
        self._is_sent = False
        self.problem = WrappedLabel(role="error")
        self.problem.setObjectName(f"{name}.problem")
        end, label, icon = action
        self.action_button = Button(label, f"{name}.{end}", "primary", icon)
        self.action_button.clicked.connect(self._send)
        self.action_button.setDefault(True)
        cancel = Button(self.tr("Cancel"), f"{name}.cancel")
        cancel.clicked.connect(self.reject)
        self.form = column(spacing=4)
        self.setLayout(
            dialog_column(
                PlainLabel(title, "heading"),
                WrappedLabel(note, "muted"),
                4,
                self.form,
                self.problem,
                None,
                6,
                row(None, cancel, self.action_button),
            )
        )
        widen(self, 440)

    def add_edit(self, name: str, label: str, *beside: QWidget) -> QLineEdit:
        """Return a line to type in, checked with every key, under its label; `beside` stands to its right."""
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.setAccessibleName(label)
        edit.textChanged.connect(self.check_all)
        self._lines.append(edit)
        self.form.addWidget(PlainLabel(label, "strong"))
        self.form.addLayout(row(edit, *beside))
        self.form.addSpacing(6)
        return edit

    def begin(self) -> None:
        """All fields are there: check them from here on."""
        self._is_ready = True
        self.check_all()
        if self._lines:
            self._lines[0].setFocus()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return the line with a mistake and what is wrong, or "" when all is well."""
        return None, ""

    def is_complete(self) -> bool:
        """Return whether everything that is needed was typed."""
        return True

    def send(self) -> None:
        """Ask for what the dialog is for; end with `accept` or `show_failure`."""
        raise NotImplementedError

    def show_failure(self, failure: Failure) -> None:
        """Say why it was refused; the dialog stays as it is."""
        self.problem.setText(failure.lines)
        announce(self, self.problem.text(), is_urgent=True)
        self.let_send_again()

    def let_send_again(self) -> None:
        """An answer is there, and the dialog stays: its button works again."""
        self._is_sent = False
        self.action_button.setEnabled(self.is_complete())

    def check_all(self) -> None:
        """Mark what is wrong."""
        if not self._is_ready:
            return
        edit, problem = self.check()
        self.problem.setText(problem)
        for line in self._lines:
            line.setProperty("invalid", bool(problem) and line is edit)
            restyle(line)
        # While an answer is awaited, typing must not open the way to a second request.
        self.action_button.setEnabled(not problem and not self._is_sent and self.is_complete())

    def _send(self) -> None:
        self._is_sent = True
        self.action_button.setEnabled(False)
        self.send()
