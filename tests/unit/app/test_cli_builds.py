"""`marina builds`: the history, also with builds of elsewhere."""

import json
from pathlib import Path

import pytest

from app.cli import main
from backend.buildkit.records.record_archive import read_records
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.faults import FaultKind

DATA = Path(__file__).parents[2] / "data"
Output = pytest.CaptureFixture[str]


@pytest.fixture
def cli(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The engine that `main` talks to."""
    monkeypatch.setenv("MARINA_SOCKET", str(engine.socket_path))
    return engine


def test_from_one_file_to_another(cli: FakeEngine, capsys: Output, tmp_path: Path) -> None:
    assert main(["builds", "import", str(DATA / "several.dockerbuild")]) == 0
    failed, *_ = capsys.readouterr().out.splitlines()
    assert main(["builds", "list"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[1].split()[:2] == [failed, "bad"]
    assert rows[1].endswith("failed, imported")
    assert main(["builds", "show", failed]) == 0
    told = capsys.readouterr().out
    assert "Step 5/5 : [2/2] RUN echo before" in told
    assert "failed: line 3: process" in told
    assert main(["builds", "export", failed, str(tmp_path / "out.dockerbuild")]) == 0
    [record] = read_records((tmp_path / "out.dockerbuild").read_bytes())
    assert record.about["error"]["message"].endswith("exit code: 1")
    assert main(["builds", "remove", failed]) == 0
    capsys.readouterr()
    assert main(["builds", "list", "--json"]) == 0
    assert [row["tags"] for row in json.loads(capsys.readouterr().out)] == [["web"], ["web"]]


def test_what_cannot_be(cli: FakeEngine, capsys: Output, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no archive")
    for words, told in (
        (["import", str(tmp_path / "x")], "cannot be imported"),
        (["import", str(tmp_path / "missing")], "cannot be read"),
        (["show", "ffff"], "The build ffff is unknown"),
        (["export", "ffff", "y"], "The build ffff is unknown"),
    ):
        assert main(["builds", *words]) == 1
        assert told in capsys.readouterr().err
    cli.fail("GET /marina/builds", FaultKind.STATUS, status=404)
    assert main(["builds", "list"]) == 1
    assert "keeps no history" in capsys.readouterr().err
