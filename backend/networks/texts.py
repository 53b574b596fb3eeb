"""Small things about text from callers: what can be stored, how Docker lists complaints."""

from collections.abc import Sequence


def is_clean(text: str) -> bool:
    """Return whether a text can be stored and sent: no NUL byte, no half of a surrogate pair."""
    return "\0" not in text and (text.isascii() or text.encode(errors="replace").decode() == text)


def joined(problems: Sequence[str]) -> str:
    """Return several complaints as Docker lists them, or the one."""
    return problems[0] if len(problems) == 1 else "\n".join(f"* {problem}" for problem in problems)
