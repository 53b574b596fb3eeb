"""What is typed into the filter of the containers: words, of which some say where they are looked for."""

from collections.abc import Callable

from app.services.engine.engine_types import ContainerState
from app.viewmodels.containers.container_rows import ContainerRow

_COMPOSE = "com.docker.compose."  # of its labels only project and service are names that people know
_NAMED = ("project", "service")
_UNFINISHED = {"name:", "image:", "port:", "label:", "is:"}  # nothing was typed behind them yet


def parse_filter(
    needle: str, text_of: Callable[[ContainerRow], str]
) -> Callable[[ContainerRow], bool] | None:
    """Return whether a row has all words of `needle`, None where there are none.

    `name:`, `image:`, `port:`, `label:` and `is:` (running, stopped, paused …) say where a word is looked
    for; all others are looked for in what `text_of` returns.
    """
    words = [word for word in needle.casefold().split() if word not in _UNFINISHED]
    if not words:
        return None
    return lambda row: all(_fits(word, row, text_of) for word in words)


def searched_text(row: ContainerRow) -> str:
    """Return where a word without a prefix is looked for."""
    ports = " ".join(text for text, _ in row.links)
    return f"{row.name} {row.image} {row.short_id} {ports} {' '.join(_labels(row))}".casefold()


def _fits(word: str, row: ContainerRow, text_of: Callable[[ContainerRow], str]) -> bool:
    kind, _, value = word.partition(":")
    if kind == "name":
        return value in row.name.casefold()
    if kind == "image":
        return value in row.image.casefold()
    if kind == "port":
        numbers = (number for text, _ in row.links for number in text.partition("/")[0].split(":"))
        return any(number.startswith(value) for number in numbers)
    if kind == "label":
        return any(value in label.casefold() for label in _labels(row))
    if kind == "is":
        return _is(value, row)
    return word in text_of(row)


def _is(value: str, row: ContainerRow) -> bool:
    if "running".startswith(value):
        return row.is_running and row.container.state is not ContainerState.PAUSED
    if "stopped".startswith(value):
        return not row.is_running
    return row.container.state.value.startswith(value)


def _labels(row: ContainerRow) -> list[str]:
    return [
        f"{name}={value}"
        for name, value in row.container.labels.items()
        if not name.startswith(_COMPOSE) or name.removeprefix(_COMPOSE) in _NAMED
    ]
