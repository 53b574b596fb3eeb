"""The update dialog: whether a container's image has a newer one, what that brings, and the change to it."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QProgressBar, QWidget

from app.viewmodels.containers.renew_container import (
    Freshness,
    RenewContainerViewModel,
    RenewView,
)
from app.viewmodels.failure import Failure
from app.viewmodels.images.pull_image import PullView
from app.views.dialogs.edit_container_dialog import step_word
from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import dialog_column, follow_content, widen
from app.views.widgets.failure_card import FailureCard
from app.views.widgets.layouts import column, row
from app.views.widgets.text import PlainLabel, WrappedLabel

_LINES_SHOWN = 8
_RENEWABLE = (Freshness.NEWER_HERE, Freshness.NEWER_IN_REGISTRY)

translate = QCoreApplication.translate


class RenewContainerDialog(QDialog):
    """Asks the registry only when it is told to."""

    applied = Signal(str)  # the id of the container that is there now

    def __init__(self, viewmodel: RenewContainerViewModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("renew")
        title = translate("RenewContainerDialog", "Update the image of {0}").format(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._viewmodel = viewmodel
        self._view: RenewView | None = None
        self._image = WrappedLabel(role="muted")
        self._image.setObjectName("renew.image")
        self._state = WrappedLabel(self.tr("Looking…"), "strong")
        self._state.setObjectName("renew.state")
        self._build_images()
        self._lines = WrappedLabel(role="code")
        self._lines.setObjectName("renew.preview")
        self._note = WrappedLabel(
            self.tr(
                "A new container takes its place, so it stops for a moment. Its settings and volumes are "
                "kept; what it wrote elsewhere is lost. If the new one does not run, this one comes back."
            ),
            "muted",
        )
        self._note.setObjectName("renew.note")
        self._bar = QProgressBar()
        self._bar.setObjectName("renew.progress")
        self._bar.setAccessibleName(self.tr("Progress of the pull"))
        self._bar.setTextVisible(False)
        self._amount = PlainLabel(role="muted")
        self._progress = QWidget()
        self._progress.setLayout(column(self._amount, self._bar, spacing=6))
        self.failure = FailureCard("renew.failure", role="inset")
        self._build_buttons()
        self.setLayout(
            dialog_column(
                PlainLabel(title, "heading"),
                self._image,
                4,
                self._state,
                self._images,
                self._lines,
                self._note,
                self._progress,
                self.failure,
                None,
                6,
                row(self.ask_button, None, self.cancel_button, self.pull_button, self.apply_button),
                spacing=10,
            )
        )
        widen(self, 560)
        self._fit = follow_content(self)
        self.failure.unfolded.connect(lambda _: self._fit())
        for part in (self._images, self._lines, self._note, self._progress, self.failure):
            part.hide()
        self._connect()
        viewmodel.look()

    def _build_images(self) -> None:
        self._before, self._after = PlainLabel(), PlainLabel()
        self._before.setObjectName("renew.before")
        self._after.setObjectName("renew.after")
        self._after_title = PlainLabel(self.tr("Newer"), "muted")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        for place, (title, value) in enumerate(
            ((PlainLabel(self.tr("In use"), "muted"), self._before), (self._after_title, self._after))
        ):
            grid.addWidget(title, place, 0)
            grid.addWidget(value, place, 1)
        self._images = QWidget()
        self._images.setLayout(grid)

    def _build_buttons(self) -> None:
        self.ask_button = Button(self.tr("Look in the registry"), "renew.ask", icon="search")
        self.ask_button.setToolTip(self.tr("Ask what the name means there now; nothing is pulled"))
        self.pull_button = Button(self.tr("Pull"), "renew.pull", "primary", "download")
        self.apply_button = Button(self.tr("Update"), "renew.apply", "primary", "check")
        self.cancel_button = Button(self.tr("Cancel"), "renew.cancel")
        for button in (self.ask_button, self.pull_button, self.apply_button):
            button.hide()

    def _connect(self) -> None:
        viewmodel = self._viewmodel
        self.ask_button.clicked.connect(self._ask)
        self.pull_button.clicked.connect(self._pull)
        self.apply_button.clicked.connect(self._apply)
        self.cancel_button.clicked.connect(self.reject)
        viewmodel.told.connect(self._show)
        viewmodel.failed.connect(self._failed)
        viewmodel.step_changed.connect(lambda step: self.apply_button.set_label(step_word(step)))
        viewmodel.applied.connect(self._applied)
        viewmodel.pull.progressed.connect(self._show_progress)
        self.finished.connect(viewmodel.deleteLater)

    def reject(self) -> None:
        """End a pull and stay; stay while a change is under way: it ends by itself, one way or the other."""
        if self._viewmodel.pull.is_active:
            self._viewmodel.pull.cancel()
        elif not self._viewmodel.is_busy:
            super().reject()

    def _ask(self) -> None:
        self.failure.hide()
        self._state.setText(self.tr("Asking the registry…"))
        self._offer()
        self._viewmodel.ask_registry()

    def _pull(self) -> None:
        self.failure.hide()
        self._offer()
        self._progress.show()
        self._state.setText(self.tr("Pulling the newer image…"))
        self._viewmodel.start_pull()

    def _apply(self) -> None:
        self.failure.hide()
        self.apply_button.setEnabled(False)
        self.cancel_button.setEnabled(False)
        self.ask_button.setEnabled(False)
        self._viewmodel.apply()

    def _show(self, view: RenewView) -> None:
        self._view = view
        self._progress.hide()
        self._image.setText(self.tr("Made from {0}").format(view.image))
        self._state.setText(self._word(view))
        self._before.setText(view.before)
        self._after.setText(view.after)
        for part in (self._after_title, self._after):
            part.setVisible(bool(view.after))
        self._images.setVisible(bool(view.before))
        shown = list(view.lines[:_LINES_SHOWN])
        if len(view.lines) > len(shown):
            shown.append(self.tr("… and %n more", "", len(view.lines) - len(shown)))
        self._lines.setText("\n".join(shown))
        self._lines.setVisible(bool(shown))
        self._note.setVisible(view.freshness in _RENEWABLE)
        self._offer(view)

    def _offer(self, view: RenewView | None = None) -> None:
        """Show the buttons that make sense; none but Cancel while an answer is awaited."""
        freshness = view.freshness if view else None
        can_ask = freshness in (Freshness.CURRENT, Freshness.NEWER_HERE) and not (view and view.was_asked)
        self.ask_button.setVisible(can_ask)
        self.pull_button.setVisible(freshness is Freshness.NEWER_IN_REGISTRY)
        self.apply_button.setVisible(freshness is Freshness.NEWER_HERE)
        self.apply_button.set_label(self.tr("Update"))
        for button in (self.ask_button, self.apply_button, self.cancel_button):
            button.setEnabled(True)
        is_over = view is not None and freshness not in _RENEWABLE
        self.cancel_button.set_label(self.tr("Close") if is_over else self.tr("Cancel"))
        for button in (self.ask_button, self.pull_button, self.apply_button):
            if button.isVisibleTo(self):
                button.setFocus()
        self._fit()

    def _word(self, view: RenewView) -> str:
        if view.freshness is Freshness.CURRENT:
            return (
                self.tr("The registry has no newer image.")
                if view.was_asked
                else self.tr("The engine has no newer image of this name.")
            )
        return {
            Freshness.NEWER_HERE: self.tr("A newer image of this name is here."),
            Freshness.NEWER_IN_REGISTRY: self.tr("The registry has a newer image of this name."),
            Freshness.PINNED: self.tr(
                "It was made from an id or a digest: that never means another image, so none is newer."
            ),
            Freshness.MADE_HERE: self.tr(
                "This image was built or loaded here, and no registry has told what it is. Build or load it "
                "anew, then the container can be updated."
            ),
        }[view.freshness]

    def _show_progress(self, pull: PullView) -> None:
        known = pull.percent is not None
        self._bar.setRange(0, 100 if known else 0)
        self._bar.setValue(pull.percent or 0)
        parts = (pull.amount or pull.message or self.tr("Asking the registry…"), pull.speed)
        self._amount.setText(" · ".join(part for part in parts if part))

    def _applied(self, container_id: str) -> None:
        self.applied.emit(container_id)
        self.accept()

    def _failed(self, failure: Failure) -> None:
        self._progress.hide()
        self.failure.show_failure(failure)
        if self._view is not None:
            self._state.setText(self._word(self._view))
        else:
            self._state.setText(self.tr("It could not be found out."))
        self._offer(self._view)
