"""What a Dockerfile takes of its context, how its steps are called, and what clients may ask for."""

import pytest

from backend.builder.dockerfile.instruction_parser import parse_dockerfile
from backend.builder.progress.progress import Step
from backend.builder.progress.shown_code import shown_code
from backend.buildkit.context_paths import context_paths
from backend.buildkit.frontend_options import read_frontend_options
from backend.buildkit.step_names import image_name, step_places
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


def steps(*stages: tuple[str, str, list[str]]) -> list[Step]:
    """Return the steps of stages with these names, images that they begin with, and instructions."""
    found: list[Step] = []
    for number, (name, base, codes) in enumerate(stages):
        for code in codes:
            image = base if code.startswith("FROM") else ""
            found.append(Step(len(found) + 1, 99, code, name, number, 1, 1, base=image))
    return found


def test_places_of_steps() -> None:
    one = steps(("0", "busybox", ["FROM busybox", "ENV a=b", "RUN x", "WORKDIR /y"]))
    assert step_places(one) == {1: "[1/3]", 3: "[2/3]", 4: "[3/3]"}
    assert step_places(one, "linux/arm64")[1] == "[linux/arm64 1/3]"
    several = steps(
        ("build", "a.example/b:c", ["FROM --platform=$X a.example/b:c AS build", "RUN x"]),
        ("1", "", ["FROM build", "COPY a b"]),
        ("2", "", ["FROM scratch", "COPY --from=build a b"]),
        ("3", "alpine", ["FROM $BASE", *["ADD a b"] * 9]),
    )
    places = step_places(several)
    assert [places[number] for number in (1, 2, 4, 6)] == [
        *("[build 1/2]", "[build 2/2]", "[stage-1 1/1]", "[stage-2 1/1]")
    ]
    assert (places[7], places[16]) == ("[stage-3  1/10]", "[stage-3 10/10]")
    assert 3 not in places


def test_whole_names_of_images() -> None:
    names = {"busybox": "docker.io/library/busybox:latest", "a.example/b:c": "a.example/b:c", "$A": "$A"}
    assert {name: image_name(name) for name in names} == names


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("run echo \"$A\" '$A' $B ${B} ${B:-c} \\$A", "RUN echo \"a b\" '$A' $B ${B} c $A"),
        ('COPY --from=x "$A" $B/c', "COPY --from=x a b /c"),
        ("RUN echo 'it", "RUN echo 'it"),
        ("RUN <<E\n\n  set $A\n  true\nE", "RUN <<E (set a b...)"),
        ("RUN <<E sh\ntrue\nE", "RUN <<E sh"),
    ],
)
def test_code_as_it_is_shown(line: str, shown: str) -> None:
    (step,) = parse_dockerfile(f"FROM busybox\n{line}\n").stages[0].instructions
    assert shown_code(step, {"A": "a b"}, "\\") == shown


def test_attributes_that_are_refused() -> None:
    with pytest.raises(NotSupportedError, match="unsupported request"):
        read_frontend_options({"requestid": "frontend.outline"})
    with pytest.raises(NotSupportedError):
        read_frontend_options({"context": "https://a.example/x.tar", "dockerfilekey": "dockerfile"})


def test_the_defaults() -> None:
    options = read_frontend_options({"filename": "", "context:more": "local:more"})
    assert (options.filename, options.context_folder, options.pull) == ("Dockerfile", "context", False)
    assert dict(options.named_contexts) == {"more": "local:more"}
