"""The list of a repository's tags: page by page, and from registries that answer nonsense without an end."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import web

from backend.config import EngineConfig
from backend.errors import EngineError, InvalidParameterError, NotFoundError, SystemFailureError
from backend.images.registry import distribution, registry_client
from backend.images.registry.registry_auth import Credentials

Answer = Callable[[web.Request], web.Response]


class Told(NamedTuple):
    """What came of asking."""

    tags: list[str]
    pages: int


@contextmanager
def raised(kind: type[EngineError], text: str) -> Iterator[None]:
    """Expect a failure that says `text`."""
    with pytest.raises(kind) as caught:
        yield
    assert text in caught.value.message


def tags_of(folder: Path, answer: Answer, name: str = "team/app") -> Told:
    """Ask a registry that answers so for its tags."""
    pages: list[str] = []

    async def ask() -> Told:
        async def page(request: web.Request) -> web.Response:
            pages.append(request.path_qs)
            return answer(request)

        application = web.Application()
        application.router.add_get("/v2/", version)
        application.router.add_get("/v2/team/app/tags/list", page)
        runner = web.AppRunner(application)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            config = EngineConfig(folder / "engine.sock", folder, folder)
            found = await distribution.tags(config, f"{host}:{port}/{name}", Credentials())
        finally:
            await runner.cleanup()
        return Told(found, len(pages))

    async def version(_: web.Request) -> web.Response:
        return web.json_response({})

    return asyncio.run(ask())


def page_of(tags: object, following: str = "") -> web.Response:
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return web.json_response({"name": "team/app", "tags": tags}, headers=headers)


def test_all_pages_are_asked_for(tmp_path: Path) -> None:
    def answer(request: web.Request) -> web.Response:
        last = request.query.get("last", "")
        first = int(last[1:]) + 1 if last else 0
        tags = [f"v{number}" for number in range(first, min(first + 3, 8))]
        more = first + 3 < 8
        return page_of(tags, f"/v2/team/app/tags/list?last={tags[-1]}&n=3" if more else "")

    told = tags_of(tmp_path, answer, "team/app:its-tag-does-not-count")
    assert told == ([f"v{number}" for number in range(8)], 3)


@pytest.mark.parametrize("nothing", [None, [], "many", {"a": 1}])
def test_a_repository_without_tags(tmp_path: Path, nothing: object) -> None:
    assert tags_of(tmp_path, lambda _: page_of(nothing)).tags == []


def test_what_is_no_tag_is_left_out(tmp_path: Path) -> None:
    odd = ["fine", 1, None, "", "a b", "-x", "x" * 129, ["y"], "fine", "<b>", "new\nline", "also.fine_1-2"]
    assert tags_of(tmp_path, lambda _: page_of(odd)).tags == ["fine", "also.fine_1-2"]


def test_pages_that_go_in_a_circle_end(tmp_path: Path) -> None:
    told = tags_of(tmp_path, lambda _: page_of(["a"], "/v2/team/app/tags/list"))
    assert told == (["a"], 1)


def test_pages_without_an_end_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_client, "MAX_TAG_PAGES", 5)

    def answer(request: web.Request) -> web.Response:
        number = int(request.query.get("page", "0"))
        return page_of([], f"?page={number + 1}")

    assert tags_of(tmp_path, answer) == ([], 5)


def test_there_are_not_more_than_so_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_client, "MAX_TAGS", 10)
    told = tags_of(tmp_path, lambda _: page_of([f"t{number}" for number in range(25)], "?page=1"))
    assert told == ([f"t{number}" for number in range(10)], 1)


def test_a_page_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_client, "MAX_TAGS_BYTES", 100)
    with raised(InvalidParameterError, "is larger than 100 bytes"):
        tags_of(tmp_path, lambda _: page_of(["x" * 90]))


@pytest.mark.parametrize("link", ["http://[::1", "http://host:port/", "http://host:99999999/"])
def test_a_next_page_that_is_nowhere_is_refused(tmp_path: Path, link: str) -> None:
    with raised(EngineError, ""):
        tags_of(tmp_path, lambda _: page_of(["a"], link))


@pytest.mark.parametrize(
    "body", ["", "[]", "{", "nonsense", "[" * 100_000], ids=["empty", "list", "half", "words", "deep"]
)
def test_what_is_no_answer_is_refused(tmp_path: Path, body: str) -> None:
    with raised(EngineError, "list of tags"):
        tags_of(tmp_path, lambda _: web.Response(text=body, content_type="application/json"))


@pytest.mark.parametrize(
    ("status", "code", "kind", "text"),
    [
        (404, "NAME_UNKNOWN", NotFoundError, "team/app not found: name unknown"),
        (404, "", NotFoundError, "team/app not found: received unexpected HTTP status: 404"),
        (403, "DENIED", NotFoundError, "pull access denied for"),
        (429, "TOOMANYREQUESTS", SystemFailureError, "cannot list the tags of"),
        (500, "", SystemFailureError, "cannot list the tags of"),
    ],
)
def test_refusals_are_told(
    tmp_path: Path, status: int, code: str, kind: type[EngineError], text: str
) -> None:
    body = json.dumps({"errors": [{"code": code, "message": "no"}]}) if code else ""
    with raised(kind, text):
        tags_of(tmp_path, lambda _: web.Response(status=status, text=body))


def test_a_registry_that_does_not_come_to_an_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "TAGS_LIMIT", 0.0)
    with raised(SystemFailureError, "did not tell all tags in time"):
        tags_of(tmp_path, lambda _: page_of(["a"]))


def test_an_id_is_in_no_registry(tmp_path: Path) -> None:
    config = EngineConfig(tmp_path / "engine.sock", tmp_path, tmp_path)
    with raised(InvalidParameterError, "an id is in no registry"):
        asyncio.run(distribution.tags(config, f"sha256:{'a' * 64}", Credentials()))
