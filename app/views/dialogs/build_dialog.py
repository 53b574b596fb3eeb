"""Asks what is to be built: a folder, its Dockerfile, a name, and what else the build wants to know."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from app.viewmodels.builds import BuildsViewModel
from app.views.dialogs.form_dialog import FormDialog
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel

translate = QCoreApplication.translate


class BuildDialog(FormDialog):
    """Closes once the build has begun."""

    def __init__(self, viewmodel: BuildsViewModel, folder: str = "", parent: QWidget | None = None) -> None:
        self._builds = viewmodel
        super().__init__(
            "build",
            translate("BuildDialog", "Build an image"),
            translate(
                "BuildDialog", "The folder is sent to the engine, without what its .dockerignore names."
            ),
            ("start", translate("BuildDialog", "Build"), "play"),
            parent,
        )
        self.setMinimumWidth(520)
        self.folder_edit = self.add_edit("build.folder", self.tr("Folder"))
        choose = Button(self.tr("Choose…"), "build.choose", icon="folder")
        choose.clicked.connect(self._choose)
        self.form.addLayout(row(choose, None))
        self.tag_edit = self.add_edit("build.tag", self.tr("Name of the image"))
        self.tag_edit.setPlaceholderText("shop/web:1.0")
        self.file_edit = self.add_edit("build.dockerfile", self.tr("Dockerfile"))
        self.file_edit.setPlaceholderText("Dockerfile")
        self.target_edit = self.add_edit("build.target", self.tr("Stage to stop at"))
        self.target_edit.setPlaceholderText(self.tr("the last one"))
        self.form.addWidget(PlainLabel(self.tr("Build arguments"), "strong"))
        self.arguments = QPlainTextEdit()
        self.arguments.setObjectName("build.arguments")
        self.arguments.setAccessibleName(self.tr("Build arguments"))
        self.arguments.setPlaceholderText("VERSION=1.2")
        self.arguments.setTabChangesFocus(True)
        self.arguments.setFixedHeight(56)
        self.form.addWidget(self.arguments)
        self.no_cache = QCheckBox(self.tr("Run all steps anew, without the cache"))
        self.no_cache.setObjectName("build.no-cache")
        self.form.addSpacing(4)
        self.form.addWidget(self.no_cache)
        self.folder_edit.setText(folder)
        self.begin()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return what is wrong with the name or the folder."""
        if problem := self._builds.check(self.tag_edit.text().strip()):
            return self.tag_edit, problem
        folder = self.folder_edit.text().strip()
        if folder and not Path(folder).is_dir():
            return self.folder_edit, self.tr("There is no such folder.")
        name = self.file_edit.text().strip() or "Dockerfile"
        if folder and not (Path(folder) / name).is_file():
            return self.file_edit, self.tr("There is no {0} in this folder.").format(name)
        return None, ""

    def is_complete(self) -> bool:
        """Return whether there is a folder, and no build goes on."""
        return bool(self.folder_edit.text().strip()) and not self._builds.is_running

    def send(self) -> None:
        """Begin the build."""
        self._builds.start(
            self.folder_edit.text().strip(),
            self.file_edit.text(),
            self.tag_edit.text(),
            self.target_edit.text(),
            self.arguments.toPlainText(),
            self.no_cache.isChecked(),
        )
        self.accept()

    def _choose(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, self.tr("Folder"), self.folder_edit.text()):
            self.folder_edit.setText(folder)
