"""The small dialogs that make a volume or a network; they stay open until the engine agrees."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.storage.networks import BRIDGE, NetworksViewModel
from app.viewmodels.storage.object_list import ObjectList, is_object_name
from app.viewmodels.storage.volumes import VolumesViewModel
from app.views.dialogs.form_dialog import FormDialog
from app.views.widgets.check_box import CheckBox
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.dialog_layout import follow_content
from app.views.widgets.layouts import column
from app.views.widgets.text import PlainLabel

translate = QCoreApplication.translate


class CreateDialog(FormDialog):
    """A name, whatever else a subclass asks for, and what the engine says against it."""

    def __init__(
        self, name: str, title: str, note: str, viewmodel: ObjectList, parent: QWidget | None
    ) -> None:
        self._viewmodel = viewmodel
        action = ("create", translate("CreateDialog", "Create"), "plus")
        super().__init__(name, title, note, action, parent)
        self.name_edit = self.add_edit(f"{name}.name", self.tr("Name"))
        viewmodel.created.connect(self._created)
        viewmodel.create_failed.connect(self.show_failure)
        self.begin()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return the line with a mistake and what is wrong, or "" when all is well."""
        name = self.name_edit.text().strip()
        if name and not is_object_name(name):
            return self.name_edit, self.tr(
                "Letters, digits and _ . - only, at least two, the first a letter or digit."
            )
        if any(row.name == name for row in self._viewmodel.model.rows):
            return self.name_edit, self.tr("This name is taken.")
        return self.name_edit, ""

    def is_complete(self) -> bool:
        """Return whether there is a name."""
        return bool(self.name_edit.text().strip())

    def _created(self, name: str) -> None:
        if name == self.name_edit.text().strip():
            self.accept()


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
        self.kind = ComboBox()
        self.kind.setObjectName("create-network.kind")
        self.kind.setAccessibleName(self.tr("Kind"))
        for driver, text in (
            (BRIDGE, self.tr("bridge: the usual one")),
            ("macvlan", self.tr("macvlan: containers have hardware addresses on an interface")),
            ("ipvlan", self.tr("ipvlan: containers share the hardware address of an interface")),
        ):
            self.kind.addItem(text, driver)
        self.parent_edit = QLineEdit()
        self.parent_edit.setObjectName("create-network.parent")
        self.parent_edit.setAccessibleName(self.tr("Interface of the machine"))
        self.parent_edit.setPlaceholderText(self.tr("such as eth0; without one they reach only each other"))
        self._parent = QWidget()
        self._parent.setLayout(column(self.parent_edit))
        self._parent.hide()
        for item in (PlainLabel(self.tr("Kind"), "strong"), self.kind, self._parent):
            self.form.addWidget(item)
        self.form.addSpacing(6)
        self._fit = follow_content(self)
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.subnet_edit = self.add_edit("create-network.subnet", self.tr("Range of addresses"))
        self.subnet_edit.setPlaceholderText(self.tr("chosen by the engine"))
        self.internal_box = CheckBox(self.tr("No way out: containers reach only each other"))
        self.internal_box.setObjectName("create-network.internal")
        self.form.addWidget(self.internal_box)

    def _show_kind(self) -> None:
        self._parent.setVisible(self.kind.currentData() != BRIDGE)
        self._fit()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return what is wrong with name or range."""
        edit, problem = super().check()
        if not problem and hasattr(self, "subnet_edit"):
            return self.subnet_edit, self._networks.check_subnet(self.subnet_edit.text().strip())
        return edit, problem

    def send(self) -> None:
        """Make it."""
        driver = self.kind.currentData()
        self._networks.create(
            self.name_edit.text().strip(),
            self.subnet_edit.text().strip(),
            self.internal_box.isChecked(),
            driver,
            self.parent_edit.text().strip() if driver != BRIDGE else "",
        )
