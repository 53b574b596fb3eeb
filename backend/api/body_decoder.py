"""Reading a body as Go's `encoding/json` does: fields by names in any case, errors in its words.

Fields that the types do not name are passed on as they are. Source: Go 1.24, `encoding/json/decode.go`.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from backend.api.body_types import NAMED, STRUCTS, WORDS
from backend.errors import InvalidParameterError

EMBEDDED = "embedded "
NUMBERS = {
    "int": range(-(2**63), 2**63),
    "int64": range(-(2**63), 2**63),
    "uint": range(2**64),
    "uint16": range(2**16),
    "uint32": range(2**32),
    "uint64": range(2**64),
}
ZEROES: dict[str, Any] = {"string": "", "bool": False, **dict.fromkeys(NUMBERS, 0)}


def decode(value: Any, kind: str) -> Any:
    """Return `value`, which JSON was read to, with its fields under their own names.

    Raises InvalidParameterError for the first value that is not of its type.
    """
    return _Decoder().read(value, kind)


class _Decoder:
    """Where the decoding stands: the struct that is being filled, and the fields that led to it."""

    def __init__(self) -> None:
        self._struct = ""
        self._path: tuple[str, ...] = ()

    def read(self, value: Any, kind: str) -> Any:
        kind = kind.removeprefix("*")
        if value is None:
            return None
        if kind == WORDS:
            return self._words(value)
        if kind in STRUCTS:
            return self._fields(self._checked(value, dict, kind), kind)
        below = NAMED.get(kind, kind)
        if below.startswith("map[string]"):
            of = below.removeprefix("map[string]")
            return {key: self._item(item, of) for key, item in self._checked(value, dict, kind).items()}
        if below.startswith("["):
            of = below.partition("]")[2]
            return [self._item(item, of) for item in self._checked(value, list, kind)]
        if below in NUMBERS:
            return self._number(value, kind, NUMBERS[below])
        return self._checked(value, bool if below == "bool" else str, kind)

    def _item(self, value: Any, kind: str) -> Any:
        return ZEROES.get(NAMED.get(kind, kind)) if value is None else self.read(value, kind)

    def _fields(self, value: Mapping[str, Any], kind: str) -> dict[str, Any]:
        fields, folded = _fields_of(kind)
        struct, path = self._struct, self._path
        found: dict[str, Any] = {}
        for key, item in value.items():
            name = key if key in fields else folded.get(key.casefold(), "")
            if not name:
                found[key] = item
                continue
            way, of = fields[name]
            self._struct, self._path = kind.rpartition(".")[2], (*path, *way, name)
            found[name] = self.read(item, of)
        self._struct, self._path = struct, path
        return found

    def _words(self, value: Any) -> list[Any] | None:
        if isinstance(value, list) and all(item is None or isinstance(item, str) for item in value):
            return [item or "" for item in value]
        return [self._checked(value, str, "string")]

    def _number(self, value: Any, kind: str, allowed: range) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._mismatch(_name_of(value), kind)
        if not isinstance(value, int) or value not in allowed:
            raise self._mismatch(f"number {json.dumps(value)}", kind)
        return value

    def _checked(self, value: Any, wanted: type, kind: str) -> Any:
        if not isinstance(value, wanted):
            raise self._mismatch(_name_of(value), kind)
        return value

    def _mismatch(self, what: str, kind: str) -> InvalidParameterError:
        where = f"struct field {'.'.join((self._struct, *self._path))}" if self._path else "value"
        return InvalidParameterError(
            f"invalid JSON: json: cannot unmarshal {what} into Go {where} of type {kind}"
        )


def _name_of(value: Any) -> str:
    names = ((bool, "bool"), (str, "string"), (int, "number"), (float, "number"), (list, "array"))
    return next((name for kind, name in names if isinstance(value, kind)), "object")


@cache
def _fields_of(kind: str) -> tuple[dict[str, tuple[tuple[str, ...], str]], dict[str, str]]:
    """Return a struct's fields with the embedded structs on the way to each, and their names by any case."""
    fields: dict[str, tuple[tuple[str, ...], str]] = {}
    for name, of in STRUCTS[kind].items():
        if of.startswith(EMBEDDED):
            inner = _fields_of(of.removeprefix(EMBEDDED))[0]
            fields |= {own: ((name, *way), kind_of) for own, (way, kind_of) in inner.items()}
        else:
            fields[name] = ((), of)
    return fields, {name.casefold(): name for name in fields}
