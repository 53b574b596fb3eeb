"""Links in the Markdown files lead somewhere, on disk as on the site, and made pages are up to date."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support import cli_reference
from tests.support.guide_pictures import KEPT, OF_PACKAGES, PICTURES

PROJECT = Path(__file__).resolve().parents[3]
ELSEWHERE = re.compile(r"[a-z]+:")


def documents() -> list[Path]:
    """All Markdown files of the project."""
    folders = ("docs", "resources")
    return sorted(
        [*PROJECT.glob("*.md"), *(path for name in folders for path in (PROJECT / name).rglob("*.md"))]
    )


@cache
def parsed(path: Path) -> list[Token]:
    return MarkdownIt().enable("table").parse(path.read_text(encoding="utf-8"))


def targets(path: Path) -> Iterator[str]:
    """What the links and pictures of a document lead to."""
    for block in parsed(path):
        for token in block.children or ():
            target = token.attrs.get("href") or token.attrs.get("src")
            if target:
                yield str(target)


def anchors(path: Path) -> set[str]:
    """The names that GitHub and MyST give to the headings of a document."""
    tokens = parsed(path)
    headings = [
        tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for target in targets(path):
        if ELSEWHERE.match(target):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_every_page_of_the_guide_is_reached_from_the_index() -> None:
    index = PROJECT / "docs" / "index.md"
    linked = {(index.parent / target).resolve() for target in targets(index)}
    assert {page for page in documents() if page.is_relative_to(index.parent)} - linked == {index}


def test_every_picture_of_the_guide_is_used_and_made_by_a_test() -> None:
    used = {
        target.rpartition("/")[2].removesuffix(".png")
        for path in documents()
        for target in targets(path)
        if "screenshots/" in target
    }
    kept = {path.stem for path in KEPT.iterdir()}
    assert used == kept == set(PICTURES | OF_PACKAGES)


def test_command_line_reference_is_up_to_date() -> None:
    stored = cli_reference.DOCUMENT.read_text(encoding="utf-8")
    assert stored == cli_reference.render(), "renew it with `python -m tests.support.cli_reference`"
