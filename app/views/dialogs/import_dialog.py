"""The dialog that brings things over from another engine: which engine, which things, and how it goes."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHeaderView,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.viewmodels.engine.migration import KINDS, MigrationViewModel, SourceRow, ThingRow
from app.viewmodels.failure import Failure
from app.views.icons import themed_pixmap
from app.views.theme import Theme
from app.views.widgets.buttons import Button
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.dialog_layout import dialog_column, widen
from app.views.widgets.failure_card import FailureCard
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel, WrappedLabel

_NUMBER = Qt.ItemDataRole.UserRole
_TONE = Qt.ItemDataRole.UserRole + 1
_HEIGHT = 320
_ICONS = {"ok": "check", "err": "error"}


class ImportDialog(QDialog):
    """Closing it leaves a copy running; Cancel ends that."""

    refreshed = Signal()  # the engine has more than before

    def __init__(self, viewmodel: MigrationViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import")
        self.setWindowTitle(self.tr("Import from another engine"))
        self._viewmodel = viewmodel
        self._lines: dict[int, QTreeWidgetItem] = {}
        self._build_source()
        self._build_tree()
        self._failure = FailureCard("import.failure", self.tr("Look again"), role="inset")
        self._failure.retry.connect(self._look)
        self._failure.hide()
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setObjectName("import.progress")
        self._busy.setAccessibleName(self.tr("Working"))
        self._sum = WrappedLabel(role="muted")
        self._sum.setObjectName("import.sum")
        self._close = Button(self.tr("Close"), "import.close")
        self._close.clicked.connect(self.close)
        self._cancel = Button(self.tr("Cancel the copy"), "import.cancel")
        self._cancel.clicked.connect(viewmodel.cancel)
        self._start = Button(self.tr("Copy"), "import.start", "primary", "download")
        self._start.clicked.connect(self._begin)
        about = self.tr(
            "Images, volumes, networks and containers of Docker Desktop, Docker, Podman and others are "
            "copied. Nothing is changed there. Stop what writes to a volume first."
        )
        layout = dialog_column(
            PlainLabel(self.tr("Import from another engine"), "heading"),
            WrappedLabel(about, "muted"),
            2,
            self._source_line,
            self._failure,
            self._tree,
            self._busy,
            self._sum,
            4,
            row(None, self._close, self._cancel, self._start),
            spacing=10,
            stretch=(self._tree,),
        )
        self.setLayout(layout)
        widen(self, 760)
        viewmodel.listed.connect(self._show_sources)
        viewmodel.looked.connect(self._show_things)
        viewmodel.refused.connect(self._show_failure)
        viewmodel.changed.connect(self._show_thing)
        viewmodel.progressed.connect(self._show_share)
        viewmodel.ended.connect(self._show_end)
        Theme.current().changed.connect(self._draw_icons)
        self._show_state()

    def _build_source(self) -> None:
        self.source = ComboBox()
        self.source.setObjectName("import.source")
        self.source.setAccessibleName(self.tr("Engine to import from"))
        self.source.setEditable(True)
        self.source.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.source.lineEdit()
        assert line is not None
        line.setPlaceholderText("unix:///path/to/docker.sock")
        line.returnPressed.connect(self._look)
        self.source.activated.connect(lambda _: self._look())
        self._look_button = Button(self.tr("Look"), "import.look", icon="search")
        self._look_button.clicked.connect(self._look)
        self._look_button.setAutoDefault(False)
        self._source_line = row(self.source, self._look_button)
        self._source_line.setStretch(0, 1)

    def _build_tree(self) -> None:
        self._tree = QTreeWidget()
        self._tree.setObjectName("import.things")
        self._tree.setAccessibleName(self.tr("What the engine has"))
        self._tree.setHeaderLabels([self.tr("Name"), self.tr("Size"), self.tr("What happens")])
        self._tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._tree.setMinimumHeight(_HEIGHT)
        header = self._tree.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 280)
        header.resizeSection(1, 85)
        self._tree.itemChanged.connect(self._show_sum)

    # --- looking ------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Show the dialog, with what is under way or what there is now."""
        super().open()
        if not self._viewmodel.is_active:
            self._viewmodel.find()

    def _show_sources(self, rows: list[SourceRow]) -> None:
        was = self.source.currentText()
        self.source.clear()
        for source in rows:
            self.source.addItem(source.title, source.address)
            self.source.setItemData(self.source.count() - 1, source.address, Qt.ItemDataRole.ToolTipRole)
        if was and self.source.findText(was) < 0:
            self.source.setEditText(was)
        if rows:
            self._look()
        else:
            self._sum.setText(self.tr("No other engine was found. Start it, or write its address."))

    def _look(self) -> None:
        wanted = self.source.currentText().strip()
        place = self.source.findText(wanted)
        if not wanted or self._viewmodel.is_active:
            return
        self._failure.hide()
        self._tree.show()
        self._tree.clear()
        self._lines.clear()
        self._sum.set_role("muted")
        self._sum.setText(self.tr("Looking at what is there…"))
        self._viewmodel.look(self.source.itemData(place) if place >= 0 else wanted)
        self._show_state(is_looking=True)

    def _show_things(self, rows: list[ThingRow]) -> None:
        titles = {
            "image": self.tr("Images"),
            "volume": self.tr("Volumes"),
            "network": self.tr("Networks"),
            "container": self.tr("Containers"),
        }
        self._tree.blockSignals(True)
        self._tree.clear()
        self._lines.clear()
        for kind in KINDS:
            of_kind = [one for one in rows if one.kind == kind]
            if of_kind:
                group = QTreeWidgetItem(self._tree, [titles[kind]])
                group.setFlags(
                    group.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate
                )
                for one in of_kind:
                    self._add_line(group, one)
                if not any(one.can_copy for one in of_kind):
                    group.setFlags(group.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
                    group.setData(0, Qt.ItemDataRole.CheckStateRole, None)
                group.setExpanded(True)
        self._tree.blockSignals(False)
        self._draw_icons()
        self._show_state()
        self._show_sum()
        if not rows:
            self._sum.setText(self.tr("There is nothing to copy."))

    def _add_line(self, group: QTreeWidgetItem, one: ThingRow) -> None:
        line = QTreeWidgetItem(group, [one.name, one.size, one.state])
        line.setData(0, _NUMBER, one.number)
        if one.can_copy:
            line.setFlags(line.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            line.setCheckState(0, Qt.CheckState.Checked if one.is_wanted else Qt.CheckState.Unchecked)
        else:
            line.setFlags(line.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
        self._lines[one.number] = line
        self._fill(line, one)

    def _show_failure(self, failure: Failure) -> None:
        self._failure.show_failure(failure)
        self._tree.hide()
        self._sum.setText("")
        self._show_state()
        QTimer.singleShot(0, self, self.adjustSize)  # once the parts in sight are laid out

    # --- choosing and copying -----------------------------------------------------------------------------

    def chosen(self) -> list[int]:
        """Return the numbers of what is ticked."""
        return [
            number
            for number, line in self._lines.items()
            if line.flags() & Qt.ItemFlag.ItemIsUserCheckable and line.checkState(0) == Qt.CheckState.Checked
        ]

    def _show_sum(self) -> None:
        if self._viewmodel.is_active or not self._viewmodel.has_plan:
            return
        total = self._viewmodel.sum(self.chosen())
        self._sum.setText(total.text)
        self._sum.set_role("error" if total.is_too_much else "muted")
        self._start.setEnabled(total.can_begin)

    def _begin(self) -> None:
        self._viewmodel.start(self.chosen())
        self._sum.set_role("muted")
        self._sum.setText(self.tr("Copying. It goes on when this is closed."))
        self._show_state()

    def _show_thing(self, one: ThingRow) -> None:
        line = self._lines.get(one.number)
        if line is not None:
            self._fill(line, one)
            self._tree.scrollToItem(line)

    def _fill(self, line: QTreeWidgetItem, one: ThingRow) -> None:
        self._tree.blockSignals(True)
        line.setText(2, one.state)
        line.setToolTip(0, one.name)
        line.setToolTip(2, one.details or one.state)
        if line.data(2, _TONE) != one.tone:
            line.setData(2, _TONE, one.tone)
            self._draw_icon(line)
        self._tree.blockSignals(False)
        self._tree.viewport().update()

    def _draw_icon(self, line: QTreeWidgetItem) -> None:
        tone = line.data(2, _TONE)
        colour = getattr(Theme.current().tokens, tone or "muted")
        line.setIcon(2, QIcon(themed_pixmap(self, _ICONS[tone], colour, 16)) if tone else QIcon())

    def _draw_icons(self) -> None:
        self._tree.blockSignals(True)
        for line in self._lines.values():
            self._draw_icon(line)
        self._tree.blockSignals(False)

    def _show_share(self, share: float) -> None:
        self._busy.setRange(0, 1000)
        self._busy.setValue(round(share * 1000))

    def _show_end(self, text: str, tone: str) -> None:
        self._show_state()
        self._start.setEnabled(False)
        self._sum.setText(text)
        self._sum.set_role({"ok": "ok", "err": "error"}.get(tone, "muted"))
        self.refreshed.emit()

    def _show_state(self, is_looking: bool = False) -> None:
        active = self._viewmodel.is_active
        self._busy.setVisible(active or is_looking)
        if not active:
            self._busy.setRange(0, 0)  # nobody knows how long it takes to look
        self._cancel.setVisible(active)
        self._start.setVisible(not active)
        self._start.setEnabled(False)
        self._tree.setEnabled(not is_looking)
        for widget in (self.source, self._look_button):
            widget.setEnabled(not active)
