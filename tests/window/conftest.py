"""The real window, view-models and services over a real engine, all in one network namespace: no fakes.

The window works with the engine as with any that somebody else runs, by its address: so nothing boots.
"""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import contextlib
import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.main import build_desktop
from app.services.app_folders import AppFolders
from app.services.engine.engines import Engines
from app.viewmodels.desktop import DesktopViewModel
from app.views.application import install_translations
from app.views.garbage import GarbageCollector
from app.views.main_window import MainWindow
from app.views.theme import Appearance, Theme
from tests.support.docker_tools import client_environment
from tests.support.namespaces import CLONE_NEWNET, NAMES, made_netns
from tests.support.native_engine import IMAGE, NativeEngine, started_engine
from tests.support.opened_urls import caught_urls
from tests.support.registry import Registry, started_hub
from tests.support.short_folder import short_folder
from tests.window.hands import Hands

SCREENSHOTS = Path(__file__).parents[2] / "build" / "artifacts" / "window"
IMAGES = ("busybox", "marina/getting-started")
PREDEFINED = ("bridge", "host", "none")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over what the offscreen platform says of every dialog and popup."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("^This plugin does not support "))


@pytest.fixture(scope="package")
def netns() -> Iterator[str]:
    """A network namespace that the engine, the registry, the window and the browser are in."""
    with made_netns(f"tw{os.getpid() % 1_000_000}") as name, entered(NAMES / name):
        yield name


@contextlib.contextmanager
def entered(netns: Path) -> Iterator[None]:
    """Let this thread, and all that it starts meanwhile, be in a network namespace."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    within = os.open(netns, os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter(within)
        yield
    finally:
        enter(before)
        os.close(within)
        os.close(before)


def enter(descriptor: int) -> None:
    """Bring this thread into a network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.setns(descriptor, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


@pytest.fixture(scope="package")
def registry(netns: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that also stands in for Docker Hub, holding `busybox:latest`."""
    with started_hub(netns, tmp_path_factory.mktemp("registry")) as made:
        yield made


@pytest.fixture(scope="package")
def engine(
    netns: str, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NativeEngine]:
    """The engine as it ships, with `busybox` and the image of the first page in it."""
    if not (IMAGE / "manifest.json").exists():
        pytest.fail(f"no image in {IMAGE}: run `make image` first")
    with started_engine(
        tmp_path_factory.mktemp("engine"), netns, ["--registry-mirror", registry.url]
    ) as made:
        for image in IMAGES:
            made.docker("pull", "-q", image)
        yield made


@pytest.fixture(scope="package")
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The application's look, in English, and Python's collector where the desktop has it."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    install_translations(qapp, QLocale())
    collector = GarbageCollector(qapp)
    yield Theme(qapp, Appearance.LIGHT)
    collector.close()


@pytest.fixture(scope="package")
def home() -> Iterator[Path]:
    """A user's home folder: it has compose as a plugin of docker, and nothing of this machine's user."""
    with short_folder("marina-window-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MARINA_HOME", str(folder))
        for name, value in client_environment(folder / "docker").items():
            patch.setenv(name, value)
        patch.delenv("DOCKER_HOST", raising=False)
        yield folder


@pytest.fixture(scope="package")
def desktop(netns: str, engine: NativeEngine, home: Path) -> Iterator[DesktopViewModel]:
    """The view-models as the desktop makes them; the user has chosen the engine by its address."""
    del netns, home
    folders = AppFolders.find()
    engines = Engines(folders)
    engines.add("native", f"unix://{engine.socket}")
    engines.use("native")
    made = build_desktop(folders)
    yield made
    made.close()
    delete_now(made)


def delete_now(thing: QObject) -> None:
    """Delete it in this thread."""
    thing.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="package")
def shared_window(desktop: DesktopViewModel, theme: Theme) -> Iterator[MainWindow]:
    """The one window of all these tests, at work."""
    del theme
    made = MainWindow(desktop, "0.0-test")
    made.may_close = True
    made.show()
    desktop.begin()
    yield made
    made.close()
    delete_now(made)


@pytest.fixture
def hands(
    shared_window: MainWindow, desktop: DesktopViewModel, engine: NativeEngine, qtbot: QtBot
) -> Iterator[Hands]:
    """Somebody before the window, which shows what the engine has: nothing but its images."""
    made = Hands(shared_window, desktop, qtbot)
    made.wait(lambda: desktop.view.can_be_used and desktop.containers.is_loaded, "the engine is not in sight")
    made.wait(lambda: not desktop.containers.table.rowCount(), "containers of another test are in sight")
    images = set(image_ids(engine))
    yield made
    made.leave()
    clear(engine, images)


def clear(engine: NativeEngine, images: set[str]) -> None:
    """Remove all that a test made, whether it passed or not."""
    for container in engine.request("GET", "/containers/json", query={"all": "1"}).json:
        engine.request("DELETE", f"/containers/{container['Id']}", query={"force": "1", "v": "1"})
    for volume in engine.request("GET", "/volumes").json["Volumes"] or ():
        engine.request("DELETE", f"/volumes/{volume['Name']}", query={"force": "1"})
    for network in engine.request("GET", "/networks").json:
        if network["Name"] not in PREDEFINED:
            engine.request("DELETE", f"/networks/{network['Id']}")
    while made := set(image_ids(engine)) - images:
        gone = [engine.request("DELETE", f"/images/{id}", query={"force": "1"}).status for id in made]
        assert 200 in gone, made


def image_ids(engine: NativeEngine) -> list[str]:
    """Return the ids of all images, steps of builds included."""
    return [image["Id"] for image in engine.request("GET", "/images/json", query={"all": "1"}).json]


@pytest.fixture
def opened_urls(qapp: QApplication) -> Iterator[list[str]]:
    """Addresses handed to the browser; offscreen there is none, so this catches them."""
    del qapp
    with caught_urls() as urls:
        yield urls


@pytest.fixture
def save_picture() -> Callable[[QWidget, str], None]:
    """Save a picture of a widget under build/artifacts/window."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def save(widget: QWidget, name: str) -> None:
        QApplication.processEvents()
        assert widget.grab().save(str(SCREENSHOTS / f"{name}.png"))

    return save
