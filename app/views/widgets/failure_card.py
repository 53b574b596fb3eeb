"""A failure as a card: the sentence, what to do, the evidence behind "Details", and buttons."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from app.viewmodels.failure import Failure
from app.views.icons import themed_pixmap
from app.views.theme import Theme, monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, column, hide_unless, row
from app.views.widgets.text import PlainLabel, WrappedLabel


class FailureCard(Card):
    """Shows one failure. `retry` is emitted by its first button, which is there when it has a label."""

    retry = Signal()
    dismissed = Signal()
    unfolded = Signal(bool)  # the details are in sight

    def __init__(
        self, name: str, retry_label: str = "", dismissable: bool = False, role: str = "card"
    ) -> None:
        super().__init__(name, role)
        self._failure = Failure("")
        self._icon = PlainLabel()
        self._summary = WrappedLabel(role="heading")
        self._summary.setObjectName(f"{name}.summary")
        self._advice = WrappedLabel(role="muted")
        self._advice.setObjectName(f"{name}.advice")
        self._details = QPlainTextEdit()
        self._details.setObjectName(f"{name}.details")
        self._details.setAccessibleName(self.tr("Details"))
        self._details.setReadOnly(True)
        self._details.setFont(monospace_font())
        self._details.setProperty("role", "code")
        self._details.setFixedHeight(180)
        self._details.hide()
        self.retry_button = Button(retry_label, f"{name}.retry", "primary", "restart")
        hide_unless(bool(retry_label), self.retry_button)
        self.retry_button.clicked.connect(self.retry)
        self._toggle = Button(self.tr("Details"), f"{name}.toggle", icon="chevron-down")
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._details.setVisible)
        self._toggle.toggled.connect(self.unfolded)
        self._copy = Button(self.tr("Copy"), f"{name}.copy", icon="copy")
        self._copy.clicked.connect(self._copy_text)
        self._dismiss = Button(self.tr("Dismiss"), f"{name}.dismiss")
        hide_unless(dismissable, self._dismiss)
        self._dismiss.clicked.connect(self.dismissed)
        self.buttons = flow(self.retry_button, self._toggle, self._copy, self._dismiss)
        self.setLayout(
            column(
                row(self._icon, self._summary, spacing=10),
                self._advice,
                self._details,
                4,
                self.buttons,
                margins=(20, 18, 20, 18),
            )
        )
        self._summary.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        Theme.current().changed.connect(self._draw_icon)
        self._draw_icon()

    def add_button(self, button: QWidget) -> None:
        """Put one more button behind Retry."""
        self.buttons.insertWidget(1, button)

    def show_failure(self, failure: Failure) -> None:
        """Show another failure, with its details folded."""
        self._failure = failure
        self._summary.setText(failure.summary)
        self._advice.setText(failure.what_to_do)
        self._advice.setVisible(bool(failure.what_to_do))
        self._details.setPlainText(failure.details)
        self._toggle.setVisible(bool(failure.details))
        self._toggle.setChecked(False)
        self.setAccessibleName(failure.summary)
        self.show()

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._failure.text)

    def _draw_icon(self) -> None:
        tokens = Theme.current().tokens
        self._icon.setPixmap(themed_pixmap(self, "error", tokens.err, 22))
