"""Small files of the machine, which the guest reads too."""

import os
from pathlib import Path
from typing import Any

import pytest

from vm.machine.json_files import read_json, write_json, write_text


def test_lines_end_on_windows_as_the_guest_reads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: Any = os.fdopen

    def as_on_windows(descriptor: int, *words: Any, newline: str | None = None, **values: Any) -> Any:
        return opened(descriptor, *words, newline="\r\n" if newline is None else newline, **values)

    monkeypatch.setattr(os, "fdopen", as_on_windows)
    write_text(tmp_path / "data_disk", "new\n")
    assert (tmp_path / "data_disk").read_bytes() == b"new\n"


def test_a_value_comes_back_and_what_is_no_json_is_none(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    assert read_json(path) is None
    write_json(path, {"pid": 7})
    assert read_json(path) == {"pid": 7}
    path.write_text("{")
    assert read_json(path) is None
