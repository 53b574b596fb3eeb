"""Adds an engine of another computer; a host that is not known yet shows its key first."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.engine.engines import EnginesViewModel, NewEngine
from app.views.dialogs.form_dialog import FormDialog
from app.views.widgets.text import WrappedLabel

translate = QCoreApplication.translate


class AddEngineDialog(FormDialog):
    """Stays open until the engine answers. Whoever changes the address is asked for the key anew."""

    def __init__(self, viewmodel: EnginesViewModel, parent: QWidget | None = None) -> None:
        self._engines, self._host_key = viewmodel, ""
        super().__init__(
            "add-engine",
            translate("AddEngineDialog", "Add an engine"),
            translate(
                "AddEngineDialog",
                "An engine of another computer, Marina's or Docker's. It is asked for its version first.",
            ),
            ("confirm", translate("AddEngineDialog", "Add"), "plus"),
            parent,
        )
        self.name_edit = self.add_edit("add-engine.name", self.tr("Name"))
        self.name_edit.setPlaceholderText(self.tr("server"))
        self.url_edit = self.add_edit("add-engine.url", self.tr("Address"))
        self.url_edit.setPlaceholderText("ssh://me@server.example.com")
        self.url_edit.textChanged.connect(self._forget_key)
        self.tls_edit = self.add_edit("add-engine.tls", self.tr("Folder of TLS files, for tcp://"))
        self.tls_edit.setPlaceholderText(self.tr("with ca.pem, cert.pem and key.pem"))
        self._key = WrappedLabel(role="warn")
        self._key.setObjectName("add-engine.key")
        self._key.hide()
        self.form.addWidget(self._key)
        viewmodel.key_shown.connect(self._show_key)
        viewmodel.added.connect(self.accept)
        viewmodel.refused.connect(self.show_failure)
        self.begin()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return what is wrong with the address as far as it is typed."""
        url = self.url_edit.text().strip()
        if "://" in url and not url.startswith(("ssh://", "tcp://", "unix://")):
            return self.url_edit, self.tr("The address begins with ssh://, tcp:// or unix://")
        return None, ""

    def is_complete(self) -> bool:
        """Return whether there are a name and an address."""
        return bool(self.name_edit.text().strip() and "://" in self.url_edit.text())

    def send(self) -> None:
        """Ask the engine."""
        self.problem.setText("")
        name, url, tls = (e.text().strip() for e in (self.name_edit, self.url_edit, self.tls_edit))
        self._engines.add(NewEngine(name, url, tls, self._host_key))

    def _show_key(self, line: str, fingerprint: str) -> None:
        self._host_key = line
        text = self.tr(
            "This computer has not seen the host before. It shows the key {0}. Add it only if whoever runs "
            "the host says that this is its key."
        )
        self._key.setText(text.format(fingerprint))
        self._key.show()
        self.action_button.set_label(self.tr("The key is right: add"))
        self.let_send_again()

    def _forget_key(self) -> None:
        self._host_key = ""
        self._key.hide()
        self.action_button.set_label(self.tr("Add"))
