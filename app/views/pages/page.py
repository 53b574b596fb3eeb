"""What all pages have in common: title, count, filter, primary action, banner, and the life-cycle calls."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.wording.wording import counts, join_sentences
from app.views.icons import Mark
from app.views.theme import Theme
from app.views.widgets.banner import Banner
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import FoldingRow, FrontStack, Squeezed, column
from app.views.widgets.text import ElidedLabel, PlainLabel, plain_tool_tip

_FAILURES_TOLD = 5


class Page(QWidget):
    """A page of the main window. `name` begins the object names of everything on it."""

    wished = Signal(str, object)  # what is asked for, and what does it: now, or once the engine is there

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.name = name
        self.setObjectName("page")
        self.setAccessibleName(title)
        self.title = PlainLabel(title, "title")
        self.title.setObjectName(f"{name}.title")
        self.count = ElidedLabel(role="muted")
        self.count.setObjectName(f"{name}.count")
        self.banner = Banner(f"{name}.banner")
        self.notice = Banner(f"{name}.notice")
        self.notice.pressed.connect(self._dismiss)
        self._noticed: dict[str, tuple[str, Failure]] = {}
        self.tools = flow()
        words = column(self.title, self.count, spacing=2)
        self.header = QWidget()
        self.header.setLayout(flow(words, None, self.tools, spacing=12, margins=(0, 0, 0, 4)))
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(24, 18, 24, 16)
        self.body.setSpacing(12)
        self.body.addWidget(self.header)
        self.body.addWidget(self.banner)
        self._stack = FrontStack()
        self._stack.addWidget(content)
        # The notice is above both: what happens while a detail view is in front must be seen, too.
        layout = column(FoldingRow(self.notice, (24, 12, 24, 0)), self._stack, spacing=0)
        layout.setStretch(1, 1)
        self.setLayout(column(Squeezed(layout)))

    @property
    def detail(self) -> QWidget | None:
        """Return the detail view in front of the page, if there is one."""
        return self._stack.widget(1) if self._stack.count() > 1 else None

    def show_detail(self, detail: QWidget) -> None:
        """Put a detail view in front of the page, in place of an earlier one."""
        self.close_detail()
        self._stack.setCurrentIndex(self._stack.addWidget(detail))

    def close_detail(self) -> None:
        """Go back to the page as it was."""
        detail = self.detail
        if detail is not None:
            self._stack.removeWidget(detail)
            detail.deleteLater()

    def tell_failure(self, key: str, name: str, failure: Failure) -> None:
        """Say above the list, in full, what the row of `name` has no room for; several are told together."""
        self._noticed[key] = (name, failure)
        self._show_failures()

    def forget_failure(self, key: str) -> None:
        """The row is tried again: its failure is no longer true."""
        if self._noticed.pop(key, None) is not None:
            self._show_failures()

    def dismiss_failure(self, key: str) -> None:
        """Forget the failure of a row."""

    def help_against(self, key: str, failure: Failure) -> str:
        """Return the label of a button that helps a row whose action failed, "" for none.

        `notice.linked` tells that it was pressed.
        """
        return ""

    def _show_failures(self) -> None:
        if not self._noticed:
            self.notice.hide()
            return
        told, way_out = list(self._noticed.values()), ""
        if len(told) == 1:
            ((key, (name, failure)),) = self._noticed.items()
            way_out = self.help_against(key, failure)
            text = join_sentences(f"{name}: {failure.sentence}", failure.what_to_do)
        else:
            lines = [f"{name}: {failure.sentence}" for name, failure in told[:_FAILURES_TOLD]]
            lines.insert(0, counts.failed(len(told)))
            if len(told) > _FAILURES_TOLD:
                lines.append("…")
            text = "\n".join(lines)
        self.notice.say(text, "err", self.tr("Dismiss"), way_out)
        details = "\n".join(filter(None, (failure.details for _, failure in told)))
        self.notice.setToolTip(plain_tool_tip(details))

    def _dismiss(self) -> None:
        self.notice.hide()
        keys, self._noticed = list(self._noticed), {}
        for key in keys:
            self.dismiss_failure(key)

    def refresh(self) -> None:
        """Read everything anew."""

    def on_engine_state(self, view: EngineView) -> None:
        """Follow the engine's state."""

    def pause(self) -> None:
        """The page is out of sight: stop its streams."""

    def resume(self) -> None:
        """The page is in sight again."""

    def focus_filter(self) -> None:
        """Put the keyboard into the filter or search field."""

    def focus_list(self) -> bool:
        """Put the keyboard into the page's list; return whether there is one in sight."""
        return False

    def go_back(self) -> bool:
        """Leave a detail view; return whether there was one."""
        return False


class _Lens(Mark):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(16, parent)

    def draw(self, painter: QPainter) -> None:
        """Draw it in the colour of quiet text."""
        self.draw_icon(painter, 0, "search", Theme.current().tokens.muted, 16)


class FilterBox(QLineEdit):
    """A search field with a lens and a clear button."""

    def __init__(self, name: str, label: str, narrowest: int = 120, widest: int = 280) -> None:
        super().__init__()
        self._narrowest, self._widest = narrowest, widest
        self.setObjectName(name)
        self.set_label(label)
        self.setClearButtonEnabled(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lens = _Lens(self)  # an action's icon would keep its size
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()

    def set_label(self, label: str) -> None:
        """Say what is searched for."""
        self.setPlaceholderText(label)
        self.setAccessibleName(label)

    def sizeHint(self) -> QSize:
        """Ask for all the width that it may have; beside much else there is less."""
        return QSize(self.maximumWidth(), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the lens in the middle."""
        super().resizeEvent(event)
        self._lens.move(Theme.current().scaled(8), (self.height() - self._lens.height()) // 2)

    def _follow_zoom(self) -> None:
        theme = Theme.current()
        self.setMinimumWidth(theme.scaled(self._narrowest))
        self.setMaximumWidth(theme.scaled(self._widest))
        self.setTextMargins(theme.scaled(20), 0, 0, 0)
