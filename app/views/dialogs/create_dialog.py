"""The small dialogs that make a volume or a network; they stay open until the engine agrees."""

import re

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QWidget

from app.viewmodels.failure import Failure
from app.viewmodels.networks import NetworksViewModel
from app.viewmodels.object_list import ObjectList
from app.viewmodels.volumes import VolumesViewModel
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import column, row
from app.views.widgets.text import PlainLabel, WrappedLabel, restyle

translate = QCoreApplication.translate
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


class CreateDialog(QDialog):
    """A name, whatever else a subclass asks for, and what the engine says against it."""

    def __init__(
        self, name: str, title: str, note: str, viewmodel: ObjectList, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._viewmodel = viewmodel
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.name_edit = self.add_edit(f"{name}.name", self.tr("Name"))
        self.problem = WrappedLabel(role="error")
        self.problem.setObjectName(f"{name}.problem")
        self.create_button = Button(self.tr("Create"), f"{name}.create", "primary", "plus")
        self.create_button.clicked.connect(self._create)
        self.create_button.setDefault(True)
        cancel = Button(self.tr("Cancel"), f"{name}.cancel")
        cancel.clicked.connect(self.reject)
        self.form = column(spacing=4)
        self.add_field(self.tr("Name"), self.name_edit)
        self.setLayout(
            column(
                PlainLabel(title, "heading"),
                WrappedLabel(note, "muted"),
                4,
                self.form,
                self.problem,
                6,
                row(None, cancel, self.create_button),
                margins=(22, 20, 22, 18),
            )
        )
        viewmodel.created.connect(self._created)
        viewmodel.create_failed.connect(self._failed)
        self._check()
        self.name_edit.setFocus()

    def add_edit(self, name: str, label: str) -> QLineEdit:
        """Return a line to type in, checked with every key."""
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.setAccessibleName(label)
        edit.textChanged.connect(self._check)
        return edit

    def add_field(self, label: str, edit: QLineEdit) -> None:
        """Put a line under its label."""
        self.form.addWidget(PlainLabel(label, "strong"))
        self.form.addWidget(edit)
        self.form.addSpacing(6)

    def check(self) -> tuple[QLineEdit, str]:
        """Return the line with a mistake and what is wrong, or "" when all is well."""
        name = self.name_edit.text().strip()
        if name and not _NAME.fullmatch(name):
            return self.name_edit, self.tr(
                "Letters, digits and _ . - only, at least two, the first a letter or digit."
            )
        if any(row.name == name for row in self._viewmodel.model.rows):
            return self.name_edit, self.tr("This name is taken.")
        return self.name_edit, ""

    def send(self) -> None:
        """Ask the engine."""
        raise NotImplementedError

    def _check(self) -> None:
        if not hasattr(self, "create_button"):
            return
        edit, problem = self.check()
        self.problem.setText(problem)
        for line in self.findChildren(QLineEdit):
            line.setProperty("invalid", bool(problem) and line is edit)
            restyle(line)
        self.create_button.setEnabled(not problem and bool(self.name_edit.text().strip()))

    def _create(self) -> None:
        self.create_button.setEnabled(False)
        self.send()

    def _created(self, name: str) -> None:
        if name == self.name_edit.text().strip():
            self.accept()

    def _failed(self, failure: Failure) -> None:
        self.create_button.setEnabled(True)
        self.problem.setText("\n".join(filter(None, (failure.summary, failure.details, failure.what_to_do))))


class CreateVolumeDialog(CreateDialog):
    """Asks for a volume's name."""

    def __init__(self, viewmodel: VolumesViewModel, parent: QWidget | None = None) -> None:
        self._volumes = viewmodel
        super().__init__(
            "create-volume",
            translate("CreateVolumeDialog", "New volume"),
            translate("CreateVolumeDialog", "A volume keeps data when containers come and go."),
            viewmodel,
            parent,
        )

    def send(self) -> None:
        """Make it."""
        self._volumes.create(self.name_edit.text().strip())


class CreateNetworkDialog(CreateDialog):
    """Asks for a network's name, its addresses and whether it has a way out."""

    def __init__(self, viewmodel: NetworksViewModel, parent: QWidget | None = None) -> None:
        self._networks = viewmodel
        super().__init__(
            "create-network",
            translate("CreateNetworkDialog", "New network"),
            translate("CreateNetworkDialog", "Containers on one network reach each other by their names."),
            viewmodel,
            parent,
        )
        self.subnet_edit = self.add_edit("create-network.subnet", self.tr("Range of addresses"))
        self.subnet_edit.setPlaceholderText(self.tr("chosen by the engine"))
        self.add_field(self.tr("Range of addresses"), self.subnet_edit)
        self.internal_box = QCheckBox(self.tr("No way out: containers reach only each other"))
        self.internal_box.setObjectName("create-network.internal")
        self.form.addWidget(self.internal_box)

    def check(self) -> tuple[QLineEdit, str]:
        """Return what is wrong with name or range."""
        edit, problem = super().check()
        if not problem and hasattr(self, "subnet_edit"):
            return self.subnet_edit, self._networks.check_subnet(self.subnet_edit.text().strip())
        return edit, problem

    def send(self) -> None:
        """Make it."""
        self._networks.create(
            self.name_edit.text().strip(), self.subnet_edit.text().strip(), self.internal_box.isChecked()
        )
