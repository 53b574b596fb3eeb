"""`marina renew`, against a fake engine and its registry."""

import json

import pytest

from app.cli import main
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeContainer

NAME = "shop/web:1"
Output = pytest.CaptureFixture[str]


@pytest.fixture
def cli(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """An engine with two containers of a pulled image, one that was made here, and a newer image to pull."""
    monkeypatch.setenv("MARINA_SOCKET", str(engine.socket_path))
    image = engine.add_image(NAME, environment=("VERSION=1",), pulled_as={NAME})
    for name in ("web", "second"):
        engine.containers.act(engine.add_container(name, image), "start", {})
    engine.add_container("own", engine.add_image("own:latest"))
    engine.offer_image(NAME, environment=("VERSION=2",))
    return engine


def version(container: FakeContainer) -> tuple[str, ...]:
    return container.image.environment


def test_it_tells_which_have_a_newer_image(cli: FakeEngine, capsys: Output) -> None:
    assert main(["renew", "--check", "--all", "--json"]) == 0
    assert {(row["container"], row["state"]) for row in json.loads(capsys.readouterr().out)} == {
        ("web", "newer-in-registry"),
        ("second", "newer-in-registry"),
        ("own", "made-here"),
    }
    assert version(cli.containers.get("web")) == ("VERSION=1",)
    assert not any("/images/create" in line for line in cli.requests)


def test_it_pulls_once_and_makes_them_anew(cli: FakeEngine, capsys: Output) -> None:
    assert main(["renew", "web", "second"]) == 0
    told = capsys.readouterr()
    assert [line.split()[0] for line in told.out.splitlines()] == ["CONTAINER", "web", "second"]
    assert told.out.count("renewed") == 2
    assert [version(cli.containers.get(name)) for name in ("web", "second")] == [("VERSION=2",)] * 2
    assert sum("/images/create" in line for line in cli.requests) == 1
    assert main(["renew", "web"]) == 0
    assert "up to date" in capsys.readouterr().out


def test_without_a_pull_nobody_is_asked(cli: FakeEngine, capsys: Output) -> None:
    assert main(["renew", "--no-pull", "--quiet", "web"]) == 0
    assert "up to date" in capsys.readouterr().out
    assert not any("/distribution/" in line for line in cli.requests)
    cli.containers.finish_pull(NAME)
    assert main(["renew", "--no-pull", "--quiet", "web"]) == 0
    told = capsys.readouterr()
    assert "renewed" in told.out
    assert not told.err
    assert version(cli.containers.get("web")) == ("VERSION=2",)
    assert version(cli.containers.get("second")) == ("VERSION=1",)


def test_one_that_fails_does_not_keep_the_others(cli: FakeEngine, capsys: Output) -> None:
    assert main(["renew", "nobody", "web"]) == 1
    told = capsys.readouterr()
    assert "There is no container nobody" in told.err
    assert "renewed" in told.out
    assert version(cli.containers.get("web")) == ("VERSION=2",)


@pytest.mark.parametrize("arguments", [(), ("--all", "web")])
def test_it_wants_to_know_which(cli: FakeEngine, capsys: Output, arguments: tuple[str, ...]) -> None:
    assert main(["renew", *arguments]) == 1
    assert "Which containers" in capsys.readouterr().err
    assert not cli.requests
