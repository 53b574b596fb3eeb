"""The Registries page: signing in, what is kept where, signing out."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.services.images.key_store import KeyStore, _system_backend
from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from tests.fakes.fake_access import FakeAccess, FakeKeyring
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]
PASSWORD = "s3cr3t-pass"


@pytest.fixture
def registries(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window on its Registries page."""
    engine.state.accounts["ghcr.io"] = ("ada", PASSWORD)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("registries")
    wait_for(qtbot, lambda: desktop.registries.is_loaded)
    return window


def sign_in(window: MainWindow, qtbot: QtBot, password: str) -> QWidget:
    press(qtbot, window, "registries.sign-in")
    dialog = find(window, QWidget, "sign-in")
    find(dialog, QLineEdit, "sign-in.registry").setText("https://ghcr.io/")
    find(dialog, QLineEdit, "sign-in.user").setText("ada")
    find(dialog, QLineEdit, "sign-in.password").setText(password)
    press(qtbot, dialog, "sign-in.confirm")
    return dialog


def test_signed_in_users_pull_in_their_name(
    registries: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    access: FakeAccess,
    folder: Path,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    assert find(registries, QWidget, "registries.empty").isVisible()
    save_picture(registries, "registries-empty")
    dialog = sign_in(registries, qtbot, "wrong")
    wait_for(qtbot, lambda: "unauthorized" in text_of(dialog, "sign-in.problem"))
    assert "access token" in text_of(dialog, "sign-in.problem")
    save_picture(dialog, "sign-in-refused")
    find(dialog, QLineEdit, "sign-in.password").setText(PASSWORD)
    press(qtbot, dialog, "sign-in.confirm")
    wait_for(qtbot, lambda: len(desktop.registries.logins) == 1)
    assert text_of(registries, "registries.ghcr.io.user") == "Signed in as ada"
    save_picture(registries, "registries")
    for path in folder.rglob("*"):
        if path.is_file():
            assert PASSWORD not in path.read_text(errors="replace"), path
    engine.offer_image("ghcr.io/ada/private:1")
    engine.offer_image("nginx:1")
    for reference in ("ghcr.io/ada/private:1", "nginx:1"):
        with qtbot.waitSignal(desktop.pull.succeeded, timeout=30_000):
            desktop.pull.start(reference)
    private, public = engine.registry_headers
    assert json.loads(base64.urlsafe_b64decode(private)) == {
        "serveraddress": "ghcr.io",
        "username": "ada",
        "password": PASSWORD,
    }
    assert public == "", "nobody else gets the password"
    wait_for(qtbot, lambda: find(registries, QAbstractButton, "registries.ghcr.io.sign-out").isVisible())
    press(qtbot, registries, "registries.ghcr.io.sign-out")
    wait_for(qtbot, lambda: not desktop.registries.logins)
    assert access.key_store.get("Marina: ghcr.io", "ada") is None


def test_without_a_key_store_a_sign_in_lasts_as_long_as_the_program(
    access: FakeAccess, window: MainWindow, engine: FakeEngine, desktop: DesktopViewModel, qtbot: QtBot,
    folder: Path, save_picture: Save,
) -> None:  # fmt: skip
    access.key_store = KeyStore(None)
    access.key_store._looked = True
    engine.state.accounts["ghcr.io"] = ("ada", PASSWORD)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("registries")
    wait_for(qtbot, lambda: desktop.registries.is_loaded)
    assert "no key store" in text_of(window, "registries.banner.text")
    sign_in(window, qtbot, PASSWORD)
    wait_for(qtbot, lambda: len(desktop.registries.logins) == 1)
    assert "until Marina is closed" in text_of(window, "registries.ghcr.io.user")
    save_picture(window, "registries-no-key-store")
    assert json.loads((folder / "registries.json").read_text()) == {}
    assert access.logins().headers_for("ghcr.io/ada/private")


def test_a_stopped_engine_cannot_ask_a_registry(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    machine.set(state=MachineState.FAILED)
    window.show_page("registries")
    wait_for(qtbot, lambda: desktop.registries.is_loaded)
    assert not find(window, QAbstractButton, "registries.sign-in").isEnabled()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('Get "https://ghcr.io/v2/": tls: failed to verify certificate', "certificate authority"),
        ('Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: no such host', "Check its name"),
    ],
)
def test_a_registry_that_is_not_reached_is_told_with_what_to_do(
    registries: MainWindow, engine: FakeEngine, qtbot: QtBot, said: str, told: str
) -> None:
    engine.fail("POST /auth", FaultKind.STATUS, status=500, message=said)
    dialog = sign_in(registries, qtbot, PASSWORD)
    wait_for(qtbot, lambda: said in text_of(dialog, "sign-in.problem"))
    assert told in text_of(dialog, "sign-in.problem")


def test_what_is_no_registry_is_said_as_typed(registries: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, registries, "registries.sign-in")
    dialog = find(registries, QWidget, "sign-in")
    find(dialog, QLineEdit, "sign-in.registry").setText("not a registry")
    assert "no registry's name" in text_of(dialog, "sign-in.problem")
    assert not find(dialog, QAbstractButton, "sign-in.confirm").isEnabled()


class _Broken(FakeKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("locked")

    def delete_password(self, service: str, username: str) -> None:
        raise RuntimeError("locked")


def test_a_locked_key_store_keeps_nobody_out() -> None:
    store = KeyStore(_Broken())
    assert not store.set("Marina: ghcr.io", "ada", PASSWORD)
    assert store.get("Marina: ghcr.io", "ada") == PASSWORD
    store.delete("Marina: ghcr.io", "ada")
    assert store.get("Marina: ghcr.io", "ada") is None


@pytest.mark.parametrize("name", ["fail", "null"])
def test_stores_that_keep_nothing_are_none(name: str, monkeypatch: Any) -> None:
    import importlib

    import keyring

    backend = importlib.import_module(f"keyring.backends.{name}").Keyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    assert _system_backend() is None
