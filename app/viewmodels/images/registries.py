"""Where the user is signed in, signing in and out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.errors import EngineRequestError, ErrorCode, UserError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure

if TYPE_CHECKING:
    from app.services.images.registry_logins import RegistryLogin


@dataclass(frozen=True, slots=True)
class SignIn:
    """A registry and who the user is there; `is_kept`: the system knows the password, not only Marina."""

    registry: str
    user: str
    is_kept: bool


class RegistriesViewModel(QObject):
    """Knows names only: passwords go from the dialog to the key store."""

    changed = Signal()
    signed_in = Signal()
    refused = Signal(object)  # Failure of a sign-in
    failed = Signal(object)  # Failure of anything else

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self.is_loaded = False
        self.has_key_store = True
        self.logins: tuple[SignIn, ...] = ()

    def load(self) -> None:
        """Read where the user is signed in; the answer is `changed`."""
        self._background.run(self._read, self._took, self._failed)

    def check(self, registry: str) -> str:
        """Return what is wrong with a registry's name, or ""."""
        from app.services.images.registry_logins import normalize_registry

        try:
            normalize_registry(registry)
        except UserError as error:
            return describe_failure(error).advice
        return ""

    def sign_in(self, registry: str, user: str, password: str) -> None:
        """Let the registry check it; the answer is `signed_in` or `refused`."""

        self._background.run(
            lambda: self._access.logins().sign_in(self._access.client(), registry, user, password),
            self._signed_in,
            self._refused,
        )

    def sign_out(self, registry: str) -> None:
        """Forget user and password."""
        self._background.run(lambda: self._leave(registry), self._took, self._failed)

    def _leave(self, registry: str) -> "tuple[bool, tuple[RegistryLogin, ...]]":
        self._access.logins().sign_out(registry)
        return self._read()

    def _read(self) -> "tuple[bool, tuple[RegistryLogin, ...]]":
        logins = self._access.logins()
        return logins.has_key_store, logins.list()

    @Slot(object)
    def _took(self, answer: "tuple[bool, tuple[RegistryLogin, ...]]") -> None:
        self.has_key_store, logins = answer
        self.logins = tuple(SignIn(login.registry, login.user, login.is_kept) for login in logins)
        self.is_loaded = True
        self.changed.emit()

    @Slot(object)
    def _signed_in(self, login: "RegistryLogin") -> None:
        del login
        self.signed_in.emit()
        self.load()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        failure = describe_failure(error, task="pull")
        if isinstance(error, EngineRequestError) and failure.code != ErrorCode.PULL_TLS.value:
            if error.status in (401, 403):
                summary = self.tr("The registry does not let you in")
                advice = self.tr(
                    "Check user and password. Where signing in takes two steps, an access token is wanted."
                )
            else:
                summary = self.tr("The registry was not reached")
                advice = self.tr("Check its name, the network connection and the proxy, then try again.")
            failure = Failure(summary, error.message, advice)
        self.refused.emit(failure)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
