"""The pull dialog: a name checked as it is typed, progress by layer, and each failure with its advice."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.viewmodels.failure import Failure
from app.viewmodels.images.pull_help import PullHelp, find_similar
from app.viewmodels.images.pull_image import (
    LayerView,
    PullImageViewModel,
    PullView,
    check_name,
    parse_name,
    parse_tag,
)
from app.viewmodels.images.tag_list import TagList
from app.views.dialogs.tag_picker import TagPicker
from app.views.theme import monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import dialog_column, follow_content, widen
from app.views.widgets.layouts import column, row
from app.views.widgets.platform_box import PlatformBox
from app.views.widgets.pull_failure_card import PullFailureCard
from app.views.widgets.text import PlainLabel, WrappedLabel, restyle


class _LayerLine(QWidget):
    """One layer: id, bar, words."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._id, self._text, self._bar = PlainLabel(role="muted"), PlainLabel(role="muted"), QProgressBar()
        self._id.setFont(monospace_font())
        self._text.setMinimumWidth(150)
        self._bar.setTextVisible(False)
        line = row(self._id, self._bar, self._text, spacing=12)
        line.setStretch(1, 1)
        self.setLayout(line)

    def show_layer(self, layer: LayerView) -> None:
        """Show the layer as it stands now."""
        self._id.setText(layer.id[:12])
        self._text.setText(layer.text)
        self._bar.setRange(0, 100)
        self._bar.setValue(layer.percent or 0)
        tone = "ok" if layer.is_done else ""
        if self._bar.property("tone") != tone:
            self._bar.setProperty("tone", tone)
            restyle(self._bar)
        self.setAccessibleName(f"{layer.id} {layer.text}")


class PullImageDialog(QDialog):
    """Closing the dialog leaves the pull running; Cancel ends it."""

    run_requested = Signal(str)
    help_requested = Signal(object, str)  # PullHelp, the name of the image

    def __init__(
        self,
        viewmodel: PullImageViewModel,
        tags: TagList,
        reference: str = "",
        known: Sequence[str] = (),
        parent: QWidget | None = None,
        *,
        recent: Sequence[str] = (),
        to_run: bool = False,
    ) -> None:
        """`known` are the names of images that are here, `recent` those that were pulled last.

        `to_run` begins at once and closes at the end: another dialog waits to run the image.
        """
        super().__init__(parent)
        self.setObjectName("pull")
        self.setWindowTitle(self.tr("Pull an image"))
        self._viewmodel, self._tag_list = viewmodel, tags
        tags.setParent(self)
        self._known, self._recent, self._to_run = known, recent, to_run
        self._build_name(reference)
        self._build_tags()
        self._build_progress()
        self._failure = PullFailureCard("pull.failure", self.tr("Try again"))
        self._failure.retry.connect(self._start)
        self._failure.help_asked.connect(self._help)
        self._similar = WrappedLabel(role="muted")
        self._similar.setObjectName("pull.similar")
        self._similar.hide()
        self._failure.hide()
        self._done = WrappedLabel(role="ok")
        self._done.setObjectName("pull.done")
        self._done.hide()
        self._pull = Button(self.tr("Pull"), "pull.start", "primary", "download")
        self._pull.setDefault(True)
        self._pull.clicked.connect(self._start)
        self._run = Button(self.tr("Run"), "pull.run", "primary", "play")
        self._run.clicked.connect(self._run_pulled)
        self._run.hide()
        self._cancel = Button(self.tr("Cancel the pull"), "pull.cancel")
        self._cancel.clicked.connect(viewmodel.cancel)
        self._close = Button(self.tr("Close"), "pull.close")
        self._close.clicked.connect(self.close)
        self.setLayout(
            dialog_column(
                PlainLabel(self.tr("Pull an image"), "heading"),
                row(self.name, self.tags_button),
                self._hint,
                self.picker,
                self._platform_line,
                self._progress,
                self._failure,
                self._similar,
                self._done,
                None,
                6,
                row(None, self._close, self._cancel, self._pull, self._run),
                spacing=10,
            )
        )
        widen(self, 560)
        self._fit = follow_content(self)
        self._failure.unfolded.connect(lambda _: self._fit())
        viewmodel.progressed.connect(self._show_progress)
        viewmodel.succeeded.connect(self._succeeded)
        viewmodel.failed.connect(self._failed)
        viewmodel.cancelled.connect(self._cancelled)
        self._set_active(viewmodel.is_active)
        self._check(self.name.text())
        self._tag_list.find_out()
        if to_run:
            self._start()

    def _build_name(self, reference: str) -> None:
        self.name = QLineEdit(self._viewmodel.reference if self._viewmodel.is_active else reference)
        self.name.setObjectName("pull.name")
        self.name.setAccessibleName(self.tr("Name of the image"))
        self.name.setPlaceholderText("nginx:1.27")
        self.name.textChanged.connect(self._check)
        self.name.textEdited.connect(self._forget_failure)
        self.name.returnPressed.connect(self._start)
        completer = QCompleter(list(dict.fromkeys([*self._recent, *self._known])), self.name)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.name.setCompleter(completer)
        self._hint = WrappedLabel(role="muted")
        self._hint.setObjectName("pull.hint")
        self.platform = PlatformBox("pull.platform", self._viewmodel.platform)
        self._platform_line = QWidget()
        self._platform_line.setLayout(row(PlainLabel(self.tr("Platform"), "muted"), self.platform, None))

    def _build_tags(self) -> None:
        self.tags_button = Button(self.tr("Tags…"), "pull.tags.show", icon="chevron-down")
        self.tags_button.setCheckable(True)
        self.tags_button.setToolTip(self.tr("Ask the registry which tags it has, and choose one"))
        self.tags_button.toggled.connect(self._show_tags)
        self.picker = TagPicker(self._tag_list)
        self.picker.chosen.connect(self._take_tag)
        self.picker.left.connect(lambda: self.tags_button.setChecked(False))
        self.picker.help_asked.connect(lambda what: self._lead(what, self.name.text()))
        self.picker.resized.connect(lambda: self._fit())
        self._tag_list.offered.connect(self._offer_tags)
        self._has_tags = False
        self.tags_button.hide()
        self.picker.hide()

    def _offer_tags(self, offered: bool) -> None:
        """Show the button where the engine can ask for tags; elsewhere the field is all there is."""
        self._has_tags = offered
        self.tags_button.setVisible(offered and not self._viewmodel.is_active)
        if not offered:
            self.tags_button.setChecked(False)

    def _show_tags(self, wanted: bool) -> None:
        if wanted:
            self._tag_list.want(self.name.text(), at_once=True)
            self.picker.open(self._typed_tag())
        else:
            self.picker.hide()
            self.name.setFocus()
        self._fit()

    def _typed_tag(self) -> str:
        text = self.name.text()
        return "" if check_name(text)[0] else parse_tag(text)

    def _take_tag(self, tag: str) -> None:
        self.name.setText(f"{parse_name(self.name.text())[1]}:{tag}")
        self._forget_failure()
        self.tags_button.setChecked(False)

    def _build_progress(self) -> None:
        self._bar = QProgressBar()
        self._bar.setObjectName("pull.progress")
        self._bar.setAccessibleName(self.tr("Progress of the pull"))
        self._bar.setTextVisible(False)
        self._amount, self._speed = PlainLabel(role="strong"), PlainLabel(role="muted")
        self._amount.setObjectName("pull.amount")
        self._speed.setObjectName("pull.speed")
        lines = QWidget()
        lines.setObjectName("scrolled")
        self._lines_layout = QVBoxLayout(lines)
        self._lines_layout.setContentsMargins(0, 4, 6, 4)
        self._lines_layout.setSpacing(8)
        self._lines_layout.addStretch(1)
        self._lines: list[_LayerLine] = []
        scroll = QScrollArea()
        scroll.setAccessibleName(self.tr("Layers"))
        scroll.setWidgetResizable(True)
        scroll.setWidget(lines)
        scroll.setFixedHeight(170)
        self._progress = QWidget()
        self._progress.setLayout(column(row(self._amount, None, self._speed), self._bar, scroll))

    def _check(self, text: str) -> None:
        problem, full_name = check_name(text)
        wrong = bool(problem) and bool(text.strip())
        self.name.setProperty("invalid", wrong)
        restyle(self.name)
        if text.strip():
            self._hint.setText(problem or self.tr("Will be pulled from: {0}").format(full_name))
        else:
            self._hint.setText(self.tr("name[:tag], or registry:port/name for another registry"))
        self._hint.set_role("error" if wrong else "muted")
        self._pull.setEnabled(not problem)
        self._pull.set_label(self.tr("Pull"))
        if self.picker.isVisibleTo(self):
            self._tag_list.want(text)

    def _forget_failure(self) -> None:
        """Another name is another pull."""
        if self._failure.isVisibleTo(self):
            self._failure.hide()
            self._similar.hide()
            self._pull.show()
            self._fit()

    def _start(self) -> None:
        if self._viewmodel.is_active or check_name(self.name.text())[0]:
            return
        self._failure.hide()
        self._similar.hide()
        self._done.hide()
        self._viewmodel.start(self.name.text(), self.platform.platform)
        self._set_active(True)

    def _set_active(self, active: bool) -> None:
        self.name.setEnabled(not active)
        self.tags_button.setVisible(self._has_tags and not active)
        if active:
            self.tags_button.setChecked(False)
        self._hint.setVisible(not active)
        self._platform_line.setVisible(not active)
        self._progress.setVisible(active)
        self._cancel.setVisible(active)
        self._pull.setVisible(not active)
        self._run.hide()
        if not active:
            self.name.setFocus()
        self._fit()

    def _show_progress(self, view: PullView) -> None:
        known = view.percent is not None
        self._bar.setRange(0, 100 if known else 0)
        self._bar.setValue(view.percent or 0)
        percent = self.tr("{0} %").format(view.percent) if known else ""
        amount = " · ".join(filter(None, (percent, view.amount)))
        self._amount.setText(amount or view.message or self.tr("Asking the registry…"))
        layers = (
            self.tr("{0} of {1} layers").format(view.layers_done, len(view.layers)) if view.layers else ""
        )
        self._speed.setText(" · ".join(part for part in (layers, view.speed, view.left) if part))
        while len(self._lines) < len(view.layers):
            line = _LayerLine(f"pull.layer.{len(self._lines)}")
            self._lines.append(line)
            self._lines_layout.insertWidget(self._lines_layout.count() - 1, line)
        for line, layer in zip(self._lines, view.layers, strict=False):
            line.show_layer(layer)
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(view.layers))

    def _succeeded(self, reference: str) -> None:
        self._set_active(False)
        if self._to_run and reference == self.name.text().strip():
            self.close()
            return
        self._done.setText(self.tr("{0} is on this machine.").format(reference))
        self._done.show()
        self._pull.hide()
        self._run.show()
        self._run.setFocus()
        self._fit()

    def _failed(self, failure: Failure) -> None:
        self._set_active(False)
        self._failure.show_failure(failure)
        self._pull.hide()  # its button is "Try again" now
        similar = find_similar(failure, self._viewmodel.reference, self._known)
        self._similar.setText(self.tr("Images here with a similar name: {0}").format(", ".join(similar)))
        self._similar.setVisible(bool(similar))
        self._fit()

    def _help(self, what: PullHelp) -> None:
        """Lead to what helps: the platform is chosen here, all else elsewhere."""
        if what is PullHelp.PLATFORM:
            self._forget_failure()
            self.platform.setFocus()
            self.platform.showPopup()
            return
        self._lead(what, self._viewmodel.reference)

    def _lead(self, what: PullHelp, reference: str) -> None:
        self.help_requested.emit(what, reference)
        if what is not PullHelp.SIGN_IN:  # after that, the pull is tried again here
            self.close()

    def _cancelled(self) -> None:
        self._set_active(False)
        self._hint.setText(self.tr("Cancelled. Layers that were complete are kept."))
        self._pull.set_label(self.tr("Resume"))

    def _run_pulled(self) -> None:
        self.run_requested.emit(self._viewmodel.reference)
        self.close()
