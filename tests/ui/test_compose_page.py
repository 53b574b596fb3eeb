"""The Compose page: a file with variables, up, scale, logs, down; no compose on this computer."""

import json
import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.services.containers import compose as compose_service
from app.services.containers import compose_run
from app.services.containers.compose import (
    Compose,
    ComposeSource,
    find_source,
    parse_variables,
)
from app.services.containers.compose_run import ComposeRun
from app.services.errors import UserError
from app.viewmodels.background import Background
from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from app.views.pages.containers.compose_page import ComposePage
from app.views.widgets.log.log_view import LogView
from tests.fakes import fake_compose
from tests.fakes.demo import fill_engine
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_machine import FakeMachine
from tests.support.docker_tools import PLUGINS
from tests.ui.helpers import find, text_of, wait_for
from tests.ui.helpers import press as press_at_once
from vm.machine.status import MachineState

Save = Callable[[QWidget, str], None]
PROJECT = {
    "services": {
        "web": {"image": "nginx:${TAG:-1.27}"},
        "db": {"image": "postgres:17", "environment": {"POSTGRES_PASSWORD": "${DB_PASSWORD:?set it}"}},
    }
}


def press(qtbot: QtBot, parent: QWidget, name: str) -> None:
    """Click a button as soon as it can be: new ones appear with the next turn of the loop."""

    def is_ready() -> bool:
        button = find(parent, QAbstractButton, name)
        return button.isVisible() and button.isEnabled()

    wait_for(qtbot, is_ready)
    press_at_once(qtbot, parent, name)


@pytest.fixture
def only_fake_compose(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The fake program, and no other, is on this computer."""
    monkeypatch.setenv("DOCKER_CONFIG", str(folder / "docker"))
    monkeypatch.setattr(compose_service, "_PLUGIN_FOLDERS", ())
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    return fake_compose.install(folder / "docker")


@pytest.fixture
def compose_file(folder: Path) -> Path:
    """A project of two services."""
    path = folder / "shop" / "compose.yaml"
    path.parent.mkdir()
    path.write_text(json.dumps(PROJECT))
    return path


@pytest.fixture
def page(window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot) -> ComposePage:
    """The Compose page over an engine with two images."""
    for tag in ("nginx:1.27", "postgres:17"):
        engine.add_image(tag)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("compose")
    wait_for(qtbot, lambda: desktop.compose.is_loaded and desktop.compose.is_looked_for)
    assert isinstance(window.page, ComposePage)
    return window.page


@pytest.mark.usefixtures("only_fake_compose")
def test_a_project_from_its_file_to_down(
    page: ComposePage,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    compose_file: Path,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    assert find(page, QWidget, "compose.empty").isVisible()
    save_picture(page.window(), "compose-empty")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(compose_file.parent))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    wait_for(qtbot, lambda: page.detail is not None)
    assert text_of(page, "compose.service.web") == "not created"
    assert find(page, QLineEdit, "compose.variable.TAG").text() == "1.27"
    for name in ("build", "watch"):
        assert not find(page, QAbstractButton, f"compose.detail.{name}").isVisible(), "there are no sources"
    assert not find(page, QAbstractButton, "compose.detail.up").isEnabled(), "a value is missing"
    find(page, QLineEdit, "compose.variable.DB_PASSWORD").setText("secret")
    press(qtbot, page, "compose.detail.up")
    wait_for(qtbot, lambda: text_of(page, "compose.detail.state") == "Done")
    wait_for(qtbot, lambda: text_of(page, "compose.service.web") == "1 of 1 running")
    output = find(page, LogView, "compose.detail.output")
    assert "Container shop-web-1  Started" in output.all_text()
    save_picture(page.window(), "compose-project")
    press(qtbot, page, "compose.service.web.more")
    wait_for(qtbot, lambda: text_of(page, "compose.service.web") == "2 of 2 running")
    wait_for(qtbot, lambda: not desktop.compose.is_running)
    press(qtbot, page, "compose.detail.logs")
    wait_for(qtbot, lambda: "ready" in output.all_text())
    assert not find(page, QAbstractButton, "compose.detail.logs").isEnabled(), "they are followed"
    assert find(page, QAbstractButton, "compose.detail.cancel").text() == "Stop following"
    told: list[str] = []
    desktop.tasks.ended.connect(lambda end: told.append(end.title))
    press(qtbot, page, "compose.detail.restart")
    wait_for(qtbot, lambda: text_of(page, "compose.detail.state") == "Done")
    assert told == ["shop was restarted"]
    press(qtbot, page, "compose.detail.down")
    assert not find(page.window(), QCheckBox, "compose.down.volumes").isChecked()
    press(qtbot, page.window(), "compose.down.confirm")
    wait_for(qtbot, lambda: text_of(page, "compose.service.web") == "not created")
    assert not engine.state.containers


@pytest.mark.usefixtures("only_fake_compose")
def test_a_service_leads_to_its_container_and_its_page(
    page: ComposePage,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    opened_urls: list[str],
) -> None:
    image = engine.add_image("nginx:1.27")
    for number in (1, 2):
        labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}
        ports = {
            "80/tcp": [{"HostIp": "", "HostPort": str(18080 + number)}],
            "53/udp": [{"HostPort": "5353"}],
        }
        bindings = {"PortBindings": ports if number == 1 else {}}
        made = engine.add_container(f"shop-web-{number}", image, Labels=labels, HostConfig=bindings)
        engine.containers.act(made, "start", {})
    window = page.window()
    assert isinstance(window, MainWindow)
    press(qtbot, page, "compose.shop.show")
    press(qtbot, page, "compose.service.web.port.18081")
    assert opened_urls == ["http://localhost:18081"]
    press(qtbot, page, "compose.service.web.show")
    menu = find(page, QMenu, "compose.containers")
    assert [entry.text() for entry in menu.actions()] == ["shop-web-1", "shop-web-2"]
    menu.actions()[1].trigger()
    wait_for(qtbot, lambda: text_of(window, "containers.detail.title") == "shop-web-2")


@pytest.mark.usefixtures("only_fake_compose")
def test_the_keyboard_goes_to_what_stops_compose_and_back(
    page: ComposePage, desktop: DesktopViewModel, compose_file: Path, qtbot: QtBot
) -> None:
    desktop.compose.open_files([str(compose_file)])
    wait_for(qtbot, lambda: page.detail is not None)
    find(page, QLineEdit, "compose.variable.DB_PASSWORD").setText("secret")
    up, stop = (find(page, QAbstractButton, f"compose.detail.{name}") for name in ("up", "cancel"))
    up.setFocus()
    QTest.keyClick(up, Qt.Key.Key_Space)
    wait_for(qtbot, stop.hasFocus)
    assert stop.text() == "Cancel"
    wait_for(qtbot, up.hasFocus)
    assert not desktop.compose.is_running


@pytest.mark.usefixtures("only_fake_compose")
def test_a_project_with_sources_is_built_anew_and_watched(
    page: ComposePage, desktop: DesktopViewModel, compose_file: Path, qtbot: QtBot
) -> None:
    web = {"image": "nginx:1.27", "build": ".", "develop": {"watch": [{"path": ".", "action": "sync"}]}}
    compose_file.write_text(json.dumps({"services": {"web": web}}))
    desktop.compose.open_files([str(compose_file)])
    wait_for(qtbot, lambda: page.detail is not None)
    press(qtbot, page, "compose.detail.build")
    output = find(page, LogView, "compose.detail.output")
    wait_for(qtbot, lambda: text_of(page, "compose.detail.state") == "Done")
    assert "Image shop-web  Built" in output.all_text()
    press(qtbot, page, "compose.detail.watch")
    wait_for(qtbot, lambda: "Watch enabled" in output.all_text())
    assert text_of(page, "compose.detail.state") == "Watching the sources"
    assert desktop.tasks.running == [], "nobody waits for its end"
    assert desktop.compose.watched == "shop"
    press(qtbot, page, "compose.detail.cancel")
    wait_for(qtbot, lambda: not desktop.compose.is_running)


@pytest.mark.usefixtures("only_fake_compose")
def test_a_failed_up_is_told_with_compose_own_words(
    page: ComposePage, engine: FakeEngine, compose_file: Path, qtbot: QtBot, save_picture: Save
) -> None:
    compose_file.write_text(json.dumps({"services": {"web": {"image": "nothing:1"}}}))
    page._compose.open_files([str(compose_file)])
    wait_for(qtbot, lambda: page.detail is not None)
    press(qtbot, page, "compose.detail.up")
    wait_for(qtbot, lambda: "No such image" in text_of(page, "compose.detail.banner.text"))
    save_picture(page.window(), "compose-failed")


@pytest.mark.usefixtures("only_fake_compose")
def test_a_project_of_several_files_and_a_profile_is_found_again(
    page: ComposePage,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    compose_file: Path,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    more = compose_file.with_name("more.yaml")
    more.write_text(
        json.dumps({"services": {"mail": {"image": "nginx:${MAIL:-1.27}", "profiles": ["post"]}}})
    )
    page._compose.open_files([str(more), str(compose_file)])
    wait_for(qtbot, lambda: page.detail is not None)
    assert text_of(page, "compose.detail.remark") == f"{compose_file}, more.yaml"
    find(page, QLineEdit, "compose.variable.DB_PASSWORD").setText("secret")
    find(page, QCheckBox, "compose.profile.post").setChecked(True)
    press(qtbot, page, "compose.detail.up")
    wait_for(qtbot, lambda: text_of(page, "compose.detail.state") == "Done")
    wait_for(qtbot, lambda: desktop.compose.find_project("shop").total == 3)
    press(qtbot, page, "compose.detail.back")
    press(qtbot, page, "compose.shop.show")
    wait_for(qtbot, lambda: bool(page.findChildren(QLineEdit, "compose.variable.DB_PASSWORD")))
    assert find(page, QLineEdit, "compose.variable.DB_PASSWORD").text() == "secret", "not asked twice"
    assert find(page, QCheckBox, "compose.profile.post").isChecked()
    save_picture(page.window(), "compose-profiles")
    press(qtbot, page, "compose.detail.back")
    more.unlink()
    desktop.compose.refresh()
    wait_for(qtbot, lambda: not desktop.compose.find_project("shop").is_here)
    press(qtbot, page, "compose.shop.show")
    assert "is not on this computer any more" in text_of(page, "compose.detail.remark")
    assert not find(page, QAbstractButton, "compose.detail.up").isEnabled()
    assert find(page, QAbstractButton, "compose.detail.down").isEnabled()


@pytest.mark.usefixtures("only_fake_compose")
def test_images_of_registries_where_the_user_is_signed_in_are_pulled_before(
    page: ComposePage, desktop: DesktopViewModel, engine: FakeEngine, compose_file: Path, qtbot: QtBot
) -> None:
    engine.state.accounts["ghcr.io"] = ("ada", "s3cret")
    engine.offer_image("ghcr.io/ada/shop:1")
    services = {"web": {"image": "ghcr.io/ada/shop:${V:-1}"}, "db": {"image": "postgres:17"}}
    compose_file.write_text(json.dumps({"services": services}))
    page._compose.open_files([str(compose_file)])
    wait_for(qtbot, lambda: page.detail is not None)
    press(qtbot, page, "compose.detail.up")
    wait_for(qtbot, lambda: "No such image" in text_of(page, "compose.detail.banner.text"))
    assert engine.registry_headers == [], "nobody is signed in: it is compose's business"
    with qtbot.waitSignal(desktop.registries.signed_in, timeout=30_000):
        desktop.registries.sign_in("ghcr.io", "ada", "s3cret")
    press(qtbot, page, "compose.detail.up")
    wait_for(qtbot, lambda: text_of(page, "compose.detail.state") == "Done")
    assert "ghcr.io/ada/shop:1 Pulled" in find(page, LogView, "compose.detail.output").all_text()
    (header,) = engine.registry_headers
    assert header, "postgres is here already"
    press(qtbot, page, "compose.detail.up")
    wait_for(
        qtbot, lambda: text_of(page, "compose.detail.state") == "Done" and not desktop.compose.is_running
    )
    assert len(engine.registry_headers) == 1, "it is here now"


@pytest.mark.usefixtures("only_fake_compose")
def test_what_compose_says_of_one_project_is_not_shown_at_another(
    page: ComposePage, desktop: DesktopViewModel, engine: FakeEngine, compose_file: Path, qtbot: QtBot
) -> None:
    for name in ("one", "two"):
        folder = compose_file.parent.with_name(name)
        folder.mkdir()
        (folder / "compose.yaml").write_text(json.dumps({"services": {"web": {"image": "nginx:1.27"}}}))
        page._compose.open_files([str(folder)])
        wait_for(qtbot, lambda name=name: text_of(page, "compose.detail.title") == name)  # type: ignore[misc]
        press(qtbot, page, "compose.detail.up")
        wait_for(qtbot, lambda: text_of(page, "compose.detail.state") == "Done")
    desktop.compose.follow_logs("one")
    output = find(page, LogView, "compose.detail.output")
    before = output.all_text()
    assert text_of(page, "compose.detail.state") == "Compose is at work on one"
    assert not find(page, QAbstractButton, "compose.detail.cancel").isVisible()
    with qtbot.waitSignal(desktop.compose.output, timeout=30_000):
        pass
    assert output.all_text() == before
    desktop.compose.cancel()
    assert text_of(page, "compose.detail.state") == "Nothing is going on"


@pytest.mark.usefixtures("only_fake_compose")
def test_what_is_no_compose_file_is_said(page: ComposePage, compose_file: Path, qtbot: QtBot) -> None:
    compose_file.write_text("{")
    page._compose.open_files([str(compose_file)])
    wait_for(qtbot, lambda: "did not find expected" in text_of(page, "compose.notice.text"))
    page._compose.open_files([str(compose_file.parent.parent)])
    wait_for(qtbot, lambda: "no compose file" in text_of(page, "compose.notice.text"))


def test_without_compose_it_says_what_to_install(
    only_fake_compose: Path,
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    save_picture: Save,
) -> None:
    only_fake_compose.unlink()
    fill_engine(engine)
    desktop.begin()
    wait_for(qtbot, lambda: desktop.view.can_be_used)
    window.show_page("compose")
    wait_for(qtbot, lambda: desktop.compose.missing is not None and len(desktop.compose.projects) == 2)
    assert "docker-compose-plugin" in text_of(window, "compose.banner.text")
    assert not find(window, QAbstractButton, "compose.open").isEnabled()
    assert text_of(window, "compose.shop.remark").startswith("4 of 4 running")
    save_picture(window, "compose-missing")
    fake_compose.install(only_fake_compose.parents[1])
    press(qtbot, window, "compose.banner.button")
    wait_for(qtbot, lambda: desktop.compose.missing is None)
    press(qtbot, window, "compose.shop.show")
    assert text_of(window, "compose.service.db") == "1 of 1 running"
    assert find(window, QAbstractButton, "compose.detail.down").isEnabled()
    assert not find(window, QAbstractButton, "compose.detail.up").isEnabled(), "its file is not known"


def test_a_stopped_engine_shows_its_panel(
    window: MainWindow, desktop: DesktopViewModel, machine: FakeMachine, qtbot: QtBot
) -> None:
    machine.set(state=MachineState.FAILED)
    window.show_page("compose")
    desktop.engine.watch()
    wait_for(qtbot, lambda: desktop.view.state.value == "failed")
    assert find(window, QWidget, "compose.engine").isVisible()
    assert text_of(window, "compose.count") == "Waiting for the engine"


def test_a_compose_of_version_1_is_none(
    only_fake_compose: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"DOCKER_CONFIG": str(folder / "docker")}
    assert Compose.find("unix:///x", environment).version == "2.99.0-fake"
    monkeypatch.setenv("FAKE_COMPOSE_VERSION", "1.29.2")
    with pytest.raises(UserError, match="not installed"):
        Compose.find("unix:///x", environment)


@pytest.mark.skipif(not (PLUGINS / "docker-compose").exists(), reason="no docker compose")
def test_the_real_compose_says_what_we_read(folder: Path) -> None:
    path = folder / "shop" / "compose.yaml"
    path.parent.mkdir()
    path.write_text(json.dumps(PROJECT))
    (path.parent / ".env").write_text("TAG=1.28\n")
    override = {"services": {"mail": {"image": "mail:${TAG}", "profiles": ["tools"], "user": "${WHO}"}}}
    (path.parent / "compose.override.yaml").write_text(json.dumps(override))
    compose = Compose(PLUGINS / "docker-compose", "2", "unix:///none", {**os.environ, "WHO": "ada"})
    source = find_source([path])
    assert source is not None
    file = compose.read(source)
    assert (file.name, set(file.services)) == ("shop", {"web", "db", "mail"})
    assert file.profiles == ("tools",)
    variables = {v.name: v for v in file.variables}
    assert variables["TAG"].value == "1.28"
    assert variables["WHO"].value == "ada", "the environment's own"
    assert variables["DB_PASSWORD"].is_required
    alone = find_source([path.parent / "compose.override.yaml"])
    assert alone is not None
    assert compose.read(alone, "other").name == "other"
    values = {"DB_PASSWORD": "x"}
    assert set(compose.images(source, "shop", values, ())) == {"nginx:1.28", "postgres:17"}
    assert "mail:1.28" in compose.images(source, "shop", values, ["tools"])


def test_files_are_those_that_compose_would_take(folder: Path) -> None:
    shop = folder / "shop"
    shop.mkdir()
    assert find_source([shop]) is None
    for name in ("docker-compose.yml", "compose.override.yml", "a.yaml", "notes.txt"):
        (shop / name).write_text("services: {}")

    def found(*names: str) -> list[str] | None:
        source = find_source([shop / name for name in names])
        return [path.name for path in source.files] if source else None

    assert found("") == ["docker-compose.yml", "compose.override.yml"]
    assert found("docker-compose.yml") == ["docker-compose.yml", "compose.override.yml"]
    assert found("a.yaml") == ["a.yaml"]
    assert found("a.yaml", "docker-compose.yml") == ["docker-compose.yml", "a.yaml"]
    assert found("notes.txt") is None
    assert found("a.yaml", "none.yaml") is None
    (shop / "compose.yaml").write_text("services: {}")
    assert found("") == ["compose.yaml", "compose.override.yml"]
    assert not ComposeSource((shop / "gone.yaml",), shop).is_here
    assert not ComposeSource((), shop).is_here


@pytest.mark.parametrize(
    ("said", "summary", "details"),
    [
        (
            "Error response from daemon: failed: Bind for 0.0.0.0:80 failed: port is already allocated: "
            "0.0.0.0:80 is in use by nginx (pid 12)",
            "The port is taken: 0.0.0.0:80 is in use by nginx (pid 12)",
            None,
        ),
        (
            'Error response from daemon: Head "https://r.example/v2/": no basic auth credentials',
            "Compose ended with code 1",
            None,
        ),
        (
            "Error response from daemon: No such image: nothing:1",
            "Compose ended with code 1",
            "No such image: nothing:1",
        ),
        (
            "dependency failed to start: container shop-db-1 is unhealthy",
            "Compose ended with code 1",
            "dependency failed to start: container shop-db-1 is unhealthy",
        ),
        (
            'error during connect: Post "http://%2Ftmp%2Fe.sock/v1.45/containers/create": EOF',
            "Compose has lost the engine",
            None,
        ),
        (
            'unknown docker command: "compose watch"',
            "The Docker Compose of this computer is too old for this",
            'unknown docker command: "compose watch"',
        ),
    ],
)
def test_why_compose_failed(folder: Path, said: str, summary: str, details: str | None) -> None:
    script = f"echo ' Network shop_default  Created'; echo {shlex.quote(said)}; echo; exit 1"
    with pytest.raises(UserError) as failure, ComposeRun(["sh", "-c", script], os.environ, folder) as run:
        list(run.lines())
    assert failure.value.summary == summary
    assert ("Sign in" in failure.value.what_to_do) is ("credentials" in said)
    if details is not None:
        assert failure.value.details == details


def test_a_compose_that_is_too_old_is_no_fault_of_the_file(folder: Path) -> None:
    program = folder / "docker-compose"
    program.write_text("#!/bin/sh\necho 'unknown flag: --variables' >&2; exit 16\n")
    program.chmod(0o755)
    file = folder / "compose.yaml"
    file.write_text("services: {}")
    with pytest.raises(UserError, match="is too old for this") as failure:
        Compose(program, "2.10.0", "/nowhere.sock").read(ComposeSource((file,), folder))
    assert "docs.docker.com/compose/install" in failure.value.what_to_do


STUBBORN = "trap '' TERM; echo $$; sleep 1000 & echo $!; while :; do wait; done"
"""A program that goes on when it is asked to end, with one that it has started; both say who they are."""

OBEDIENT = (
    """trap 'echo told; n=1' TERM; echo ready; while [ -z "$n" ]; do sleep 0.05; done; sleep 0.2; echo end"""
)


def is_gone(pid: str) -> bool:
    """Return whether a process has ended, though perhaps nobody has asked how."""
    try:
        return psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_compose_is_asked_once_to_end_and_ends_in_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compose_run, "END_SECONDS", 600.0)
    said: list[str] = []
    with ComposeRun(["sh", "-c", OBEDIENT], os.environ, folder) as run:
        for line in run.lines():
            said.append(line)
            if line == "ready":
                run.cancel()
                run.cancel()
    assert said == ["ready", "told", "end"]


def test_a_compose_that_does_not_end_is_killed_with_what_it_has_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(compose_run, "END_SECONDS", 0.1)
    said: list[str] = []
    with ComposeRun(["sh", "-c", STUBBORN], os.environ, folder) as run:
        for line in run.lines():
            said.append(line)
            if len(said) == 2:
                run.cancel()
    wait_for(qtbot, lambda: all(map(is_gone, said)))


def test_the_desktop_ends_after_the_programs_that_it_has_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(compose_run, "END_SECONDS", 0.5)
    background = Background()
    said: list[str] = []
    stream = background.open_stream(
        lambda: ComposeRun(["sh", "-c", STUBBORN], os.environ, folder),
        lambda run: run.lines(),
        said.extend,
        lambda _: None,
        must_end=True,
    )
    wait_for(qtbot, lambda: len(said) == 2)
    stream.cancel()
    background.close()
    assert is_gone(said[0])


def test_a_pull_of_many_steps_is_told_in_few_lines(folder: Path) -> None:
    said = [
        f" {layer} {word} [{'=' * part}>{' ' * (50 - part)}]  {part}MB/50MB"
        for word in ("Downloading", "Extracting")
        for part in range(51)
        for layer in ("6ea94421bc13", "7fa94421bc14")
    ]
    (folder / "said").write_text("\n".join([" web Pulling", *said, " web Pulled"]))
    with ComposeRun(["cat", "said"], os.environ, folder) as run:
        told = list(run.lines())
    assert len(told) == 2 + 2 * 2 * 4
    assert (told[0], told[-1]) == (" web Pulling", " web Pulled")


def test_a_table_of_variables_is_read_by_its_columns() -> None:
    table = (
        "NAME                REQUIRED            DEFAULT VALUE       ALTERNATE VALUE\n"
        "TAG                 false               a b                 \n"
        "PASS                true                                    \n"
        "<odd>               true\n"
    )
    found = parse_variables(table, {"PASS": "known"})
    assert [(v.name, v.value, v.is_required) for v in found] == [
        ("PASS", "known", True),
        ("TAG", "a b", False),
    ]
    assert parse_variables("", {}) == ()
