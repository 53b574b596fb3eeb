"""What a container has from its image, told apart from its own settings: a newer image brings other ones.

Source: dockerd, `runconfig` and `daemon/commit.go` (`merge`): how an image's settings become a container's.
"""

from collections.abc import Mapping
from typing import Any

from app.services.engine.json_values import get_object, get_texts

_SINGLE = ("WorkingDir", "User", "StopSignal", "Shell", "Healthcheck", "OnBuild")
_BY_NAME = ("Labels", "ExposedPorts", "Volumes")


def drop_inherited(config: Mapping[str, Any], image: Mapping[str, Any]) -> dict[str, Any]:
    """Return a container's Config without what its image's Config says as well."""
    own = dict(config)
    usual = set(get_texts(image, "Env"))
    own["Env"] = [line for line in get_texts(config, "Env") if line not in usual]
    for name in _BY_NAME:
        if name in own:
            theirs = get_object(image, name)
            own[name] = {
                key: value
                for key, value in get_object(config, name).items()
                if key not in theirs or theirs[key] != value
            }
    for name in _SINGLE:
        if own.get(name) == image.get(name):
            own.pop(name, None)
    # An entrypoint of its own takes the image's command away, too: then both are the container's.
    if (own.get("Entrypoint") or None) == (image.get("Entrypoint") or None):
        own.pop("Entrypoint", None)
        if (own.get("Cmd") or None) == (image.get("Cmd") or None):
            own.pop("Cmd", None)
    return own


def inherited_changes(
    config: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[list[str], list[str]]:
    """Return what a container loses and gets when its image's Config `before` becomes `after`.

    A line each, as Dockerfiles write it: "ENV PATH=/bin". What the container sets itself is left out.
    """
    own = drop_inherited(config, before)
    names = {line.partition("=")[0] for line in get_texts(own, "Env")}
    was, will = _lines(before, own, names), _lines(after, own, names)
    return [line for line in was if line not in will], [line for line in will if line not in was]


def _lines(image: Mapping[str, Any], own: Mapping[str, Any], names: set[str]) -> list[str]:
    lines = [f"ENV {line}" for line in get_texts(image, "Env") if line.partition("=")[0] not in names]
    for word, name in (("ENTRYPOINT", "Entrypoint"), ("CMD", "Cmd")):
        if image.get(name) and name not in own and "Entrypoint" not in own:
            lines.append(f"{word} {' '.join(get_texts(image, name))}")
    for word, name in (("USER", "User"), ("WORKDIR", "WorkingDir"), ("STOPSIGNAL", "StopSignal")):
        if image.get(name) and not own.get(name):
            lines.append(f"{word} {image[name]}")
    lines += [f"EXPOSE {port}" for port in get_object(image, "ExposedPorts")]
    lines += [f"VOLUME {folder}" for folder in get_object(image, "Volumes")]
    return lines
