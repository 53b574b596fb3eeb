"""What a Dockerfile takes of its context, how its steps are called, and what clients may ask for."""

import pytest

from backend.builder.instruction_parser import parse_dockerfile
from backend.builder.progress import Step
from backend.buildkit.context_paths import context_paths
from backend.buildkit.frontend_options import read_frontend_options
from backend.buildkit.step_names import step_names
from backend.errors import NotSupportedError


@pytest.mark.parametrize(
    ("steps", "paths"),
    [
        ("COPY a ./b/ /c /x/", ["a", "b", "c"]),
        ("COPY --from=other a /\nADD https://example.com/f x.tar /", ["x.tar"]),
        ("COPY a*/?.txt /\nWORKDIR /x\nRUN true", ["a*/?.txt"]),
        ("RUN --mount=type=bind,source=src,target=/src true\nRUN --mount=type=cache,target=/c true", ["src"]),
        ("RUN --mount=type=bind,from=other,source=src,target=/src true", []),
        ("RUN true", []),
        ("COPY . /", None),
        ("COPY / /", None),
        ("COPY a/.. /", None),
        ("COPY ../a /", None),
        ("COPY a $b /", None),
        ("COPY --parents **/a /", None),
        ("RUN --mount=type=bind,target=/src true", None),
        ("RUN --mount=target=/src,source=$x true", None),
    ],
)
def test_paths_that_are_taken(steps: str, paths: list[str] | None) -> None:
    assert context_paths(parse_dockerfile(f"FROM other AS other\nFROM busybox\n{steps}\n")) == paths


def steps(*stages: tuple[str, list[str]]) -> list[Step]:
    """Return the steps of stages with these names and instructions."""
    found: list[Step] = []
    for number, (name, codes) in enumerate(stages):
        for code in codes:
            found.append(Step(len(found) + 1, 99, code, name, number, 1, 1))
    return found


def test_names_of_steps() -> None:
    one = steps(("0", ["FROM busybox", "ENV a=b", "RUN x", "WORKDIR /y"]))
    assert step_names(one) == {
        1: "[1/3] FROM docker.io/library/busybox:latest",
        3: "[2/3] RUN x",
        4: "[3/3] WORKDIR /y",
    }
    several = steps(
        ("build", ["FROM --platform=$X a.example/b:c AS build", "RUN x"]),
        ("1", ["FROM build", "COPY a b"]),
        ("2", ["FROM scratch", "COPY --from=build a b"]),
        ("3", ["FROM $BASE", *["ADD a b"] * 9]),
    )
    names = step_names(several)
    assert [names[number] for number in (1, 2, 4, 6)] == [
        "[build 1/2] FROM a.example/b:c",
        "[build 2/2] RUN x",
        "[stage-1 1/1] COPY a b",
        "[stage-2 1/1] COPY --from=build a b",
    ]
    assert (names[7], names[16]) == ("[stage-3  1/10] FROM $BASE", "[stage-3 10/10] ADD a b")
    assert 3 not in names


def test_attributes_that_are_refused() -> None:
    with pytest.raises(NotSupportedError, match="unsupported request"):
        read_frontend_options({"requestid": "frontend.outline"})
    with pytest.raises(NotSupportedError):
        read_frontend_options({"context": "https://a.example/x.tar", "dockerfilekey": "dockerfile"})


def test_the_defaults() -> None:
    options = read_frontend_options({"filename": "", "context:more": "local:more"})
    assert (options.filename, options.context_folder, options.pull) == ("Dockerfile", "context", False)
    assert dict(options.named_contexts) == {"more": "local:more"}
