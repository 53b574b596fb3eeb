"""Asks which container is put on a network, and under which names and address it is there."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.storage.networks import NetworkRow, NetworksViewModel
from app.views.dialogs.form_dialog import FormDialog
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.text import PlainLabel, WrappedLabel

translate = QCoreApplication.translate


class ConnectContainerDialog(FormDialog):
    """Stays open until the engine agrees. The networks that are always there take no names and addresses."""

    def __init__(
        self,
        viewmodel: NetworksViewModel,
        network: NetworkRow,
        choices: list[tuple[str, str]],
        parent: QWidget | None,
    ) -> None:
        """`choices` are names and ids of containers that are not on the network."""
        self._networks, self._network = viewmodel, network
        super().__init__(
            "connect-container",
            translate("ConnectContainerDialog", "Connect a container with {0}").format(network.name),
            translate("ConnectContainerDialog", "It stays on the networks that it is on."),
            ("connect", translate("ConnectContainerDialog", "Connect"), "plus"),
            parent,
        )
        self.container = ComboBox()
        self.container.setObjectName("connect-container.container")
        self.container.setAccessibleName(self.tr("Container"))
        for name, key in choices:
            self.container.addItem(name, key)
        self.form.addWidget(PlainLabel(self.tr("Container"), "strong"))
        self.form.addWidget(self.container)
        self.form.addSpacing(6)
        self.names_edit = self.address_edit = None
        if network.network.is_predefined:
            note = self.tr("On this network containers have no other names and no address of your choice.")
            self.form.addWidget(WrappedLabel(note, "muted"))
        else:
            self.names_edit = self.add_edit("connect-container.names", self.tr("More names"))
            self.names_edit.setPlaceholderText(self.tr("such as db, cache: others find it by them, too"))
            self.address_edit = self.add_edit("connect-container.address", self.tr("Address"))
            self.address_edit.setPlaceholderText(self.tr("chosen by the engine"))
        viewmodel.connected.connect(self._connected)
        viewmodel.connect_failed.connect(self.show_failure)
        self.begin()
        self.container.setFocus()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return what is wrong with the address."""
        if self.address_edit is None:
            return None, ""
        return self.address_edit, self._networks.check_address(
            self._network.key, self.address_edit.text().strip()
        )

    def is_complete(self) -> bool:
        """Return whether there is a container to connect."""
        return self.container.count() > 0

    def send(self) -> None:
        """Ask the engine."""
        names = self.names_edit.text().replace(",", " ").split() if self.names_edit is not None else []
        address = self.address_edit.text().strip() if self.address_edit is not None else ""
        self._networks.connect_container(self._network.key, self.container.currentData(), names, address)

    def _connected(self, container: str) -> None:
        if container == self.container.currentData():
            self.accept()
