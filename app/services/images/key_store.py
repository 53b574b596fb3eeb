"""The system's key store, by the `keyring` package: the only place where a password of the user's is kept.

Where a computer has none (a bare Linux without a Secret Service), passwords last as long as the program does.
"""

import logging
import threading
from typing import Protocol, cast

log = logging.getLogger(__name__)


class Backend(Protocol):
    """What is used of a backend of `keyring`."""

    priority: float

    def get_password(self, service: str, username: str) -> str | None:
        """Return a password, None when there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget a password."""


class KeyStore:
    """Passwords by service and user. Every method may block on the system: call it in a worker."""

    def __init__(self, backend: Backend | None = None) -> None:
        """`backend` None: the best one that this computer has."""
        self._lock = threading.Lock()
        self._backend = backend
        self._looked = backend is not None
        self._session: dict[tuple[str, str], str] = {}

    @property
    def keeps(self) -> bool:
        """Whether the system keeps passwords; else they are gone with the program."""
        return self._find() is not None

    def get(self, service: str, user: str) -> str | None:
        """Return a password, None when it is not known."""
        backend = self._find()
        if (service, user) in self._session or backend is None:
            return self._session.get((service, user))
        try:
            return backend.get_password(service, user)
        except Exception as error:  # noqa: BLE001 - each system's store fails in its own way: locked, no session…
            log.warning("the key store does not answer: %s", type(error).__name__)
            return None

    def set(self, service: str, user: str, password: str) -> bool:
        """Keep a password; return whether the system does, and not only this program."""
        backend = self._find()
        if backend is not None:
            try:
                backend.set_password(service, user, password)
            except Exception as error:  # noqa: BLE001 - as above: the user may have refused to unlock it
                log.warning("the key store takes no password: %s", type(error).__name__)
            else:
                self._session.pop((service, user), None)
                return True
        self._session[(service, user)] = password
        return False

    def delete(self, service: str, user: str) -> None:
        """Forget a password; one that is not known is fine."""
        self._session.pop((service, user), None)
        backend = self._find()
        if backend is not None:
            try:
                backend.delete_password(service, user)
            except Exception as error:  # noqa: BLE001 - as above, and "not found"
                log.info("the key store deletes nothing: %s", type(error).__name__)

    def _find(self) -> Backend | None:
        with self._lock:
            if not self._looked:
                self._looked = True
                self._backend = _system_backend()
            return self._backend


def _system_backend() -> Backend | None:
    """Return the system's store; None where there is none, or none that encrypts."""
    try:
        import keyring

        backend = keyring.get_keyring()
        # `fail` and `null` have no or a low priority; keyrings.alt keeps plain files: not with us.
        module = type(backend).__module__
        if backend.priority < 1 or module.startswith("keyrings.alt"):
            return None
    except Exception as error:  # noqa: BLE001 - a broken backend must not keep anybody from signing in
        log.warning("there is no key store: %s", error)
        return None
    return cast(Backend, backend)
