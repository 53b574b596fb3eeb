"""The Images page and its dialogs: list, pull, run, delete."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.viewmodels.desktop import DesktopViewModel
from app.views.dialogs.run_image_dialog import RunImageDialog
from app.views.main_window import MainWindow
from app.views.pages.containers.container_detail_view import ContainerDetailView
from app.views.widgets.log.log_view import LogView
from app.views.widgets.table import RowTable
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeNetwork
from tests.fakes.faults import FaultKind
from tests.ui.helpers import find, press, press_row_action, text_of, wait_for
from tests.ui.test_containers_page import start_container

Save = Callable[[QWidget, str], None]


@pytest.fixture
def images(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> MainWindow:
    """The window on its Images page, with two images."""
    engine.add_image("nginx:1.27", exposed=("80/tcp", "443/tcp"), size=192_000_000, command=("sleep", "1000"))
    engine.add_image("postgres:17", size=438_000_000)
    desktop.begin()
    window.show_page("images")
    wait_for(qtbot, lambda: desktop.images.total == 2)
    return window


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of this computer that a program listens on."""
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        yield listener.getsockname()[1]


def tags(window: MainWindow) -> list[str]:
    return [row.tag for row in window.images.viewmodel.table.shown]


def test_list_and_use(images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save) -> None:
    assert tags(images) == ["nginx:1.27", "postgres:17"]
    wait_for(qtbot, lambda: text_of(images, "images.count") == "2 images, 630.0 MB on disk")
    start_container(engine, "web")
    table = images.images.viewmodel.table
    wait_for(qtbot, lambda: table.shown[0].users == ("web",))
    assert table.use(table.shown[0]) == "1 container"
    save_picture(images, "images")


def test_used_by_leads_to_the_container(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    for name in ("web", "shop"):
        start_container(engine, name)
    table = images.images.viewmodel.table
    wait_for(qtbot, lambda: table.shown[0].users == ("shop", "web"))
    images.images.show_image(table.shown[0])
    find(images, QTabBar, "images.detail.tabs").setCurrentIndex(3)
    users = find(images, RowTable, "images.detail.users")
    assert users.model().rowCount() == 2
    save_picture(images, "image-used-by")
    place = users.visualRect(users.model().index(1, 0)).topLeft() + QPoint(20, 15)
    QTest.mouseClick(users.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert text_of(images, "containers.detail.title") == "web"
    images.show_page("images")
    users.selectRow(0)
    QTest.keyClick(users, Qt.Key.Key_Return)
    detail = images.containers.detail
    assert isinstance(detail, ContainerDetailView)
    assert engine.state.containers[detail.key].name == "shop"
    images.show_page("images")
    for container in list(engine.state.containers.values()):
        engine.containers.remove(container, force=True)
    wait_for(qtbot, find(images, QWidget, "images.detail.nobody").isVisible)
    assert not users.isVisible()


def test_what_several_images_need_counts_once(
    images: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    for tag in ("shop/web:1", "shop/web:2"):
        engine.add_image(tag, size=100_000_000, shared=90_000_000)
    desktop.images.refresh()
    wait_for(qtbot, lambda: text_of(images, "images.count") == "4 images, 740.0 MB on disk")
    row = next(row for row in desktop.images.table.rows if row.tag == "shop/web:2")
    assert desktop.images.frees([row]) == 100_000_000
    assert desktop.images.frees(desktop.images.table.rows) == 740_000_000
    images.images.show_image(row)
    told = "100.0 MB on disk: 90.0 MB shared with other images, 10.0 MB its own"
    wait_for(qtbot, lambda: text_of(images, "images.detail.remark").endswith(told))
    save_picture(images, "image-shared-layers")


def test_without_an_answer_no_figure_of_the_disk_is_shown(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.add_image("nginx:1.27")
    engine.fail("GET /system/df", FaultKind.STATUS, status=500, message="busy")
    desktop.begin()
    window.show_page("images")
    wait_for(qtbot, lambda: any("/system/df" in line for line in engine.requests))
    assert text_of(window, "images.count") == "1 image"
    engine.faults.clear()
    window.images.refresh()
    wait_for(qtbot, lambda: text_of(window, "images.count") == "1 image, 1.0 MB on disk")


def test_no_images_offers_to_pull(
    window: MainWindow, desktop: DesktopViewModel, qtbot: QtBot, save_picture: Save
) -> None:
    desktop.begin()
    window.show_page("images")
    wait_for(qtbot, lambda: desktop.images.is_loaded)
    save_picture(window, "images-empty")
    press(qtbot, window, "images.empty.pull")
    assert find(window, QLineEdit, "pull.name").isVisible()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("Nginx", "lower case"),
        ("nginx latest", "no spaces"),
        ("https://nginx", "http"),
        ("nginx:", "tag is missing"),
    ],
)
def test_bad_names_are_refused_as_typed(images: MainWindow, qtbot: QtBot, typed: str, reason: str) -> None:
    images.pull_image()
    name = find(images, QLineEdit, "pull.name")
    QTest.keyClicks(name, typed)
    assert reason in text_of(images, "pull.hint")
    assert not find(images, QAbstractButton, "pull.start").isEnabled()
    name.clear()
    QTest.keyClicks(name, "nginx")
    assert text_of(images, "pull.hint") == "Will be pulled from: docker.io/library/nginx:latest"
    assert find(images, QAbstractButton, "pull.start").isEnabled()


def test_pull_shows_layers_and_ends_in_the_list(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    engine.offer_image("redis:7")
    engine.pull_pause = 0.1
    press(qtbot, images, "images.pull")
    QTest.keyClicks(find(images, QLineEdit, "pull.name"), "redis:7")
    QTest.keyClick(find(images, QLineEdit, "pull.name"), Qt.Key.Key_Return)
    wait_for(qtbot, lambda: find(images, QProgressBar, "pull.progress").value() >= 25)
    dialog = find(images, QWidget, "pull")
    assert text_of(dialog, "pull.amount").startswith(
        f"{find(images, QProgressBar, 'pull.progress').value()} % · "
    )
    wait_for(qtbot, lambda: text_of(dialog, "pull.speed").endswith(" left"))
    save_picture(dialog, "pull-progress")
    wait_for(qtbot, lambda: text_of(images, "pull.done") == "redis:7 is on this machine.")
    wait_for(qtbot, lambda: "redis:7" in tags(images))
    save_picture(dialog, "pull-done")
    press(qtbot, images, "pull.run")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "redis")


def test_what_was_pulled_last_is_offered_first(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    pull = images.desktop.pull
    for name in ("redis:7", "mysql:9", "redis:7"):
        engine.offer_image(name)
        with qtbot.waitSignal(pull.succeeded):
            pull.start(name)
    wait_for(qtbot, lambda: {"redis:7", "mysql:9"} <= set(tags(images)))
    images.desktop.images.delete([row.key for row in images.desktop.images.table.rows if "mysql" in row.name])
    wait_for(qtbot, lambda: "mysql:9" not in tags(images))
    images.pull_image()
    completer = find(images, QLineEdit, "pull.name").completer()
    assert completer is not None
    offered = [str(completer.model().index(row, 0).data()) for row in range(completer.model().rowCount())]
    assert offered == ["redis:7", "mysql:9", "nginx:1.27", "postgres:17"]


def test_the_whole_of_a_pull_takes_no_step_back(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    def layer(id: str, current: int, total: int) -> dict[str, Any]:
        return {"id": id, "status": "Downloading", "progressDetail": {"current": current, "total": total}}

    engine.offer_image("redis:7")
    # The size of the second layer, ten times that of the first, is told late; then it begins anew.
    sizes = (("a", 90, 100), ("b", 10, 1_000), ("b", 900, 1_000), ("b", 0, 1_000), ("b", 950, 1_000))
    engine.pull_script = lambda _: [layer(*size) for size in sizes]
    engine.pull_pause = 0.15
    pull, seen = images.desktop.pull, []
    pull.progressed.connect(lambda view: seen.append(view.percent or 0))
    pull.start("redis:7")
    wait_for(qtbot, lambda: not pull.is_active)
    assert seen == sorted(seen)
    assert seen[-1] >= 90


def test_pull_can_be_cancelled(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.offer_image("redis:7")
    engine.pull_pause = 5.0
    images.pull_image("redis:7")
    press(qtbot, images, "pull.start")
    wait_for(qtbot, lambda: any("images/create" in line for line in engine.requests))
    press(qtbot, images, "pull.cancel")
    wait_for(qtbot, lambda: "Cancelled" in text_of(images, "pull.hint"))
    assert not images.desktop.pull.is_active
    assert "redis:7" not in tags(images)


def test_failed_pull_says_why(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    images.pull_image("no-such-image:1")
    press(qtbot, images, "pull.start")
    wait_for(qtbot, lambda: "has no image" in text_of(images, "pull.failure.summary"))
    assert "no-such-image:1" in text_of(images, "pull.failure.summary")
    save_picture(find(images, QWidget, "pull"), "pull-failed")

    def broken(reference: str) -> list[dict[str, Any]]:
        text = "dial tcp: lookup registry-1.docker.io: no such host"
        return [{"status": f"Pulling {reference}"}, {"errorDetail": {"message": text}, "error": text}]

    engine.pull_script = broken
    press(qtbot, images, "pull.failure.retry")
    wait_for(qtbot, lambda: "cannot be reached" in text_of(images, "pull.failure.summary"))


def test_run_dialog_is_ready_to_run(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, opened_urls: list[str], save_picture: Save
) -> None:
    press_row_action(qtbot, images.images.list, 0, "run")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "nginx")
    host = find(images, QLineEdit, "run.port.0.host")
    assert int(host.text()) >= 1024
    assert find(images, QLineEdit, "run.port.0.container").text() == "80"
    find(images, QPlainTextEdit, "run.environment").setPlainText("# comment\nexport MODE='fast'\nLEVEL=3")
    line = find(images, QLineEdit, "run.line").text()
    assert f"-p {host.text()}:80" in line
    assert "-e MODE=fast -e LEVEL=3" in line
    save_picture(find(images, QWidget, "run"), "run")
    address = f"http://localhost:{host.text()}"
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: images.banner.isVisible())
    container = engine.state.find_container("nginx")
    assert container is not None
    assert container.state == "running"
    assert container.body["Env"] == ["MODE=fast", "LEVEL=3"]
    assert images.banner.text == f"nginx is running at {address}"
    press(qtbot, images, "window.banner.button")
    assert opened_urls == [address]


def test_what_was_started_leads_to_its_log(images: MainWindow, qtbot: QtBot) -> None:
    images.run_image("nginx:1.27")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "nginx")
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: images.banner.isVisible())
    assert find(images, QAbstractButton, "window.banner.link").text() == "Logs"
    press(qtbot, images, "window.banner.link")
    assert not images.banner.isVisible()
    wait_for(qtbot, lambda: find(images, ContainerDetailView, "containers.detail").current_name == "logs")


def test_what_is_told_of_one_that_was_started_goes_when_it_ends(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    images.run_image("nginx:1.27")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "nginx")
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: images.banner.isVisible())
    engine.containers.act(engine.containers.get("nginx"), "stop", {})
    wait_for(qtbot, lambda: not images.banner.isVisible())


def test_a_cross_takes_away_what_is_told_of_one_that_was_started(images: MainWindow, qtbot: QtBot) -> None:
    images.run_image("nginx:1.27")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "nginx")
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: images.banner.isVisible())
    press(qtbot, images, "window.banner.close")
    assert not images.banner.isVisible()


def test_taken_port_names_its_holder_and_offers_another(
    images: MainWindow, qtbot: QtBot, taken_port: int, save_picture: Save
) -> None:
    images.run_image("nginx:1.27")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "nginx")
    host = find(images, QLineEdit, "run.port.0.host")
    host.setText(str(taken_port))
    wait_for(qtbot, lambda: "is in use by" in text_of(images, "run.port.0.message"))
    assert "pid" in text_of(images, "run.port.0.message")
    save_picture(find(images, QWidget, "run"), "run-port-taken")
    press(qtbot, images, "run.port.0.use")
    assert host.text() != str(taken_port)
    wait_for(qtbot, lambda: not find(images, QWidget, "run.port.0.message").isVisible())


def test_a_container_that_holds_the_port_is_named(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    start_container(engine, "old-web", port=18732)
    images.run_image("nginx:1.27")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "nginx")
    find(images, QLineEdit, "run.port.0.host").setText("18732")
    wait_for(qtbot, lambda: 'container "old-web"' in text_of(images, "run.port.0.message"))


def test_refusal_stays_in_the_dialog_beside_its_field(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    images.run_image("nginx:1.27")
    name = find(images, QLineEdit, "run.name")
    wait_for(qtbot, lambda: name.text() == "nginx")
    name.setText("web")
    engine.fail(
        r"POST /containers/create",
        FaultKind.STATUS,
        status=409,
        message='Conflict. The container name "/web" is already in use by container "abc".',
    )
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: "exists already" in text_of(images, "run.name.message"))
    assert name.text() == "web"
    message = "port is already allocated: 0.0.0.0:8080 is in use by nginx (pid 12)"
    engine.fail(r"POST /containers/\w+/start", FaultKind.STATUS, message=message)
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: "nginx (pid 12)" in text_of(images, "run.ports.message"))
    wait_for(qtbot, lambda: find(images, QWidget, "run.ports.message").isVisible())
    save_picture(find(images, QWidget, "run"), "run-refused")
    assert engine.state.find_container("web") is None, "what was created is taken back"
    engine.fail(r"GET /containers/\w+/json", FaultKind.CLOSE)
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: engine.state.find_container("web") is not None)
    wait_for(qtbot, lambda: not images.findChildren(RunImageDialog))
    web = engine.state.find_container("web")
    assert web is not None, "it runs, so nothing is taken back because a look at it failed"
    assert web.state == "running"


def test_checks_as_typed(images: MainWindow, qtbot: QtBot) -> None:
    images.run_image("nginx:1.27")
    name = find(images, QLineEdit, "run.name")
    wait_for(qtbot, lambda: name.text() == "nginx")
    start = find(images, QAbstractButton, "run.start")
    name.setText("-bad name")
    assert "Letters" in text_of(images, "run.name.message")
    assert not start.isEnabled()
    name.setText("good")
    find(images, QLineEdit, "run.port.0.host").setText("99999")
    assert "65535" in text_of(images, "run.port.0.message")
    find(images, QLineEdit, "run.port.0.host").setText("")
    press(qtbot, images, "run.volume.add")
    find(images, QLineEdit, "run.volume.0.source").setText("pages")
    find(images, QLineEdit, "run.volume.0.target").setText("data")
    assert "slash" in text_of(images, "run.volume.0.message")
    find(images, QLineEdit, "run.volume.0.target").setText("/data")
    find(images, QCheckBox, "run.volume.0.read_only").setChecked(True)
    find(images, QLineEdit, "run.command").setText("sh -c 'exit 3")
    assert "quotation" in text_of(images, "run.command.message")
    find(images, QLineEdit, "run.command").setText("sh -c 'exit 3'")
    line = find(images, QLineEdit, "run.line").text()
    assert line.endswith("-v pages:/data:ro nginx:1.27 sh -c 'exit 3'")
    assert start.isEnabled()


def test_an_image_that_is_not_here_is_pulled_and_run_as_typed(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    engine.offer_image("redis:7", exposed=("6379/tcp",))
    engine.pull_pause = 0.05
    images.run_image("redis:7")
    start = find(images, QAbstractButton, "run.start")
    wait_for(qtbot, lambda: start.text() == "Pull and run")
    name = find(images, QLineEdit, "run.name")
    name.selectAll()
    QTest.keyClicks(name, "cache")
    find(images, QPlainTextEdit, "run.environment").setPlainText("LEVEL=debug")
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: find(images, QProgressBar, "pull.progress").value() >= 25)
    save_picture(find(images, QWidget, "pull"), "pull-to-run")
    wait_for(qtbot, lambda: engine.state.find_container("cache") is not None)
    container = engine.containers.get("cache")
    wait_for(qtbot, lambda: container.state == "running")
    assert container.body["Env"] == ["LEVEL=debug"]
    assert "6379/tcp" in container.ports, "the image's port, which nobody knew before"
    wait_for(qtbot, lambda: not images.findChildren(RunImageDialog))
    assert not find(images, QWidget, "pull").isVisible()


def test_a_pull_that_fails_leaves_what_was_typed(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    images.run_image("nothing:1")
    start = find(images, QAbstractButton, "run.start")
    wait_for(qtbot, lambda: start.text() == "Pull and run")
    find(images, QLineEdit, "run.name").setText("kept")
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: find(images, QWidget, "pull.failure").isVisible())
    press(qtbot, images, "pull.close")
    assert find(images, QLineEdit, "run.name").text() == "kept"
    assert start.isEnabled()
    assert not engine.state.containers


def test_delete_of_an_image_in_use_names_the_containers(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    start_container(engine, "web")
    wait_for(qtbot, lambda: images.images.viewmodel.table.shown[0].users == ("web",))
    message = (
        "conflict: unable to delete nginx:1.27 (must be forced) - image is being used by running container"
    )
    engine.fail(r"DELETE /images/", FaultKind.STATUS, status=409, message=message)
    press_row_action(qtbot, images.images.list, 0, "delete")
    save_picture(find(images, QWidget, "images.delete"), "images-delete")
    press(qtbot, images, "images.delete.confirm")
    wait_for(qtbot, lambda: images.images.viewmodel.table.shown[0].failure is not None)
    assert "used by a container" in text_of(images, "images.notice.text")
    wait_for(qtbot, lambda: not images.findChildren(QWidget, "images.delete"))
    press_row_action(qtbot, images.images.list, 0, "delete")
    find(images, QCheckBox, "images.delete.containers").setChecked(True)
    press(qtbot, images, "images.delete.confirm")
    wait_for(qtbot, lambda: tags(images) == ["postgres:17"])
    assert engine.state.find_container("web") is None


def test_create_body_is_what_docker_expects(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    images.run_image("postgres:17")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "postgres")
    press(qtbot, images, "run.port.add")
    find(images, QLineEdit, "run.port.0.container").setText("5432")
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: engine.state.find_container("postgres") is not None)
    container = engine.state.find_container("postgres")
    assert container is not None
    body = json.loads(json.dumps(container.body))
    assert body["HostConfig"]["PortBindings"] == {"5432/tcp": [{"HostIp": "", "HostPort": ""}]}


def test_a_network_is_chosen(images: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.state.networks.append(FakeNetwork("back"))
    images.run_image("nginx:1.27")
    network = find(images, QComboBox, "run.network")
    wait_for(qtbot, lambda: network.findData("back") > 0)
    assert [network.itemData(place) for place in range(network.count())] == ["", "back", "host", "none"]
    assert "--network" not in find(images, QLineEdit, "run.line").text()
    network.setCurrentText("back")
    assert "--network back" in find(images, QLineEdit, "run.line").text()
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: engine.state.find_container("nginx") is not None)
    assert engine.containers.get("nginx").body["HostConfig"]["NetworkMode"] == "back"


def test_one_that_ends_at_once_shows_what_it_said(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    images.run_image("nginx:1.27")
    wait_for(qtbot, lambda: find(images, QLineEdit, "run.name").text() == "nginx")
    find(images, QLineEdit, "run.command").setText("sh -c 'echo where is it; exit 127'")
    press(qtbot, images, "run.start")
    wait_for(qtbot, lambda: "ended at once, with exit code 127" in images.banner.text)
    assert "does not exist in the image" in images.banner.text
    wait_for(qtbot, lambda: isinstance(images.page.detail, ContainerDetailView))
    log = find(images, LogView, "containers.logs.text")
    wait_for(qtbot, lambda: "where is it" in log.all_text())
    save_picture(images, "run-ended-at-once")


def test_a_long_name_among_the_suggestions_leaves_the_form_whole(
    images: MainWindow, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    long = "registry.example.com:5000/a-team/with/many/parts/of-its-name:1.2.3"
    engine.add_image(long)
    images.images.viewmodel.refresh()
    wait_for(qtbot, lambda: long in images.desktop.images.newest_names())
    images.run_image()
    dialog = find(images, RunImageDialog, "run")
    assert dialog.fields.horizontalScrollBar().maximum() == 0
    place = images.desktop.images.newest_names().index(long)
    save_picture(dialog, "run-suggestions")
    press(qtbot, dialog, f"run.suggestion.{place}")
    assert dialog.image.text() == long
