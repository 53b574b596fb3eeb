"""Ports that somebody else holds: told where one looks, with a way out."""

import socket
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.viewmodels.containers.containers import PORTS
from app.viewmodels.desktop import DesktopViewModel
from app.views.main_window import MainWindow
from tests.fakes.fake_engine import FakeEngine
from tests.ui.helpers import find, press, press_row_action, text_of, wait_for
from tests.ui.test_containers_page import names, state_of

Save = Callable[[QWidget, str], None]
REASON = "port is already allocated: 127.0.0.1:9090 is in use by nginx (pid 12)"


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of this computer that a program listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_ports_of_the_hosts_network_are_links_and_refused_ones_say_why(
    window: MainWindow, desktop: DesktopViewModel, engine: FakeEngine, qtbot: QtBot, save_picture: Save
) -> None:
    container = engine.add_container("web", engine.add_image("nginx:1.27"))
    container.networks = ("host",)
    engine.state.host_ports = [
        {"Container": container.id, "Port": 9090, "Protocol": "tcp", "Reason": REASON},
        {"Container": container.id, "Port": 8080, "Protocol": "tcp", "Reason": ""},
    ]
    engine.containers.act(container, "start", {})
    desktop.begin()
    table = window.containers.viewmodel.table
    wait_for(qtbot, lambda: names(window) == ["web"])
    assert table.text(table.shown[0], PORTS) == "8080:8080, ⚠ 9090"
    assert table.shown[0].url == "http://localhost:8080"
    window.containers.show_container(container.id)
    told = text_of(window, "containers.detail.banner.text")
    assert told == (
        "Port 9090 of this computer does not lead to it. The port is taken: 127.0.0.1:9090 is in use by "
        "nginx (pid 12). Stop what uses it, or choose another port of this computer."
    )
    save_picture(window, "container-refused-port")
    engine.state.host_ports[0]["Reason"] = ""
    engine.state.publish("container", "host-ports", container.id, name="web")
    banner = find(window, QWidget, "containers.detail.banner")
    wait_for(qtbot, lambda: not banner.isVisible())
    assert table.text(table.shown[0], PORTS) == "8080:8080, 9090:9090"


def test_a_container_whose_port_is_taken_gets_another_one_and_starts(
    window: MainWindow,
    desktop: DesktopViewModel,
    engine: FakeEngine,
    qtbot: QtBot,
    taken_port: int,
    save_picture: Save,
) -> None:
    bindings = {"80/tcp": [{"HostIp": "", "HostPort": str(taken_port)}]}
    before = engine.add_container(
        "web", engine.add_image("nginx:1.27"), HostConfig={"PortBindings": bindings}
    )
    desktop.begin()
    wait_for(qtbot, lambda: names(window) == ["web"])
    press_row_action(qtbot, window.containers.list, 0, "start")
    link = find(window, QAbstractButton, "containers.notice.link")
    wait_for(qtbot, link.isVisible)
    assert link.text() == "Change the port…"
    save_picture(window, "containers-port-taken")
    press(qtbot, window, "containers.notice.link")
    use = "edit.port.0.use"
    wait_for(qtbot, lambda: any(one.isVisible() for one in window.findChildren(QAbstractButton, use)))
    press(qtbot, window, use)
    other = int(find(window, QLineEdit, "edit.port.0.host").text())
    assert other != taken_port
    press(qtbot, window, "edit.apply")
    wait_for(qtbot, lambda: state_of(window, "web").startswith("Running"))
    assert before.id not in engine.state.containers
    assert engine.containers.get("web").ports == {"80/tcp": other}
