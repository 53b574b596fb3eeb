"""Fixtures for services and command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.engine.engine_client import EngineClient
from tests.fakes.fake_engine import FakeEngine
from tests.support.short_folder import short_folder


@pytest.fixture(name="short_folder")
def made_short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name."""
    with short_folder("marina-") as folder:
        yield folder


@pytest.fixture
def engine(short_folder: Path) -> Iterator[FakeEngine]:
    """A running fake engine."""
    with FakeEngine(short_folder) as fake:
        yield fake


@pytest.fixture
def client(engine: FakeEngine) -> Iterator[EngineClient]:
    """A client of the fake engine."""
    with EngineClient(engine.socket_path, connect_timeout=20.0, read_timeout=20.0) as engine_client:
        yield engine_client
