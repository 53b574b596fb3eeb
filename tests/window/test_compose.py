"""Compose in the window, by Docker's own compose: up with a variable, scale, logs, restart, down."""

import io
import json
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from app.views.pages.containers.compose_page import ComposePage
from app.views.widgets.log.log_view import LogView
from tests.support.native_engine import NativeEngine
from tests.window.hands import Hands, drop

Save = Callable[[QWidget, str], None]
PROJECT: dict[str, Any] = {
    "services": {
        "web": {
            "image": "busybox",
            "stop_signal": "SIGKILL",
            "environment": {"GREETING": "${GREETING:?say it}"},
            "command": ["sh", "-c", "echo says $$GREETING; exec httpd -f -p ${PORT:-80} -h /data"],
            "volumes": ["pages:/data"],
            "healthcheck": {"test": ["CMD", "true"], "interval": "1s", "start_interval": "1s"},
        },
        "idle": {"image": "busybox", "stop_signal": "SIGKILL", "command": ["sleep", "1000000"]},
    },
    "volumes": {"pages": {}},
}


@pytest.fixture
def compose_file(tmp_path: Path) -> Path:
    """A project of two services."""
    path = tmp_path / "shop" / "compose.yaml"
    path.parent.mkdir()
    path.write_text(json.dumps(PROJECT))
    override = {"services": {"tool": {**PROJECT["services"]["idle"], "profiles": ["tools"]}}}
    (path.parent / "compose.override.yaml").write_text(json.dumps(override))
    return path


def members(engine: NativeEngine) -> list[str]:
    """Return the names of all containers."""
    rows = engine.request("GET", "/containers/json", query={"all": "1"}).json
    return sorted(row["Names"][0].removeprefix("/") for row in rows)


def test_a_project_from_its_file_to_down(
    hands: Hands, engine: NativeEngine, compose_file: Path, save_picture: Save
) -> None:
    hands.show("compose")
    compose = hands.desktop.compose
    hands.wait(lambda: compose.is_loaded and compose.is_looked_for)
    assert compose.missing is None, compose.missing
    drop(hands.the(ComposePage), compose_file)
    hands.wait_for_text("compose.service.web", "not created")
    assert hands.see(QLineEdit, "compose.variable.PORT").text() == "80"
    hands.write("compose.variable.GREETING", "good day")
    hands.press("compose.detail.up")
    hands.wait(lambda: not compose.is_running, "up goes on")
    output = hands.see(LogView, "compose.detail.output")
    hands.wait(lambda: hands.sees("compose.detail.state", "Done"), output.all_text)
    assert "Started" in output.all_text()
    hands.wait_for_text("compose.service.web", "1 of 1 running · healthy")
    hands.wait_for_text("compose.service.idle", "1 of 1 running")
    assert members(engine) == ["shop-idle-1", "shop-web-1"], "nobody has asked for the profile"
    save_picture(hands.window, "compose")
    hands.press("compose.detail.back")
    hands.press("compose.shop.show")
    assert hands.see(QLineEdit, "compose.variable.GREETING").text() == "good day"
    hands.see(QCheckBox, "compose.profile.tools").setChecked(True)
    output = hands.see(LogView, "compose.detail.output")
    hands.press("compose.detail.up")
    hands.wait_for_text("compose.service.tool", "1 of 1 running")
    hands.wait(lambda: hands.sees("compose.detail.state", "Done"), output.all_text)

    hands.press("compose.service.idle.more")
    hands.wait_for_text("compose.service.idle", "2 of 2 running")
    hands.wait(lambda: not compose.is_running, "scale goes on")
    hands.press("compose.service.idle.fewer")
    hands.wait_for_text("compose.service.idle", "1 of 1 running")
    hands.wait(lambda: not compose.is_running, "scale goes on")
    hands.press("compose.detail.logs")
    hands.wait(lambda: "says good day" in output.all_text(), output.all_text)
    hands.press("compose.detail.cancel")
    hands.wait(lambda: not compose.is_running, "the logs go on")
    before = engine.request("GET", "/containers/shop-web-1/json").json["State"]["StartedAt"]
    hands.press("compose.detail.restart")
    hands.wait(lambda: hands.sees("compose.detail.state", "Done"), output.all_text)
    assert engine.request("GET", "/containers/shop-web-1/json").json["State"]["StartedAt"] > before
    hands.show("containers")
    hands.wait(lambda: hands.desktop.containers.running == 3)
    save_picture(hands.window, "containers-compose")
    hands.show("compose")
    hands.press("compose.detail.down")
    hands.press("compose.down.confirm")
    hands.wait_for_text("compose.service.web", "not created")
    assert members(engine) == []
    assert engine.request("GET", "/volumes/shop_pages").status == 200, "its data stays"
    hands.press("compose.detail.back")


def test_sources_are_built_anew_and_watched(hands: Hands, engine: NativeEngine, compose_file: Path) -> None:
    folder, page = compose_file.parent, compose_file.parent / "page"
    (folder / "compose.override.yaml").unlink()
    (folder / "Dockerfile").write_text("FROM busybox\nCOPY page /page\n")
    page.write_text("first")
    web = {"build": ".", "stop_signal": "SIGKILL", "command": ["sleep", "1000000"]}
    watch = {"develop": {"watch": [{"action": "sync", "path": "page", "target": "/page"}]}}
    compose_file.write_text(json.dumps({"services": {"web": web | watch}}))

    hands.show("compose")
    drop(hands.the(ComposePage), compose_file)
    for text in ("first", "second"):
        page.write_text(text)
        hands.press("compose.detail.build")
        output = hands.see(LogView, "compose.detail.output")
        hands.wait(lambda: hands.sees("compose.detail.state", "Done"), output.all_text)
        assert read_page(engine) == text
        hands.wait(lambda: not hands.desktop.compose.is_running)
    hands.press("compose.detail.watch")
    hands.wait(lambda: "atch enabled" in output.all_text(), output.all_text)
    page.write_text("third")
    hands.wait(lambda: read_page(engine) == "third", output.all_text)
    hands.press("compose.detail.cancel")
    hands.wait(lambda: not hands.desktop.compose.is_running)
    hands.press("compose.detail.down")
    hands.press("compose.down.confirm")
    hands.wait_for_text("compose.service.web", "not created")
    engine.request("DELETE", "/images/shop-web")
    hands.press("compose.detail.back")


def read_page(engine: NativeEngine) -> str:
    """Return what is in the container's file."""
    archive = engine.request("GET", "/containers/shop-web-1/archive", query={"path": "/page"}).body
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        member = files.extractfile("page")
        return member.read().decode() if member is not None else ""


def test_a_refusal_of_the_engine_is_told(hands: Hands, compose_file: Path, save_picture: Save) -> None:
    with socket.create_server(("0.0.0.0", 0)) as holder:
        port = holder.getsockname()[1]
        sick: dict[str, Any] = {"image": "busybox", "command": ["sleep", "1000000"], "stop_signal": "SIGKILL"}
        sick["healthcheck"] = {"test": ["CMD", "false"], "interval": "1s", "retries": 1}
        for service, told in (
            ({"image": "no-such/image", "pull_policy": "never"}, "no-such/image"),
            (
                {"image": "busybox", "ports": [f"{port}:80"]},
                f"The port is taken: 0.0.0.0:{port} is in use by",
            ),
            ({"image": "busybox", "depends_on": {"db": {"condition": "service_healthy"}}}, "is unhealthy"),
        ):
            services = {"web": service} | ({"db": sick} if "depends_on" in service else {})
            compose_file.write_text(json.dumps({"services": services}))
            hands.show("compose")
            drop(hands.the(ComposePage), compose_file)
            hands.press("compose.detail.up")
            hands.wait_for_text("compose.detail.banner.text", told)
            hands.wait_for_text("compose.detail.state", "Failed")
            save_picture(hands.window, "compose-failed")
            hands.press("compose.detail.back")
