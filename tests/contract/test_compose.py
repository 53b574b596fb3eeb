"""docker compose v2: services that find each other, wait for health, share a volume, go without a trace."""

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.engine.container_calls import until
from tests.support.api_client import ApiClient
from tests.support.docker_tools import PLUGINS

pytestmark = pytest.mark.skipif(
    not (PLUGINS / "docker-compose").exists(), reason="no docker compose: `make setup-test` fetches it"
)

PAGE = "the page of the other service"
PROJECT: dict[str, Any] = {
    "name": "story",
    "services": {
        "pages": {
            "image": "busybox",
            "command": ["sh", "-c", f"echo '{PAGE}' > /www/index.html; exec httpd -f -p 8000 -h /www"],
            "healthcheck": {
                "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/"],
                "interval": "200ms",
                "timeout": "5s",
                "retries": 300,
            },
            "volumes": ["pages:/www"],
            "networks": {"back": {"aliases": ["server"]}},
            "stop_grace_period": "1s",
            "labels": {"kind": "story"},
        },
        "reader": {
            "image": "busybox",
            "command": ["sh", "-c", "wget -q -O - http://pages:8000/ http://server:8000/; exec sleep 1000"],
            "depends_on": {"pages": {"condition": "service_healthy"}},
            "networks": ["back"],
            "environment": {"WHO": "reader"},
            "ports": ["127.0.0.1::8000"],
            "stop_signal": "SIGKILL",
        },
    },
    "networks": {"back": {"driver": "bridge", "labels": {"kind": "story"}}},
    "volumes": {"pages": {}},
}


class Compose:
    """The project of these tests, run against one engine."""

    def __init__(self, engine: ApiClient, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    def write(self, project: Any) -> None:
        """Say what the project is: JSON is YAML."""
        (self.folder / "compose.yaml").write_text(json.dumps(project))

    def __call__(self, *arguments: str, check: bool = True) -> "CompletedProcess[bytes]":
        return self.engine.docker(
            "compose", "--ansi", "never", "--progress", "plain", *arguments, folder=self.folder, check=check
        )

    def output(self, *arguments: str) -> str:
        """Return what a command prints, without what clears a terminal's line."""
        return self(*arguments).stdout.decode().replace("\x1b[2K", "")


@pytest.fixture
def compose(engine: ApiClient, tmp_path: Path) -> Iterator[Compose]:
    """A project folder; afterwards nothing of the project is there."""
    compose = Compose(engine, tmp_path)
    compose.write(PROJECT)
    yield compose
    compose("down", "-v", "-t", "0", "--remove-orphans")
    for kind in ("containers/json?all=1", "networks", "volumes"):
        assert "story" not in engine.request("GET", f"/{kind}").body.decode()


def test_a_project_from_up_to_down(engine: ApiClient, compose: Compose) -> None:
    compose("up", "-d", "--wait")
    rows = [json.loads(line) for line in compose.output("ps", "--format", "json").splitlines()]
    states = {row["Service"]: (row["State"], row["Health"]) for row in rows}
    assert states == {"pages": ("running", "healthy"), "reader": ("running", "")}
    shown = ("logs", "--no-log-prefix", "reader")
    until(lambda: compose.output(*shown).splitlines() == [PAGE, PAGE], "both names lead to the page")
    assert compose.output("exec", "-T", "reader", "sh", "-c", "echo $WHO").strip() == "reader"
    assert compose("exec", "-T", "reader", "sh", "-c", "exit 7", check=False).returncode == 7
    assert compose.output("port", "reader", "8000").startswith("127.0.0.1:")
    assert compose.output("ls", "--format", "json").count("story") >= 1
    networks = engine.request("GET", "/networks", query={"filters": '{"label":["kind=story"]}'}).json
    assert [network["Name"] for network in networks] == ["story_back"]

    compose("stop", "reader")
    assert compose.output("ps", "-q", "reader") == ""
    compose("start", "reader")
    compose("restart", "-t", "0", "pages")
    assert "already" not in compose.output("top", "pages")

    compose("down", "-t", "0")  # without -v the volume stays
    assert engine.request("GET", "/volumes/story_pages").status == 200


def test_up_changes_only_what_changed(engine: ApiClient, compose: Compose) -> None:
    compose("up", "-d", "--wait")
    before = dict(_ids(compose))
    changed = json.loads(json.dumps(PROJECT))
    changed["services"]["reader"]["environment"]["WHO"] = "somebody else"
    compose.write(changed)
    compose("up", "-d", "--wait", "-t", "0")
    after = dict(_ids(compose))
    assert after["pages"] == before["pages"]
    assert after["reader"] != before["reader"]
    assert compose.output("exec", "-T", "reader", "sh", "-c", "echo $WHO").strip() == "somebody else"
    compose("up", "-d", "--wait", "--scale", "pages=2", "--no-recreate")
    assert len([service for service, _ in _ids(compose) if service == "pages"]) == 2


def test_run_and_a_service_that_fails(compose: Compose) -> None:
    done = compose("run", "--rm", "--no-deps", "-T", "reader", "sh", "-c", "echo once; exit 3", check=False)
    assert (done.returncode, done.stdout) == (3, b"once\n")
    broken = json.loads(json.dumps(PROJECT))
    broken["services"]["pages"]["healthcheck"] |= {"test": ["CMD", "false"], "retries": 1}
    compose.write(broken)
    failed = compose("up", "-d", check=False)
    assert failed.returncode == 1
    assert b"is unhealthy" in failed.stderr


def _ids(compose: Compose) -> list[tuple[str, str]]:
    lines = compose.output("ps", "-a", "--format", "json").splitlines()
    return [(row["Service"], row["ID"]) for row in map(json.loads, lines)]
