"""Go's regular expressions: what they find, what is none, and that none takes long."""

import random
import re

import pytest

from backend.containers.logs.log_config import check_log_config
from backend.errors import InvalidParameterError
from backend.go_expressions import BadExpressionError, Expression, compiled
from backend.patterns import fits_pattern

PIECES = ("a", "b", "ab", ".", "[ab]", "[^a]", "(a|b)", "(?:ab|b)",
          "^", "$", r"\d", r"\w", r"\b", "(a*)", "(?i:A)")  # fmt: skip
REPEATS = ("", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?")


def test_they_find_what_pythons_find() -> None:
    """Expressions made at random, in texts made at random: both matchers agree."""
    generator = random.Random(11)
    for _ in range(1500):
        text = "".join(
            generator.choice(PIECES) + generator.choice(REPEATS) for _ in range(generator.randrange(1, 5))
        )
        if generator.random() < 0.3:
            text += "|" + generator.choice(PIECES)
        try:
            expected = re.compile(text.replace("$", r"\Z"), re.ASCII)
        except re.error:
            continue
        expression = Expression(text)
        for _ in range(5):
            name = "".join(generator.choice("abA1- ") for _ in range(generator.randrange(7)))
            assert expression.is_in(name) == (expected.search(name) is not None), (text, name)


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("", ["", "x"], []),
        ("^web-", ["web-1"], ["my-web-1", "web"]),
        ("1$", ["web-1"], ["web-1\n", "1-web"]),
        (r"^/?web[-_]\d+\z", ["web-12", "/web_1"], ["web-", "web-1x"]),
        ("(?i)WEB|db", ["web", "DB"], ["x"]),
        ("(?i:W)eb", ["web", "Web"], ["wEB"]),
        ("a(?i)b|c", ["aB", "C"], ["Ab"]),
        (r"\Qa.b*\E+$", ["a.b**"], ["axb*"]),
        ("[[:alpha:][:digit:]]{3}", ["a1b"], ["a-1"]),
        (r"^[\D\]-]+$", ["a]-"], ["1"]),
        ("[]a]", ["]"], ["b"]),
        (r"\x41\x{62}\101", ["AbA"], ["Abb"]),
        ("(?P<n>a)(?<m>b)", ["ab"], ["a"]),
        ("x{,2}", ["x{,2}"], ["xx"]),
        (r"\.", ["a.b"], ["ab"]),
        ("(?s)a.b", ["a\nb"], []),
        ("a.b", ["axb"], ["a\nb"]),
        ("(?m)^b$", ["a\nb\nc"], ["ab"]),
    ],
)
def test_syntax(text: str, found: list[str], not_found: list[str]) -> None:
    """Go's own constructs, and those that it takes otherwise than Python."""
    fits = compiled(text)
    assert [name for name in found + not_found if fits(name)] == found


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a(", "missing closing ): `a(`"),
        ("a)", "unexpected ): `a)`"),
        ("[a", "missing closing ]: `[a`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?<!a)", "invalid or unsupported Perl syntax: `(?<`"),
        (r"(a)\1", r"invalid escape sequence: `\1`"),
        (r"\q", r"invalid escape sequence: `\q`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("a\\", "trailing backslash at end of expression: ``"),
        ("(" * 5000, "expression nests too deeply"),
        ("((a{100}){100}){100}", "expression too large"),
        ("(((){1000}){1000}){1000}", "expression too large"),
    ],
)
def test_what_is_none(text: str, complaint: str) -> None:
    """Told as Go tells it; a filter passes over it."""
    with pytest.raises(BadExpressionError) as failure:
        compiled(text)
    assert str(failure.value) == complaint
    assert not fits_pattern(text, "web")
    with pytest.raises(InvalidParameterError) as refusal:
        check_log_config({"Type": "json-file", "Config": {"labels-regex": text}})
    assert refusal.value.message.endswith(
        f": failed to initialize logging driver: error parsing regexp: {complaint}"
    )


@pytest.mark.parametrize("text", ["(a+)+b", "(a|a)*b", "(a*)*b", "(.*a){20}b", "((a?){20}){20}b"])
def test_none_takes_long(text: str) -> None:
    """Python's own matcher does not come back from these."""
    assert not fits_pattern(text, "a" * 100)
    assert fits_pattern(text, "a" * 40 + "b")
