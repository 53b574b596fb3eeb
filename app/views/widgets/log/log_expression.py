"""An expression that a user types to search with: no line takes it long, whatever it is.

Python's `re` has no end for `(a+)+$` on a long line, and holds all threads meanwhile. PCRE2, which comes
with Qt, counts its steps. Source: pcre2pattern, "Setting match resource limits".
"""

import time

from PySide6.QtCore import QRegularExpression

_MOST_STEPS = 100_000  # for one match: 0.2 ms
_MOST_SECONDS = 0.004  # for all matches of a line
_ONE_UNIT = "\uffff"  # the last character that is one unit in UTF-16


class LogExpression:
    """Finds an expression in one line after another; upper and lower case are the same."""

    def __init__(self, pattern: str) -> None:
        """Raises ValueError, saying what is wrong, where `pattern` is no expression."""
        # Limits are taken at the beginning only: after the empty group, `pattern` cannot set another one.
        self._expression = QRegularExpression(
            f"(*LIMIT_MATCH={_MOST_STEPS})(?:){pattern}",
            QRegularExpression.PatternOption.CaseInsensitiveOption,
        )
        if not self._expression.isValid():
            raise ValueError(self._expression.errorString())
        self._expression.optimize()

    def find(self, text: str) -> list[tuple[int, int]]:
        """Return column and length of each match that is not empty.

        Raises TimeoutError when it takes too long to find them all.
        """
        found: list[tuple[int, int]] = []
        limit, end = time.monotonic() + _MOST_SECONDS, 0
        matches = self._expression.globalMatch(text)
        while matches.hasNext():
            match = matches.next()
            end = match.capturedEnd()
            if match.capturedLength():
                found.append((match.capturedStart(), match.capturedLength()))
            if time.monotonic() > limit:
                raise TimeoutError
        # "No more" and "given up" look the same above.
        if not self._expression.match(text, end).isValid():
            raise TimeoutError
        return _to_characters(text, found) if found and max(text) > _ONE_UNIT else found


def _to_characters(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what was counted in Qt's units, of which an emoji has two, in characters."""
    place_of: list[int] = []
    for place, letter in enumerate(text):
        place_of += [place] * (2 if letter > _ONE_UNIT else 1)
    place_of.append(len(text))
    return [(place_of[start], place_of[start + size] - place_of[start]) for start, size in found]
