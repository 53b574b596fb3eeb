"""Newer images: the hint in the list, what the registries tell when they are asked, and the update itself."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.containers.containers import IMAGE
from app.viewmodels.desktop import DesktopViewModel
from app.views.dialogs.renew_container_dialog import RenewContainerDialog
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeContainer, FakeImage
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, text_of, wait_for
from tests.ui.test_containers_page import choose_from_menu, names

Save = Callable[[QWidget, str], None]
NAME = "shop/web:1"


@pytest.fixture
def web(engine: FakeEngine) -> FakeContainer:
    """A running container of an image that was pulled."""
    image = engine.add_image(NAME, environment=("VERSION=1", "PATH=/bin"), pulled_as={NAME})
    engine.state.registry[NAME] = image
    container = engine.add_container("web", image, Env=["OWN=a"], HostConfig={"Binds": ["data:/data"]})
    engine.containers.act(container, "start", {})
    return container


@pytest.fixture
def shown(window: MainWindow, desktop: DesktopViewModel, web: FakeContainer, qtbot: QtBot) -> MainWindow:
    """The window over that container."""
    desktop.begin()
    wait_for(qtbot, lambda: names(window) == [web.name])
    return window


def offer_newer(engine: FakeEngine, **values: object) -> FakeImage:
    """Put a newer image into the registry."""
    engine.offer_image(NAME, **({"environment": ("VERSION=2", "PATH=/bin")} | values))
    return engine.state.registry[NAME]


def image_of(engine: FakeEngine, name: str) -> FakeImage | None:
    """Return what a container is made of; None at the moment when two of them change names."""
    container = engine.state.find_container(name)
    return container.image if container is not None else None


def image_cell(window: MainWindow) -> str:
    """Return what the first row says of its image."""
    model = window.containers.list.model()
    return str(model.index(0, IMAGE).data())


def open_update(window: MainWindow, qtbot: QtBot) -> RenewContainerDialog:
    choose_from_menu(qtbot, window, 0, "renew")
    dialog = find(window, RenewContainerDialog, "renew")
    wait_for(qtbot, lambda: text_of(dialog, "renew.state") != "Looking…")
    return dialog


def is_offered(dialog: QWidget, name: str) -> bool:
    return find(dialog, QAbstractButton, name).isVisible()


def test_a_newer_image_on_the_engine_is_told_and_taken(
    shown: MainWindow, engine: FakeEngine, web: FakeContainer, qtbot: QtBot, save_picture: Save
) -> None:
    assert image_cell(shown) == NAME
    newest = offer_newer(engine)
    engine.containers.finish_pull(NAME)  # by another program: only the event tells
    wait_for(qtbot, lambda: image_cell(shown) == f"{NAME} (newer image)")
    save_picture(shown, "newer-image-list")
    dialog = open_update(shown, qtbot)
    assert text_of(dialog, "renew.state") == "A newer image of this name is here."
    assert text_of(dialog, "renew.preview").splitlines() == ["− ENV VERSION=1", "+ ENV VERSION=2"]
    assert newest.id[7:19] in text_of(dialog, "renew.after")
    assert web.image.id[7:19] in text_of(dialog, "renew.before")
    assert not is_offered(dialog, "renew.pull")
    save_picture(dialog, "renew-container")
    press(qtbot, dialog, "renew.apply")
    wait_for(qtbot, lambda: shown.findChild(QWidget, "renew") is None)
    after = engine.containers.get("web")
    assert (after.image, after.state) == (newest, "running")
    assert after.body["Env"] == ["OWN=a"]
    assert after.body["HostConfig"]["Binds"] == ["data:/data"]
    assert not any("/distribution/" in line for line in engine.requests), "nobody was to be asked"
    wait_for(qtbot, lambda: image_cell(shown) == NAME)
    wait_for(qtbot, lambda: text_of(shown, "containers.notice.text") == "web was changed.")


def test_a_newer_image_in_the_registry_is_pulled_first(
    shown: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    newest = offer_newer(engine)
    dialog = open_update(shown, qtbot)
    assert text_of(dialog, "renew.state") == "The engine has no newer image of this name."
    assert not is_offered(dialog, "renew.apply")
    press(qtbot, dialog, "renew.ask")
    wait_for(qtbot, lambda: is_offered(dialog, "renew.pull"))
    assert text_of(dialog, "renew.state") == "The registry has a newer image of this name."
    save_picture(dialog, "renew-in-registry")
    press(qtbot, dialog, "renew.pull")
    wait_for(qtbot, lambda: is_offered(dialog, "renew.apply"))
    assert engine.containers.get("web").image is not newest, "only looked at so far"
    press(qtbot, dialog, "renew.apply")
    wait_for(qtbot, lambda: image_of(engine, "web") is newest)


def test_what_does_not_run_is_taken_back(
    shown: MainWindow, engine: FakeEngine, web: FakeContainer, qtbot: QtBot
) -> None:
    offer_newer(engine, command=("sh", "-c", "exec sleep $TIME"))
    engine.containers.finish_pull(NAME)
    dialog = open_update(shown, qtbot)
    press(qtbot, dialog, "renew.apply")
    dialog.reject()
    assert dialog.isVisible(), "a change under way is not left alone"
    wait_for(qtbot, lambda: "exit code" in text_of(dialog, "renew.failure.summary"))
    wait_for(qtbot, lambda: web.state == "running")
    assert engine.containers.get("web") is web
    press(qtbot, dialog, "renew.cancel")
    wait_for(qtbot, lambda: shown.findChild(QWidget, "renew") is None)


def test_registries_are_asked_once_an_image_and_only_when_told_to(
    shown: MainWindow, engine: FakeEngine, web: FakeContainer, qtbot: QtBot
) -> None:
    engine.add_container("second", web.image)
    gone = engine.add_image("gone:1", pulled_as={"gone:1"})
    engine.add_container("third", gone)
    offer_newer(engine)
    assert not any("/distribution/" in line for line in engine.requests)
    press(qtbot, shown, "containers.newer")
    wait_for(qtbot, lambda: "newer image" in text_of(shown, "containers.notice.text"))
    told = text_of(shown, "containers.notice.text").splitlines()
    assert told[0] == "2 containers have a newer image: second, web"
    assert told[1].startswith("The registry has no image gone:1")
    asked = [line for line in engine.requests if "/distribution/" in line]
    assert sorted(asked) == ["GET /distribution/gone:1/json", f"GET /distribution/{NAME}/json"]
    wait_for(qtbot, lambda: image_cell(shown) == f"{NAME} (newer image)")
    dialog = open_update(shown, qtbot)
    assert text_of(dialog, "renew.state") == "The registry has a newer image of this name."
    assert is_offered(dialog, "renew.pull"), "it has been asked already"


def test_the_page_of_a_container_leads_to_its_newer_image(
    shown: MainWindow, engine: FakeEngine, web: FakeContainer, qtbot: QtBot
) -> None:
    shown.containers.show_container(web.id)
    hint = find(shown, QAbstractButton, "containers.detail.newer")
    assert not hint.isVisible()
    newest = offer_newer(engine)
    engine.containers.finish_pull(NAME)
    wait_for(qtbot, hint.isVisible)
    press(qtbot, shown, "containers.detail.newer")
    dialog = find(shown, RenewContainerDialog, "renew")
    wait_for(qtbot, lambda: is_offered(dialog, "renew.apply"))
    press(qtbot, dialog, "renew.apply")
    wait_for(qtbot, lambda: shown.findChild(QWidget, "renew") is None)
    wait_for(qtbot, lambda: image_of(engine, "web") is newest)


def test_a_registry_that_fails_is_told_with_its_words(
    shown: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    dialog = open_update(shown, qtbot)
    refusal = "toomanyrequests: You have reached your pull rate limit."
    engine.fail("GET /distribution/.*", FaultKind.STATUS, status=500, message=refusal)
    press(qtbot, dialog, "renew.ask")
    wait_for(qtbot, lambda: "limits how often" in text_of(dialog, "renew.failure.summary"))
    assert refusal in find(dialog, QPlainTextEdit, "renew.failure.details").toPlainText()
    assert is_offered(dialog, "renew.ask"), "so that it can be tried again"
