"""Reads variables out of the text of a .env file, as one pastes it into the run dialog."""

import re
from collections.abc import Iterable
from pathlib import Path

from app.services.errors import ErrorCode, UserError

_MOST_BYTES = 1 << 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def parse_environment_text(text: str) -> tuple[tuple[str, str], ...]:
    """Return (name, value) pairs in order; the last value of a name wins.

    Understood are comments, `export `, and quotes around a value. Raises UserError naming the first bad line.
    """
    variables: dict[str, str] = {}
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = raw.strip().removeprefix("export ").lstrip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        name = name.strip()
        if not equals or not _NAME.fullmatch(name):
            raise UserError(
                f"Line {number} is no variable: {raw.strip()[:200]}",
                what_to_do="Write each variable on a line of its own as NAME=value.",
                code=ErrorCode.BAD_INPUT,
            )
        variables.pop(name, None)
        variables[name] = _unquote(value.strip())
    return tuple(variables.items())


def read_environment_file(path: Path) -> tuple[tuple[str, str], ...]:
    """Return the variables of a .env file. Raises UserError for one that cannot be read, or a bad line."""
    return parse_environment_text(read_environment_text(path))


def read_environment_text(path: Path) -> str:
    """Return what is in a .env file. Raises UserError for one that cannot be read, or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise UserError(
                f"The file {path} is too large for variables", "1 MB is the most.", code=ErrorCode.BAD_INPUT
            )
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"The file {path} with variables cannot be read", str(error), code=ErrorCode.BAD_INPUT
        ) from error


def format_environment(
    variables: Iterable[tuple[str, str]],
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the text that reads back as `variables`, and those that no line can hold."""
    lines: list[str] = []
    odd: list[tuple[str, str]] = []
    for name, value in variables:
        forms = (f"{name}={value}", f"{name}='{value}'", f'{name}="{value}"')
        line = next((form for form in forms if _reads_back(form, name, value)), None)
        if line is None:
            odd.append((name, value))
        else:
            lines.append(line)
    return "\n".join(lines), tuple(odd)


def _reads_back(line: str, name: str, value: str) -> bool:
    try:
        return parse_environment_text(line) == ((name, value),)
    except UserError:
        return False


def _unquote(value: str) -> str:
    quote = value[:1]
    if quote in ("'", '"') and (end := value.find(quote, 1)) > 0:
        return value[1:end]
    return re.split(r"\s#", value, maxsplit=1)[0].rstrip()
