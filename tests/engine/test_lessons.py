"""The walkthroughs of the desktop's Learn page, each gone through on the engine as it ships."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.engine.engine_client import EngineClient
from app.services.learn import classroom
from app.services.learn.classroom import LABEL, Classroom
from app.services.learn.lessons import DATA, LESSONS, RUN, SITE, Lesson
from tests.support.docker_tools import PLUGINS
from tests.support.native_engine import NativeEngine


@pytest.fixture
def client(engine: NativeEngine, netns: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineClient]:
    """The desktop's client; pages are asked for where the engine publishes them."""

    def wait_for_page(url: str, seconds: float, worth_waiting: Callable[[], bool]) -> bool:
        curl = ["curl", "-sf", "--retry", "20", "--retry-all-errors", "--retry-delay", "1", "-o", "/dev/null"]
        return not subprocess.run(["ip", "netns", "exec", netns, *curl, url], timeout=seconds).returncode

    monkeypatch.setattr(classroom, "wait_for_page", wait_for_page)
    with EngineClient(engine.socket) as made:
        yield made


@pytest.fixture
def compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker's compose v2, as a plugin of nobody's docker."""
    plugins = tmp_path / "docker" / "cli-plugins"
    plugins.mkdir(parents=True)
    (plugins / "docker-compose").symlink_to(PLUGINS / "docker-compose")
    monkeypatch.setenv("DOCKER_CONFIG", str(plugins.parent))


@pytest.mark.usefixtures("compose", "builds")
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_each_step_does_what_it_is_then_found_to_have_done(
    lesson: Lesson, client: EngineClient, tmp_path: Path
) -> None:
    folder = tmp_path / lesson.key
    assert lesson.advance(Classroom(client, folder), 0) == 0, "nothing is done yet"
    for number, step in enumerate(lesson.steps):
        said = step.act(Classroom(client, folder))
        if step.key in ("log", "logs", "diff", "state", "read"):
            assert said.text, step.key
        if step.key == "logs":
            assert "the page is there" in said.text, "the text beside it says that the visitor tells so"
        assert bool(said.url) is (step.key == "open")
        if step.is_done is not None:
            assert step.is_done(Classroom(client, folder)), step.key
        assert lesson.command(number, 8080, folder)
    room = Classroom(client, folder)
    assert not [row for row in room.containers.values() if LABEL in row.labels]
    assert not room.has_volume(DATA)
    assert not client.has_image(SITE)


@pytest.mark.usefixtures("compose", "builds")
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_starting_over_leaves_nothing(lesson: Lesson, client: EngineClient, tmp_path: Path) -> None:
    folder = tmp_path / lesson.key
    for step in lesson.steps[:3]:
        step.act(Classroom(client, folder))
    lesson.clean_up(Classroom(client, folder))
    assert lesson.advance(Classroom(client, folder), 0) == 0
    assert not folder.exists()
    lesson.clean_up(Classroom(client, folder))


@pytest.mark.usefixtures("builds")
def test_what_is_typed_elsewhere_counts(client: EngineClient, engine: NativeEngine, tmp_path: Path) -> None:
    RUN.steps[0].act(Classroom(client, tmp_path))
    RUN.steps[1].act(Classroom(client, tmp_path))
    engine.docker("stop", "-t", "1", "learn-web")
    assert RUN.advance(Classroom(client, tmp_path), 1) == 3
    RUN.clean_up(Classroom(client, tmp_path))
