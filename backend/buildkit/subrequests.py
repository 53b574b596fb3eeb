"""What clients ask of the Dockerfile frontend in place of a build: `docker build --call`.

Source: BuildKit's `frontend/subrequests` (outline, targets, lint, describe).
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from backend.builder.build_args import platform_arguments
from backend.builder.build_context import scratch_folder
from backend.builder.dockerfile import lint, outline
from backend.builder.dockerfile.lint_checks import ARGUMENT
from backend.builder.dockerfile.outline import Parameter
from backend.builder.git import git_sources
from backend.buildkit.build_inputs import BuildInputs
from backend.buildkit.build_status import BuildStatus
from backend.buildkit.dockerfile_frontend import UPLOADS
from backend.buildkit.failures import located
from backend.buildkit.frontend_options import FrontendOptions, read_frontend_options
from backend.buildkit.sessions import Session
from backend.errors import EngineError, InvalidParameterError, NotSupportedError
from backend.state_files import StateFiles
from backend.tasks import in_thread_to_end

REQUEST = "requestid"
VERSION = "1.0.0"
JSON, TEXT = "result.json", "result.txt"

Value = dict[str, Any]
Answer = Callable[[str, FrontendOptions], Value | list[Value]]


async def answer(
    files: StateFiles, session: Session, attributes: Mapping[str, str], status: BuildStatus
) -> dict[str, bytes]:
    """Return what the client shows. Raises EngineError."""
    name = attributes[REQUEST]
    if name not in ANSWERS:
        raise InvalidParameterError(f"unsupported request {name[:200]}")
    options = read_frontend_options({key: value for key, value in attributes.items() if key != REQUEST})
    text = ""
    async with scratch_folder(files) as scratch, AsyncExitStack() as held:
        inputs = BuildInputs(session, options, scratch, status, held)
        try:
            text = await _dockerfile(inputs, options)
            found = await in_thread_to_end(ANSWERS[name], text, options)
        except EngineError as error:
            raise located(error, options.filename, text, None) from error
    shown = _text_of_lint(found) if name == "frontend.lint" and isinstance(found, dict) else ""
    told = {JSON: json.dumps(found, indent=2).encode(), "version": VERSION.encode()}
    return told | ({TEXT: shown.encode()} if name == "frontend.lint" else {})


async def _dockerfile(inputs: BuildInputs, options: FrontendOptions) -> str:
    if options.context.startswith(UPLOADS):
        return (await inputs.uploaded_context())[1]
    if git_sources.is_context(options.context):
        return (await inputs.git_context())[1]
    if options.context:
        raise NotSupportedError("a Dockerfile at an address is built, and not asked about")
    return await inputs.dockerfile()


def _targets(text: str, options: FrontendOptions) -> Value:
    listed = [
        _filled(
            name=target.name,
            default=target.is_default,
            description=target.description,
            base=target.base,
            platform=target.platform,
            location=_location(target.first, target.last),
        )
        for target in outline.targets(text)
    ]
    return {"targets": listed, "sources": [_encoded(text)]}


def _outline(text: str, options: FrontendOptions) -> Value:
    target = options.attributes.get("target", "")
    automatic = platform_arguments(options.platforms()[0], target)
    found = outline.outline(text, target, options.build_arguments, automatic)
    return _filled(
        name=found.name,
        description=found.description,
        args=[_parameter(one) for one in found.arguments],
        secrets=[_parameter(one) for one in found.secrets],
        ssh=[_parameter(one) for one in found.agents],
        sources=[_encoded(text)],
    )


def _parameter(one: Parameter) -> Value:
    return _filled(
        name=one.name,
        description=one.description,
        value=one.value,
        required=one.required,
        location=_location(one.first, one.last),
    )


def _lint(text: str, options: FrontendOptions) -> Value:
    outline.targets(text)  # what cannot be built is an error
    warnings = [
        {
            "ruleName": one.rule,
            "description": one.description,
            "url": one.address,
            "detail": one.detail,
            "location": _location(one.first, one.last),
        }
        for one in lint.find(text, options.build_arguments.get(ARGUMENT, ""))
    ]
    source = {"filename": options.filename, "data": _encoded(text), "language": "Dockerfile"}
    return {"warnings": warnings, "sources": [source]}


def _text_of_lint(found: Value) -> str:
    """Return findings for clients that do not know their form."""
    lines: list[str] = []
    for one in found["warnings"]:
        place = f"{found['sources'][0]['filename']}:{one['location']['ranges'][0]['start']['line']}"
        lines += [f"{one['ruleName']} - {one['url']}", one["detail"], place, ""]
    return "\n".join(lines)


def _describe(text: str, options: FrontendOptions) -> list[Value]:
    return [
        {
            "name": name,
            "version": VERSION,
            "type": "rpc",
            "description": description,
            "opts": [{"name": "target", "description": "Target build stage"}] if has_target else [],
            "inputs": None,
            "metadata": [{"name": JSON, "description": ""}],
            "refs": None,
        }
        for name, description, has_target in (
            ("frontend.outline", "List all parameters current build target supports", True),
            ("frontend.targets", "List all targets current build supports", False),
            ("frontend.lint", "Lint a Dockerfile", False),
            ("frontend.subrequests.describe", "List available subrequest types", False),
        )
    ]


ANSWERS: Mapping[str, Answer] = {
    "frontend.targets": _targets,
    "frontend.outline": _outline,
    "frontend.lint": _lint,
    "frontend.subrequests.describe": _describe,
}


def _location(first: int, last: int) -> Value:
    return {"ranges": [{"start": {"line": first}, "end": {"line": last}}]}


def _filled(**values: str | bool | Value | Sequence[Any]) -> Value:
    """Return the values that say something, as Go leaves out empty ones."""
    return {name: value for name, value in values.items() if value}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode(errors="replace")).decode()
