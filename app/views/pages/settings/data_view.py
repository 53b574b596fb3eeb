"""Snapshots of all data, taking it elsewhere, and beginning anew: a part of the Troubleshoot page."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QProgressBar, QSizePolicy, QVBoxLayout

from app.viewmodels.engine.machine_data import MachineDataViewModel, SnapshotView
from app.viewmodels.failure import Failure
from app.viewmodels.wording.wording import format_age
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.dialogs.factory_reset_dialog import FactoryResetDialog
from app.views.dialogs.snapshot_dialog import SnapshotDialog
from app.views.widgets.banner import Banner
from app.views.widgets.buttons import Button
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, Scrolled, clear, column, row
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel


class DataView(Card):
    """Asks before anything is lost."""

    uninstall_requested = Signal()

    def __init__(self, viewmodel: MachineDataViewModel) -> None:
        super().__init__("troubleshoot.data")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._data = viewmodel
        self._shown: tuple[SnapshotView, ...] = ()
        self._banner = Banner("troubleshoot.data.banner")
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Working"))
        self._progress.hide()
        self._create = Button(self.tr("New snapshot"), "troubleshoot.data.create", "primary", "plus")
        self._create.clicked.connect(lambda: SnapshotDialog(viewmodel, self.window()).open())
        self._none = WrappedLabel(
            self.tr("None yet. A snapshot keeps all images, containers and volumes as they are now."), "muted"
        )
        self._none.setObjectName("troubleshoot.data.none")
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        compact = Button(self.tr("Give back room"), "troubleshoot.data.compact", icon="broom")
        compact.setToolTip(self.tr("Returns what the engine's disk no longer needs to this computer"))
        compact.clicked.connect(viewmodel.compact)
        export = Button(self.tr("Export…"), "troubleshoot.data.export", icon="download")
        export.clicked.connect(self._ask_export)
        bring = Button(self.tr("Import…"), "troubleshoot.data.import", icon="upload")
        bring.clicked.connect(self._ask_import)
        move = Button(self.tr("Move…"), "troubleshoot.data.move", icon="folder")
        move.setToolTip(self.tr("Keeps all data in another folder, on another disk for example"))
        move.clicked.connect(self._ask_move)
        self._place = WrappedLabel(role="muted")
        self._place.setObjectName("troubleshoot.data.place")
        factory = Button(self.tr("Reset to factory…"), "troubleshoot.data.factory", "danger", "restart")
        factory.clicked.connect(lambda: FactoryResetDialog(viewmodel, self.window()).open())
        reset = Button(self.tr("Remove all data…"), "troubleshoot.data.reset", "danger", "trash")
        reset.clicked.connect(self._confirm_reset)
        uninstall = Button(self.tr("Uninstall Marina…"), "troubleshoot.uninstall", "danger", "trash")
        uninstall.clicked.connect(self.uninstall_requested)
        self._buttons = [self._create, compact, export, bring, move, reset, factory, uninstall]
        note = self.tr("Export, import, move and reset stop the containers and start the engine again.")
        anew = self.tr(
            "Remove all data keeps settings and snapshots. Reset to factory keeps neither: Marina is as on "
            "its first day."
        )
        leaving = self.tr(
            "Removes what Marina keeps on this computer, your data only if you want that. "
            "Then the program itself can go."
        )
        scroll = Scrolled(
            column(
                flow(PlainLabel(self.tr("Snapshots"), "heading"), None, self._create),
                self._none,
                self._list,
                12,
                PlainLabel(self.tr("All data"), "heading"),
                WrappedLabel(note, "muted"),
                self._place,
                flow(compact, export, bring, move),
                12,
                PlainLabel(self.tr("Begin anew"), "heading"),
                WrappedLabel(anew, "muted"),
                flow(reset, factory),
                12,
                PlainLabel(self.tr("Leave Marina"), "heading"),
                WrappedLabel(leaving, "muted"),
                row(uninstall, None),
                None,
                spacing=8,
            )
        )
        scroll.setAccessibleName(self.tr("Data"))
        scroll.setFrameShape(Scrolled.Shape.NoFrame)
        layout = column(self._banner, self._progress, scroll, spacing=10, margins=(18, 14, 14, 12))
        layout.setStretch(2, 1)
        self.setLayout(layout)
        viewmodel.changed.connect(self._show)
        viewmodel.busy_changed.connect(self._show_busy)
        viewmodel.done.connect(lambda text: self._banner.say(text, "ok"))
        viewmodel.failed.connect(self._tell_failure)
        self._show()

    def _show(self) -> None:
        snapshots = self._data.snapshots
        if snapshots != self._shown:
            self._shown = snapshots
            clear(self._list)
            for snapshot in reversed(snapshots):
                self._list.addWidget(self._line(snapshot))
        self._none.setVisible(self._data.is_loaded and not snapshots)
        self._place.setText(
            self.tr("It is kept in {0}.").format(self._data.place) if self._data.place else ""
        )

    def _line(self, snapshot: SnapshotView) -> Card:
        name = f"troubleshoot.snapshot.{snapshot.name}"
        line = Card(name, "inset")
        title = ElidedLabel(snapshot.name, "strong")
        age = PlainLabel(format_age(snapshot.created), "muted")
        back = Button(self.tr("Go back to it…"), f"{name}.restore", icon="restart")
        back.clicked.connect(lambda: self._confirm_restore(snapshot))
        delete = Button(self.tr("Delete"), f"{name}.delete", icon="trash")
        delete.clicked.connect(lambda: self._confirm_delete(snapshot))
        layout = row(column(title, age, spacing=1), back, delete, margins=(12, 8, 10, 8))
        layout.setStretch(0, 1)
        line.setLayout(layout)
        return line

    def _confirm_restore(self, snapshot: SnapshotView) -> None:
        note = self.tr("What was made or changed since then is lost. Containers are stopped for it.")
        dialog = ConfirmDeleteDialog(
            "troubleshoot.restore-ask",
            self.tr("Go back to this snapshot?"),
            [snapshot.name],
            note,
            [],
            self.window(),
            self.tr("Go back"),
        )
        dialog.accepted.connect(lambda: self._data.restore(snapshot.name))
        dialog.open()

    def _confirm_delete(self, snapshot: SnapshotView) -> None:
        dialog = ConfirmDeleteDialog(
            "troubleshoot.snapshot-ask",
            self.tr("Delete this snapshot?"),
            [snapshot.name],
            self.tr("The data of now stays as it is."),
            [],
            self.window(),
        )
        dialog.accepted.connect(lambda: self._data.delete(snapshot.name))
        dialog.open()

    def _confirm_reset(self) -> None:
        things = [self.tr("all images"), self.tr("all containers"), self.tr("all volumes and their data")]
        dialog = ConfirmDeleteDialog(
            "troubleshoot.reset-ask",
            self.tr("Remove all that the engine holds?"),
            things,
            self.tr("Settings and snapshots are kept. A snapshot before this lets one go back."),
            [],
            self.window(),
            self.tr("Remove all"),
        )
        dialog.accepted.connect(self._data.reset)
        dialog.open()

    def _ask_export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Export all data"), "marina-data.qcow2")
        if path:
            self._data.export_to(path)

    def _ask_move(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Keep all data in"), self._data.place)
        if folder:
            self._data.move_to(folder)

    def _ask_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Import all data"))
        if not path:
            return
        dialog = ConfirmDeleteDialog(
            "troubleshoot.import-ask",
            self.tr("Replace all data by this file's?"),
            [path],
            self.tr("All data of now is lost, and the snapshots with it."),
            [],
            self.window(),
            self.tr("Replace"),
        )
        dialog.accepted.connect(lambda: self._data.import_from(path))
        dialog.open()

    def _show_busy(self, words: str) -> None:
        self._progress.setVisible(bool(words))
        for button in self._buttons:
            button.setEnabled(not words)
        if words:
            self._banner.say(words)
        else:
            self._banner.hide()

    def _tell_failure(self, failure: Failure) -> None:
        text = failure.sentences
        self._banner.say(text, "err")
