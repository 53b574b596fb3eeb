"""Results of builds as contexts of other builds: bake's `target:`, compose's `service:`.

A client has a result as a definition of what it is made by, puts that into the next build unread, and names
it `input:` there. Here a definition says which result it is, and nothing else.

Source: BuildKit's `client/llb/definition.go`, `frontend/dockerui/namedcontext.go`; buildx's `build`.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping

from google.protobuf.message import DecodeError

from backend.buildkit.context_paths import IMAGE_SCHEME
from backend.buildkit.protocol.control_pb2 import Definition, Operation
from backend.errors import InvalidParameterError, NotSupportedError
from backend.images.image import Image

RESULT_SCHEME, INPUT_SCHEME = "marina-result://", "input:"
CONTEXT = "context:"


def definition_of(result_id: str) -> Definition:
    """Return the definition that stands for a result."""
    source = Operation()
    source.source.identifier = f"{RESULT_SCHEME}{result_id}"
    data = source.SerializeToString()
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    last = Operation()
    last.inputs.add(digest=digest)
    definition = Definition(operations=[data, last.SerializeToString()])
    definition.metadata[digest].SetInParent()
    return definition


def with_results(attributes: Mapping[str, str], inputs: Mapping[str, Definition]) -> dict[str, str]:
    """Return a build's attributes where contexts that are inputs are named as the results that they are.

    Raises InvalidParameterError, NotSupportedError.
    """
    found = dict(attributes)
    for name, where in attributes.items():
        if name.startswith(CONTEXT) and where.startswith(INPUT_SCHEME):
            key = where.removeprefix(INPUT_SCHEME)
            if key not in inputs:
                raise InvalidParameterError(f"invalid input {key[:200]}")
            found[name] = _identifier(inputs[key])
    return found


async def with_images(
    attributes: Mapping[str, str], image_of: Callable[[str], Awaitable[Image]]
) -> dict[str, str]:
    """Return a build's attributes where results are images; waits until they are built.

    Raises EngineError.
    """
    found = dict(attributes)
    for name, where in attributes.items():
        if name.startswith(CONTEXT) and where.startswith(RESULT_SCHEME):
            image = await image_of(where.removeprefix(RESULT_SCHEME))
            found[name] = f"{IMAGE_SCHEME}{image.id}"
    return found


def _identifier(definition: Definition) -> str:
    for data in definition.operations:
        try:
            identifier = Operation.FromString(data).source.identifier
        except DecodeError as error:
            raise InvalidParameterError(f"damaged definition: {error}") from error
        if identifier.startswith(RESULT_SCHEME):
            return str(identifier)
    raise NotSupportedError("builds from LLB are not supported: build from a Dockerfile")
