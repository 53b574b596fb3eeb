"""Says in the window's language what the services and the machine say in English.

They know no Qt, and what they say may come over a socket, from a supervisor of another version. So the
English text itself is the code: its template is looked for among those that they use, and the values in it
are put into the translation. What is no template of theirs, such as an engine's own words, stays as it is.
"""

import re
from functools import cache

from PySide6.QtCore import QCoreApplication

_CONTEXT = "Services"
_LONGEST = 2_000
"""Characters. What is longer is no text of ours, and to look for one in it could take long."""

_SENTENCE = re.compile(r"(?<=[.!?:]) ")


def say(text: str) -> str:
    """Return the text in the window's language as far as it is known."""
    if not text or len(text) > _LONGEST or not _is_translated():
        return text
    return "\n".join(_say_line(line) for line in text.split("\n"))


def _say_line(text: str) -> str:
    found = _find(text)
    if found:
        return found
    parts = _SENTENCE.split(text)
    if len(parts) == 1:
        return text
    return " ".join(_find(part) or part for part in parts).replace("。 ", "。")


def _find(text: str) -> str:
    """Return the translation of a text that is one of the templates with its values; "" if it is none."""
    translated = QCoreApplication.translate(_CONTEXT, text)
    if translated != text:
        return translated
    for template, words, pattern in _patterns():
        if all(word in text for word in words) and (match := pattern.fullmatch(text)):
            translated = QCoreApplication.translate(_CONTEXT, template)
            return translated.format(*map(_say_line, match.groups()))
    return ""


def _is_translated() -> bool:
    probe = "Try again."
    return QCoreApplication.translate(_CONTEXT, probe) != probe


@cache
def _patterns() -> list[tuple[str, list[str], re.Pattern[str]]]:
    """Return the templates with values and the words between these; first those with the most words."""
    from app.viewmodels.wording.service_templates import TEMPLATES

    split = ((template, re.split(r"\{\d\}", template)) for template in TEMPLATES)
    found = [
        (template, words, re.compile("(.+?)".join(map(re.escape, words))))
        for template, words in split
        if len(words) > 1
    ]
    return sorted(found, key=lambda entry: -len("".join(entry[1])))
