"""Comparing two answers to the same call: status, error text, type and shape."""

import re
from collections.abc import Iterator
from typing import Any

from tests.contract.shapes import differences
from tests.support.api_client import Answer


def compare(ours: Answer, theirs: Answer) -> Iterator[str]:
    """Yield how our answer differs from theirs."""
    if ours.status != theirs.status:
        yield f"{ours.status} {text_of(ours)} instead of {theirs.status} {text_of(theirs)}"
    elif theirs.status >= 400:
        if text_of(ours) != text_of(theirs):
            yield f"{text_of(ours)} instead of {text_of(theirs)}"
    else:
        if ours.headers.get("Content-Type") != theirs.headers.get("Content-Type"):
            yield f"type {ours.headers.get('Content-Type')} instead of {theirs.headers.get('Content-Type')}"
        yield from differences(_json(ours), _json(theirs))


def text_of(answer: Answer) -> str:
    """Return an error's text, or the beginning of another answer, ids replaced."""
    text = answer.message if answer.status >= 400 else answer.body.decode(errors="replace")
    return re.sub(r"[0-9a-f]{12,64}", "ID", text.strip())[:200]


def _json(answer: Answer) -> Any:
    if not (answer.headers.get("Content-Type") or "").startswith("application/json"):
        return None
    lines = answer.lines
    return lines[0] if len(lines) == 1 else None  # a stream of messages has no shape
