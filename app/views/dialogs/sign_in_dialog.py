"""Signs in at a registry; stays open until the registry agrees."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from app.viewmodels.images.registries import RegistriesViewModel
from app.views.dialogs.form_dialog import FormDialog
from app.views.widgets.text import WrappedLabel

translate = QCoreApplication.translate


class SignInDialog(FormDialog):
    """Asks for registry, user and password."""

    def __init__(
        self, viewmodel: RegistriesViewModel, registry: str = "", parent: QWidget | None = None
    ) -> None:
        self._registries = viewmodel
        super().__init__(
            "sign-in",
            translate("SignInDialog", "Sign in at a registry"),
            translate(
                "SignInDialog", "The registry checks it at once. Pulls and pushes then go in your name."
            ),
            ("confirm", translate("SignInDialog", "Sign in"), "check"),
            parent,
        )
        self.registry_edit = self.add_edit("sign-in.registry", self.tr("Registry"))
        self.registry_edit.setPlaceholderText(self.tr("docker.io (Docker Hub)"))
        self.registry_edit.setText(registry)
        self.user_edit = self.add_edit("sign-in.user", self.tr("User"))
        self.password_edit = self.add_edit("sign-in.password", self.tr("Password or access token"))
        self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
        note = (
            self.tr("Kept in this system's key store, never in a file.")
            if viewmodel.has_key_store
            else self.tr("This computer has no key store: you stay signed in until Marina is closed.")
        )
        self.form.addWidget(WrappedLabel(note, "muted"))
        viewmodel.signed_in.connect(self.accept)
        viewmodel.refused.connect(self.show_failure)
        self.begin()
        if registry:
            self.user_edit.setFocus()

    def check(self) -> tuple[QLineEdit | None, str]:
        """Return what is wrong with the registry's name."""
        return self.registry_edit, self._registries.check(self.registry_edit.text())

    def is_complete(self) -> bool:
        """Return whether there are a user and a password."""
        return bool(self.user_edit.text().strip() and self.password_edit.text())

    def send(self) -> None:
        """Ask the registry, by the engine."""
        self._registries.sign_in(
            self.registry_edit.text(), self.user_edit.text().strip(), self.password_edit.text()
        )
