"""Variables in a Dockerfile's words; paths that patterns choose."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.builder.copy.path_patterns import (
    deep_expression,
    excludes,
    has_wildcards,
    name_expression,
    read_ignore_file,
)
from backend.builder.dockerfile.expansion import expand_word, expand_words
from backend.errors import InvalidParameterError

VARIABLES = {"name": "value", "empty": "", "two": "a b", "path": "/a/b/c.tar.gz"}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$name", "value"),
        ("x${name}y", "xvaluey"),
        ("$names", ""),
        ("\\$name", "$name"),
        ("'$name'", "$name"),
        ('"$name"', "value"),
        ('"\\$name \\" \\x"', '$name " \\x'),
        ("a\\ b", "a b"),
        ("$", "$"),
        ("a$(b)", "a$(b)"),
        ("${name:-other}", "value"),
        ("${empty:-other}", "other"),
        ("${empty-other}", ""),
        ("${none:-$name}", "value"),
        ("${none:-${none:-deep}}", "deep"),
        ("${name:+other}", "other"),
        ("${none:+other}", ""),
        ("${empty+set}", "set"),
        ("${path#*/}", "a/b/c.tar.gz"),
        ("${path##*/}", "c.tar.gz"),
        ("${path%.*}", "/a/b/c.tar"),
        ("${path%%.*}", "/a/b/c"),
        ("${path/b/x}", "/a/x/c.tar.gz"),
        ("${path//\\//-}", "-a-b-c.tar.gz"),
        ("$1x", "x"),
    ],
)
def test_words(text: str, expanded: str) -> None:
    """Replacement as in a shell."""
    assert expand_word(text, VARIABLES, "\\") == expanded


def test_what_variables_bring_in_is_split_and_quotes_hold() -> None:
    """EXPOSE takes several ports from one variable."""
    assert expand_words('x $two "$two"', VARIABLES, "\\") == ["x", "a", "b", "a b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${x", 'failed to process "${x": unsupported modifier (\ufffd) in substitution'),
        ("${x:?}", 'failed to process "${x:?}": x: is not allowed to be unset'),
        ("${x:?why}", 'failed to process "${x:?why}": x: why'),
        ("${}", 'failed to process "${}": syntax error: bad substitution'),
        ("${name:-x", "failed to process \"${name:-x\": syntax error: missing '}'"),
        (
            "'x",
            'failed to process "\'x": unexpected end of statement while looking for matching single-quote',
        ),
    ],
)
def test_errors(text: str, message: str) -> None:
    """The same words as dockerd's."""
    with pytest.raises(InvalidParameterError) as caught:
        expand_word(text, VARIABLES, "\\")
    assert caught.value.message == message


def test_hostile_words_end_soon() -> None:
    """Neither doubling, nesting nor stars take for ever."""
    doubling = {"a": "x" * 100_000}
    for text in ("${a}" * 1000, "${a:-" * 5000, "${a##" + "*a" * 500 + "b}", "${a//*x*y/}"):
        with pytest.raises(InvalidParameterError):
            expand_word(text, doubling, "\\")


# Docker's documentation of .dockerignore, sentence by sentence.
@pytest.mark.parametrize(
    ("patterns", "excluded", "kept"),
    [
        ("*/temp*", ["somedir/temporary.txt", "somedir/temp"], ["temp", "a/b/temp"]),
        ("*/*/temp*", ["somedir/subdir/temporary.txt"], ["somedir/temp"]),
        ("temp?", ["tempa", "tempb"], ["temp", "tempaa", "x/tempa"]),
        ("**/*.go", ["a.go", "x/y/a.go"], ["a.goo"]),
        ("*.md\n!README.md", ["a.md"], ["README.md", "x/a.md"]),
        ("*.md\n!README*.md\nREADME-secret.md", ["a.md", "README-secret.md"], ["README-x.md"]),
        ("*.md\nREADME-secret.md\n!README*.md", ["a.md"], ["README-secret.md"]),
        ("/foo/bar", ["foo/bar", "foo/bar/deep"], ["foo", "x/foo/bar"]),
        ("foo/bar/", ["foo/bar", "foo/bar/x"], ["foo/barx"]),
        ("# x\n  a  \n\n./b/../c", ["a", "c"], ["b", "# x"]),
        ("**", ["a", "a/b"], []),
        ("a/**", ["a/b", "a/b/c"], ["b"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["z"]),
        ("[a-c].txt", ["a.txt", "c.txt"], ["d.txt"]),
        ("a.txt", ["a.txt"], ["aXtxt"]),
        ("\\*.txt", ["*.txt"], ["a.txt"]),
        ("dir\n!dir/keep", ["dir/x"], ["dir/keep"]),
    ],
)
def test_ignore_patterns(patterns: str, excluded: list[str], kept: list[str]) -> None:
    """Which paths a .dockerignore leaves out."""
    read = read_ignore_file(patterns)
    assert [path for path in excluded if not excludes(read, path)] == []
    assert [path for path in kept if excludes(read, path)] == []


@pytest.mark.parametrize(
    ("pattern", "fits", "misses"),
    [
        ("*.txt", ["a.txt"], ["x/a.txt", "a.txtx"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("x/*/y", ["x/1/y"], ["x/1/2/y"]),
        ("[^a]b", ["cb"], ["ab", "/b"]),
        ("[a-c]", ["b"], ["d", "-"]),
        ("x[+-9]y", ["x-y", "x5y"], ["x/y", "xay"]),
        ("x[/]y", [], ["x/y", "xay"]),
        ("\\*x", ["*x"], ["ax"]),
        ("a[", [], ["a[", "a"]),
    ],
)
def test_wildcards_of_copy(pattern: str, fits: list[str], misses: list[str]) -> None:
    """Go's filepath.Match."""
    expression = name_expression(pattern)
    assert [path for path in fits if expression is None or not expression.fits(path)] == []
    assert [path for path in misses if expression is not None and expression.fits(path)] == []


@given(st.text("ab*?/[]-^!.\\ é", max_size=12), st.text("ab/.-é", max_size=12))
def test_both_ways_to_match_agree(pattern: str, path: str) -> None:
    """Python's matcher, and the one that no pattern keeps busy."""
    for read in (name_expression, deep_expression):
        with suppress(InvalidParameterError):
            expression = read(pattern)
            if expression is not None and expression._steady is not None:
                assert expression._steady(path) == (expression._swift.fullmatch(path) is not None)


def test_no_pattern_takes_for_ever() -> None:
    """Python's matcher alone would share the letters among the stars for years."""
    long = "a" * 250
    assert not excludes(read_ignore_file("*a" * 20 + "b"), long)
    assert not excludes(read_ignore_file("**a/" * 20 + "b"), "a/" * 100 + "c")
    copied = name_expression("*a" * 20 + "b")
    assert copied is not None
    assert not copied.fits(long)
    assert copied.fits(long + "b")


def test_escaped_wildcards_are_names() -> None:
    """Only a bare wildcard makes a pattern."""
    assert has_wildcards("a*")
    assert has_wildcards("[x]")
    assert not has_wildcards("a\\*b")
