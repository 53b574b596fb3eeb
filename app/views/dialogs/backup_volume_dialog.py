"""Asks how often a volume is backed up, into which folder, and how many backups are kept."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from app.viewmodels.storage.backups import BackupsViewModel, PlanView
from app.viewmodels.wording.wording import format_age
from app.views.dialogs.form_dialog import FormDialog
from app.views.widgets.buttons import Button
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.layouts import row
from app.views.widgets.number_box import NumberBox
from app.views.widgets.text import PlainLabel, WrappedLabel

translate = QCoreApplication.translate
_MOST_KEPT = 999


class BackupVolumeDialog(FormDialog):
    """Stays open until the plan is kept."""

    def __init__(self, viewmodel: BackupsViewModel, volume: str, parent: QWidget | None) -> None:
        self._backups, self._volume = viewmodel, volume
        super().__init__(
            "backup-volume",
            translate("BackupVolumeDialog", "Back {0} up").format(volume),
            translate(
                "BackupVolumeDialog",
                "An archive of all its files, made while Marina runs and read back; a missed one is made up. "
                "What containers write meanwhile may be missing. Import brings one back.",
            ),
            ("save", translate("BackupVolumeDialog", "Save"), "check"),
            parent,
        )
        plan = viewmodel.plans.get(volume)
        self.every = ComboBox()
        self.every.setObjectName("backup-volume.every")
        self.every.setAccessibleName(self.tr("How often"))
        for label, value in (
            (self.tr("Never"), ""),
            (self.tr("Every day"), "day"),
            (self.tr("Every week"), "week"),
        ):
            self.every.addItem(label, value)
        self.every.setCurrentIndex(self.every.findData(plan.every if plan else "day"))
        self.every.currentIndexChanged.connect(self.check_all)
        self.form.addWidget(PlainLabel(self.tr("How often"), "strong"))
        self.form.addWidget(self.every)
        self.form.addSpacing(6)
        choose = Button(self.tr("Choose…"), "backup-volume.choose", icon="folder")
        choose.clicked.connect(self._choose)
        self.folder_edit = self.add_edit("backup-volume.folder", self.tr("Folder of this computer"), choose)
        self.folder_edit.setText(plan.folder if plan else "")
        self.keep = NumberBox()
        self.keep.setObjectName("backup-volume.keep")
        self.keep.setAccessibleName(self.tr("How many are kept"))
        self.keep.setRange(1, _MOST_KEPT)
        self.keep.setValue(plan.keep if plan else 7)
        self.form.addWidget(PlainLabel(self.tr("How many are kept"), "strong"))
        self.form.addLayout(row(self.keep, None))
        last = (
            self.tr("The last one was made {0}.").format(format_age(plan.last)) if plan and plan.last else ""
        )
        if last:
            self.form.addSpacing(6)
            self.form.addWidget(WrappedLabel(last, "muted"))
        viewmodel.saved.connect(self._saved)
        viewmodel.refused.connect(self.show_failure)
        self.begin()
        self.every.setFocus()

    def is_complete(self) -> bool:
        """Return whether there is a folder, where one is needed."""
        return not self.every.currentData() or bool(self.folder_edit.text().strip())

    def send(self) -> None:
        """Keep it."""
        every = self.every.currentData()
        plan = PlanView(self.folder_edit.text().strip(), every, self.keep.value()) if every else None
        self._backups.save(self._volume, plan)

    def check(self) -> tuple[QLineEdit | None, str]:
        """The service says what is wrong with a folder: looking at one may take long."""
        return None, ""

    def _choose(self) -> None:
        title = self.tr("Folder for backups")
        folder = QFileDialog.getExistingDirectory(self, title, self.folder_edit.text())
        if folder:
            self.folder_edit.setText(folder)

    def _saved(self, volume: str) -> None:
        if volume == self._volume:
            self.accept()
