"""Results as contexts of other builds."""

import asyncio

import pytest

from backend.buildkit.builds import Builds
from backend.buildkit.linked_results import definition_of, with_images, with_results
from backend.buildkit.protocol.control_pb2 import Definition
from backend.errors import EngineError, InvalidParameterError, NotFoundError, NotSupportedError


def test_a_result_comes_back_as_a_context() -> None:
    attributes = {"context:below": "input:0-base", "context:more": "local:more", "target": "input:0-base"}
    found = with_results(attributes, {"0-base": definition_of("some-1")})
    assert found == attributes | {"context:below": "marina-result://some-1"}


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        ({}, InvalidParameterError),
        ({"x": Definition(operations=[b"\xff"])}, InvalidParameterError),
        ({"x": Definition()}, NotSupportedError),
        ({"x": Definition(operations=[b""])}, NotSupportedError),
    ],
)
def test_inputs_that_are_no_results(inputs: dict[str, Definition], error: type[EngineError]) -> None:
    with pytest.raises(error):
        with_results({"context:below": "input:x"}, inputs)


async def test_whoever_waits_for_a_build_that_fails_is_told() -> None:
    builds = Builds()
    build = builds.begin("first")
    attributes = {"context:below": f"marina-result://{build.add_result({})}"}
    waiting = asyncio.ensure_future(with_images(attributes, builds.image_of))
    await asyncio.sleep(0)
    builds.end(build)
    with pytest.raises(InvalidParameterError, match="has failed"):
        await waiting
    with pytest.raises(InvalidParameterError, match="has failed"):
        await builds.image_of("first-1")
    with pytest.raises(NotFoundError):
        await builds.image_of("other-1")
