"""Asks what is to be built: a folder, its Dockerfile, a name, and what else the build wants to know."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from app.viewmodels.images.builds import DOCKERFILE, BuildForm, BuildsViewModel
from app.views.dialogs.form_dialog import FormDialog
from app.views.widgets.buttons import Button
from app.views.widgets.check_box import CheckBox
from app.views.widgets.dialog_layout import widen
from app.views.widgets.layouts import row
from app.views.widgets.platform_box import PlatformBox
from app.views.widgets.text import PlainLabel

translate = QCoreApplication.translate


class BuildDialog(FormDialog):
    """Closes once the build has begun."""

    def __init__(
        self, viewmodel: BuildsViewModel, form: BuildForm | None = None, parent: QWidget | None = None
    ) -> None:
        """`form` is what the dialog begins with."""
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
        widen(self, 520)
        choose = Button(self.tr("Choose…"), "build.choose", icon="folder")
        choose.clicked.connect(self._choose)
        self.folder_edit = self.add_edit("build.folder", self.tr("Folder"), choose)
        self.tag_edit = self.add_edit("build.tag", self.tr("Name of the image"))
        self.tag_edit.setPlaceholderText("shop/web:1.0")
        self.file_edit = self.add_edit("build.dockerfile", self.tr("Dockerfile"))
        self.file_edit.setPlaceholderText(DOCKERFILE)
        self.target_edit = self.add_edit("build.target", self.tr("Stage to stop at"))
        self.target_edit.setPlaceholderText(self.tr("the last one"))
        self.platform = PlatformBox("build.platform")
        self.form.addLayout(row(PlainLabel(self.tr("Platform"), "strong"), self.platform, None))
        self.form.addSpacing(6)
        self.arguments = self._add_area("build.arguments", self.tr("Build arguments"), "VERSION=1.2")
        self.secrets = self._add_area(
            "build.secrets",
            self.tr("Secrets (files that RUN --mount=type=secret may read)"),
            "token=~/token.txt",
        )
        self.no_cache = CheckBox(self.tr("Run all steps anew, without the cache"))
        self.no_cache.setObjectName("build.no-cache")
        self.form.addWidget(self.no_cache)
        self.lends_agent = CheckBox(
            self.tr("Lend my SSH agent to its steps (RUN --mount=type=ssh, git over SSH)")
        )
        self.lends_agent.setObjectName("build.lends-agent")
        self.lends_agent.setToolTip(
            self.tr("They can sign in with your keys while the build goes on; the keys stay here.")
        )
        self.form.addWidget(self.lends_agent)
        if form is not None:
            self._fill(form)
        self.begin()
        if form is not None and form.tag:
            self.action_button.setFocus()  # all of it was typed before

    def _fill(self, form: BuildForm) -> None:
        self.folder_edit.setText(form.folder)
        self.file_edit.setText("" if form.dockerfile == DOCKERFILE else form.dockerfile)
        self.tag_edit.setText(form.tag)
        self.target_edit.setText(form.target)
        self.platform.setCurrentIndex(max(0, self.platform.findData(form.platform)))
        self.arguments.setPlainText(form.arguments)
        self.secrets.setPlainText(form.secrets)
        self.no_cache.setChecked(form.no_cache)
        self.lends_agent.setChecked(form.lends_agent)

    @property
    def typed(self) -> BuildForm:
        """Return everything as typed."""
        return BuildForm(
            self.folder_edit.text().strip(),
            self.file_edit.text().strip() or DOCKERFILE,
            self.tag_edit.text().strip(),
            self.target_edit.text().strip(),
            self.arguments.toPlainText(),
            self.secrets.toPlainText(),
            self.no_cache.isChecked(),
            self.lends_agent.isChecked(),
            self.platform.platform,
        )

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return what is wrong."""
        field, problem = self._builds.check(self.typed)
        edits = {"tag": self.tag_edit, "folder": self.folder_edit, "dockerfile": self.file_edit}
        return edits.get(field), problem

    def is_complete(self) -> bool:
        """Return whether there is a folder, and no build goes on."""
        return bool(self.folder_edit.text().strip()) and not self._builds.is_running

    def send(self) -> None:
        """Begin the build."""
        self._builds.start(self.typed)
        self.accept()

    def _choose(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, self.tr("Folder"), self.folder_edit.text()):
            self.folder_edit.setText(folder)

    def _add_area(self, name: str, label: str, hint: str) -> QPlainTextEdit:
        area = QPlainTextEdit()
        area.setObjectName(name)
        area.setAccessibleName(label)
        area.setPlaceholderText(hint)
        area.setTabChangesFocus(True)
        area.setFixedHeight(56)
        area.textChanged.connect(self.check_all)
        self.form.addWidget(PlainLabel(label, "strong"))
        self.form.addWidget(area)
        self.form.addSpacing(6)
        return area
