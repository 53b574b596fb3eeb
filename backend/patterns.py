"""What filters' values mean to dockerd: regular expressions in names, Go's words for truth.

Source: dockerd, `api/types/filters` (Args.Match); Go's strconv.ParseBool.
"""

from contextlib import suppress

from backend.go_expressions import BadExpressionError, compiled

TRUE_WORDS = frozenset({"1", "t", "T", "true", "TRUE", "True"})
FALSE_WORDS = frozenset({"0", "f", "F", "false", "FALSE", "False"})


def fits_pattern(pattern: str, name: str) -> bool:
    """Return whether a name is what a filter says, or holds what it describes as a regular expression."""
    if pattern == name:
        return True
    with suppress(BadExpressionError):  # dockerd passes over what is no expression
        return compiled(pattern)(name)
    return False
