"""A pull that fails says why in a sentence, and offers what helps against just that."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_images_page import images as images

Save = Callable[[QWidget, str], None]


def fail_with(engine: FakeEngine, text: str) -> None:
    """Let every pull end with `text`."""

    def script(reference: str) -> list[dict[str, Any]]:
        return [{"status": f"Pulling {reference}"}, {"errorDetail": {"message": text}, "error": text}]

    engine.pull_script = script


def fail(window: MainWindow, engine: FakeEngine, qtbot: QtBot, text: str, name: str) -> QAbstractButton:
    """Pull and fail; return the button that helps."""
    fail_with(engine, text)
    window.pull_image(name)
    press(qtbot, window, "pull.start")
    wait_for(qtbot, lambda: find(window, QWidget, "pull.failure").isVisible())
    return find(window, QAbstractButton, "pull.failure.help")


DENIED = "unauthorized: authentication required"


@pytest.mark.parametrize(
    ("said", "summary", "label"),
    [
        ("manifest unknown: manifest unknown", "has no image", "Search for it…"),
        (DENIED, "without signing in", "Sign in…"),
        ("toomanyrequests: You have reached your pull rate limit.", "how often you may pull", "Sign in…"),
        ("dial tcp: lookup example.com: no such host", "cannot be reached", "Proxy settings"),
        ("proxyconnect tcp: dial tcp 10.0.0.1:3128: i/o timeout", "cannot be reached", "Proxy settings"),
        ("tls: failed to verify certificate: x509: unknown", "is not trusted", "Add a certificate…"),
        ("tls: WRONG_VERSION_NUMBER", "does not speak HTTPS", "Registry settings"),
        ("toomanyrequests: stop (try again in 12 minutes)", "possible in 12 minutes", "Sign in…"),
        (
            "no matching manifest for linux/amd64 in the index",
            "this machine's processor",
            "Choose a platform",
        ),
        ("write /blob: no space left on device", "disk is full", "Clean up…"),
        ("unexpected EOF", "was interrupted", ""),
    ],
)
def test_each_failure_has_its_sentence_and_its_button(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, said: str, summary: str, label: str
) -> None:
    button = fail(images, engine, qtbot, said, "shop/web:1")
    assert summary in text_of(images, "pull.failure.summary")
    assert button.text() == label or not button.isVisible()
    assert button.isVisible() is bool(label)
    assert find(images, QAbstractButton, "pull.failure.retry").isVisible()


def test_one_signs_in_and_tries_again(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    button = fail(images, engine, qtbot, DENIED, "registry.example.com:5000/shop/web:1")
    save_picture(find(images, QWidget, "pull"), "pull-needs-sign-in")
    button.click()
    assert find(images, QLineEdit, "sign-in.registry").text() == "registry.example.com:5000"
    assert find(images, QWidget, "pull").isVisible(), "the pull is tried again from here"


def test_a_name_that_is_not_there_is_searched_for(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    button = fail(images, engine, qtbot, "manifest unknown: manifest unknown", "nginx:1.72")
    assert text_of(images, "pull.similar") == "Images here with a similar name: nginx:1.27"
    save_picture(find(images, QWidget, "pull"), "pull-not-found")
    button.click()
    assert find(images, QLineEdit, "image-search.term").text() == "nginx"
    assert not any("/images/search" in line for line in engine.requests), "nobody pressed Search"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no such host", "settings.proxy.system"),
        ("x509: unknown authority", "settings.certificates.add"),
        ("tls: WRONG_VERSION_NUMBER", "settings.insecure"),
    ],
)
def test_settings_are_led_to(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, said: str, shown: str
) -> None:
    fail(images, engine, qtbot, said, "web:1").click()
    assert not find(images, QWidget, "pull").isVisible()
    wait_for(qtbot, find(images, QWidget, shown).isVisible)


def test_a_full_disk_is_cleaned_up(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    fail(images, engine, qtbot, "no space left on device", "web:1").click()
    wait_for(qtbot, lambda: images.findChild(QWidget, "images.prune-ask") is not None)


def test_another_platform_is_chosen_and_asked_for(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    button = fail(images, engine, qtbot, "no matching manifest for linux/amd64", "web:1")
    wait_for(qtbot, lambda: button.width() >= button.minimumSizeHint().width(), "its words are cut off")
    assert text_of(images, "pull.failure.advice") == "Choose another tag, or name a platform."
    button.click()
    platform = find(images, QComboBox, "pull.platform")
    wait_for(qtbot, platform.view().isVisible)
    platform.hidePopup()
    platform.setCurrentText("linux/arm64")
    engine.pull_script = None
    engine.offer_image("web:1")
    press(qtbot, images, "pull.start")
    wait_for(qtbot, lambda: text_of(images, "pull.done") == "web:1 is on this machine.")
    assert "platform=linux%2Farm64" in [line for line in engine.requests if "/images/create" in line][-1]
