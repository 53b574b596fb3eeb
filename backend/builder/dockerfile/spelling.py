"""What somebody who mistyped a word most likely meant."""

from collections.abc import Iterable

FARTHEST_SUGGESTION = 2  # changed letters
LONGEST = 20  # letters


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the first of the nearest known words, "" when none is near."""
    if len(word) > LONGEST:
        return ""
    best, least = "", FARTHEST_SUGGESTION + 1
    for name in known:
        if (distance := _edit_distance(word, name)) < least:
            best, least = name, distance
    return best


def _edit_distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for number, character in enumerate(left, 1):
        previous, row[0] = row[0], number
        for column, other in enumerate(right, 1):
            previous, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, previous + (character != other)),
            )
    return row[-1]
