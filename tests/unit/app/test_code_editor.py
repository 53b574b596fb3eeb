"""Visual Studio Code as a program on PATH that writes down what it was asked for."""

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from app.services.computer.code_editor import container_address, find_code, open_in_code
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerDetails
from app.services.errors import UserError
from tests.fakes.fake_engine import FakeEngine


@pytest.fixture
def details(engine: FakeEngine, client: EngineClient) -> ContainerDetails:
    """A container with a folder of its own to work in."""
    container = engine.add_container("web", engine.add_image("web:1"))
    told = dict(client.inspect_container(container.id).raw)
    return ContainerDetails.from_json({**told, "Config": {"WorkingDir": "/my app"}})


def write_program(folder: Path, text: str) -> Path:
    program = folder / "code"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return program


def test_it_is_looked_for_on_the_path(tmp_path: Path) -> None:
    assert find_code({"PATH": str(tmp_path)}) is None
    program = write_program(tmp_path, "")
    assert find_code({"PATH": str(tmp_path)}) == program


def test_the_address_names_container_folder_and_engine(details: ContainerDetails) -> None:
    scheme, _, rest = container_address(details, "/run/marina.sock").partition("://attached-container+")
    target, slash, folder = rest.partition("/")
    assert scheme == "vscode-remote"
    assert json.loads(bytes.fromhex(target)) == {
        "containerName": "/web",
        "settings": {"host": "unix:///run/marina.sock"},
    }
    assert bytes.fromhex(target).startswith(b'{"containerName":"/web","settings":{"host":"unix:///')
    assert unquote(slash + folder) == "/my app"


def test_the_program_is_asked(details: ContainerDetails, tmp_path: Path) -> None:
    program = write_program(tmp_path, f'printf "%s\\n" "$@" "$DOCKER_HOST" > {tmp_path}/asked')
    open_in_code(program, details, "/run/marina.sock")
    asked = (tmp_path / "asked").read_text().splitlines()
    address = container_address(details, "/run/marina.sock")
    assert asked == ["--folder-uri", address, "unix:///run/marina.sock"]


def test_its_refusal_is_told_in_its_words(details: ContainerDetails, tmp_path: Path) -> None:
    program = write_program(tmp_path, "echo no such extension >&2; exit 1")
    with pytest.raises(UserError) as refusal:
        open_in_code(program, details, "/run/marina.sock")
    assert refusal.value.details == "no such extension"
    assert "Dev Containers" in refusal.value.what_to_do
