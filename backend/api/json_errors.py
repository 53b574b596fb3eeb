"""What is wrong with a text that is no JSON, in the words of Go's `encoding/json`."""

import json

EARLY_END = "unexpected EOF"
PLACES = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
    "Invalid control character at": "in string literal",
    "Invalid \\escape": "in string escape code",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Illegal trailing comma before end of array": "looking for beginning of value",
}
"""Where a character cannot be, by what Python says of it."""


def explain(error: json.JSONDecodeError) -> str:
    """Return dockerd's message for a body that Python cannot read."""
    if error.msg == "Extra data":
        return "unexpected content after JSON"
    found = error.doc[error.pos :]
    if "control character" not in error.msg:
        found = found.lstrip()
    place = PLACES.get(error.msg.removesuffix(": "))
    if not found or error.msg.startswith("Unterminated"):
        return f"invalid JSON: {EARLY_END}"
    if place is None:
        return f"invalid JSON: {error}"
    if error.msg.startswith(("Invalid \\escape", "Illegal")):  # what is told of comes behind it
        found = found[1:].lstrip()
    return f"invalid JSON: invalid character {_quoted(found[:1])} {place}"


def _quoted(character: str) -> str:
    if character == "'":
        return r"'\''"
    return "'" + (character if character == '"' else json.dumps(character)[1:-1]) + "'"
