"""What `docker logs --details` puts before each line: labels, variables and a tag that log options name.

Source: Docker's json-file driver, options `labels`, `labels-regex`, `env`, `env-regex`, `tag`.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote_plus

from backend.containers.container import ContainerRecord
from backend.errors import InvalidParameterError
from backend.patterns import fits_pattern

PLACE = re.compile(r"\{\{\s*(?:\.(\w+))?\s*\}\}")
FIELDS = ("ID", "FullID", "Name", "ImageID", "ImageFullID", "ImageName", "DaemonName")


def check_tag(template: str) -> None:
    """Refuse a tag that is no template of ours. Raises InvalidParameterError."""
    for match in PLACE.finditer(template):
        if match[1] not in FIELDS:
            raise InvalidParameterError(
                f"template: log-tag: there is no field {match[1] or match[0]}; there are {', '.join(FIELDS)}"
            )
    if "{{" in PLACE.sub("", template):
        raise InvalidParameterError("template: log-tag:1: unclosed action, or one that is not a single field")


def details_of(record: ContainerRecord) -> bytes:
    """Return what stands before each line, sorted by name; only a space when there is nothing to tell."""
    options: Mapping[str, str] = record.host_config["LogConfig"]["Config"]
    labels = record.config["Labels"] or {}
    variables = dict(entry.partition("=")[::2] for entry in record.config["Env"] or ())
    found = {
        **_chosen(labels, options.get("labels"), options.get("labels-regex")),
        **_chosen(variables, options.get("env"), options.get("env-regex")),
    }
    if tag := options.get("tag"):
        found["tag"] = _render(tag, record)
    pairs = [f"{quote_plus(name)}={quote_plus(value)}" for name, value in sorted(found.items())]
    return f"{','.join(pairs)} ".encode()


def _chosen(values: Mapping[str, str], names: str | None, pattern: str | None) -> dict[str, str]:
    wanted = (names or "").split(",")
    return {
        name: value
        for name, value in values.items()
        if name in wanted or (pattern and fits_pattern(pattern, name))
    }


def _render(template: str, record: ContainerRecord) -> str:
    image_id = record.image_id.removeprefix("sha256:")
    values = {
        "ID": record.id[:12],
        "FullID": record.id,
        "Name": record.name,
        "ImageID": image_id[:12],
        "ImageFullID": record.image_id,
        "ImageName": record.image_reference,
        "DaemonName": "docker",
    }
    return PLACE.sub(lambda match: values[match[1]], template)
