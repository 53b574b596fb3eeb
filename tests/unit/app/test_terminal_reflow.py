"""Lines of a terminal flow anew with its width: no character is lost, and the cursor stays where it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.viewmodels.terminal.terminal_parser import TerminalParser
from app.viewmodels.terminal.terminal_screen import HISTORY_ROWS, Screen
from app.viewmodels.terminal.terminal_selection import Place, Selection
from tests.unit.app.test_terminal_parser import check, lines, show


def all_lines(screen: Screen) -> list[str]:
    """Return the lines as they were written, however they are broken; without empty ones at the end."""
    selection = Selection(screen)
    selection.take_all()
    return selection.text.split("\n")


def flow_all(screen: Screen) -> None:
    for _ in range(100):
        if not screen.flow_on():
            return
    raise AssertionError("it flows for ever")


def write_on(screen: Screen, text: str) -> None:
    TerminalParser(screen).feed(text.encode())


def test_narrower_and_wide_again() -> None:
    screen = show("first\r\n" + "0123456789abcdef\r\n$ ls", 20, 6)
    screen.resize(6, 6)
    assert lines(screen) == ["first", "012345", "6789ab", "cdef", "$ ls", ""]
    assert (screen.cursor.x, screen.cursor.y) == (4, 4)
    assert [row.wrapped for row in screen.lines] == [False, True, True, False, False, False]
    screen.resize(20, 6)
    assert lines(screen)[:3] == ["first", "0123456789abcdef", "$ ls"]
    assert (screen.cursor.x, screen.cursor.y) == (4, 2)


def test_what_has_no_room_goes_to_the_history_and_is_whole_there() -> None:
    screen = show("\r\n".join(f"line {number} has some words" for number in range(6)), 30, 6)
    screen.resize(7, 6)
    assert screen.history
    assert all_lines(screen) == [f"line {number} has some words" for number in range(6)]
    screen.resize(30, 6)
    assert all_lines(screen) == [f"line {number} has some words" for number in range(6)]


def test_a_line_that_goes_from_the_history_into_the_screen() -> None:
    screen = show("abcdefghij" * 5, 10, 3)
    assert len(screen.history) == 2
    screen.resize(7, 3)
    write_on(screen, "X")
    assert all_lines(screen) == ["abcdefghij" * 5 + "X"]
    screen.resize(60, 3)
    assert all_lines(screen) == ["abcdefghij" * 5 + "X"]


def test_a_cursor_behind_a_full_line_writes_on() -> None:
    screen = show("12345", 20, 3)
    screen.resize(5, 3)
    assert screen.cursor.pending_wrap
    write_on(screen, "678")
    assert lines(screen) == ["12345", "678", ""]
    assert all_lines(screen) == ["12345678"]


def test_wide_characters_keep_together() -> None:
    screen = show("a日本語b", 20, 4)
    for columns in (4, 3, 2, 7, 20):
        screen.resize(columns, 4)
        check(screen)
        assert all_lines(screen) == ["a日本語b"], columns


def test_a_gap_before_a_wide_character_is_no_blank() -> None:
    screen = show("abc日x", 4, 3)
    assert lines(screen)[:2] == ["abc", "日x"]
    assert all_lines(screen) == ["abc日x"]
    screen.resize(10, 3)
    assert lines(screen)[0] == "abc日x"


def test_colours_and_coloured_blanks_go_along() -> None:
    screen = show("\x1b[41mab  \x1b[0m", 10, 3)
    styles = screen.lines[0].styles[:4]
    screen.resize(3, 3)
    assert screen.lines[0].styles + screen.lines[1].styles[:1] == styles


def test_the_main_screen_flows_while_another_is_shown() -> None:
    screen = show("0123456789\r\n$ vi\x1b[?1049h\x1b[Hfull", 10, 4)
    screen.resize(5, 4)
    assert lines(screen)[0] == "full"
    write_on(screen, "\x1b7\x1b[4;1H\x1b[?1049l!")
    assert lines(screen) == ["01234", "56789", "$ vi!", ""]
    assert not screen.history


def test_a_screen_that_was_cleared_stays_clear() -> None:
    screen = show("old\r\n" * 20 + "\x1b[H\x1b[2J$ ", 10, 4)
    screen.resize(6, 4)
    assert lines(screen) == ["$", "", "", ""]
    screen.resize(9, 8)
    assert lines(screen)[0] == "$"


def test_the_history_keeps_its_limit() -> None:
    screen = show("x" * 20 + "\r\n", 20, 3)
    write_on(screen, ("y" * 20 + "\r\n") * HISTORY_ROWS)
    screen.resize(5, 3)
    assert all(len(row.cells) == 5 for row in screen.history[-1000:])
    flow_all(screen)
    assert HISTORY_ROWS <= len(screen.history) <= HISTORY_ROWS + 1000
    assert all(len(row.cells) == 5 for row in screen.history)


def test_a_long_history_flows_piece_by_piece_while_it_grows() -> None:
    texts = [f"{number} " + "x" * (number % 50) for number in range(3000)]
    screen = show("\r\n".join(texts), 20, 5)
    screen.resize(13, 5)
    for number in range(3000, 4000):
        if number % 100 == 0:
            screen.flow_on()
        if number % 300 == 0:
            screen.resize(13 + number % 7, 5)
        texts.append(f"{number} " + "y" * (number % 50))
        write_on(screen, "\r\n" + texts[-1])
    flow_all(screen)
    assert all_lines(screen) == [text.rstrip() for text in texts]
    assert max(len(row.cells) for row in screen.history) <= screen.columns


def test_a_line_without_an_end_flows_in_pieces() -> None:
    screen = show("0123456789" * 8000, 20, 5)
    screen.resize(30, 5)
    flow_all(screen)
    assert all_lines(screen) == ["0123456789" * 8000]


@given(
    st.lists(st.text(alphabet="ab 日é", max_size=40).map(str.rstrip), max_size=12),
    st.lists(st.tuples(st.integers(2, 30), st.integers(2, 9)), max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_no_size_loses_a_character(texts: list[str], sizes: list[tuple[int, int]]) -> None:
    texts = [*texts, "$"]
    screen = show("\r\n".join(texts), 20, 5)
    for columns, rows in sizes:
        screen.resize(columns, rows)
        check(screen)
    write_on(screen, "!")
    expected = "\n".join([*texts[:-1], "$!"]).rstrip("\n").split("\n")
    assert all_lines(screen) == expected


# --- selecting and searching ----------------------------------------------------------------------------


def test_search_goes_up_and_around() -> None:
    screen = show("\r\n".join(["one Word", "two", "a word and a WORD", "end"]), 20, 3)
    assert len(screen.history) == 1
    selection = Selection(screen)
    found = [selection.find("word") for _ in range(4)]
    assert found == [Place(2, 13), Place(2, 2), Place(0, 4), Place(2, 13)]
    assert [selection.find("word", backwards=False) for _ in range(3)] == [
        Place(0, 4),
        Place(2, 2),
        Place(2, 13),
    ]
    assert selection.text == "WORD"


def test_search_finds_what_is_broken_and_wide() -> None:
    screen = show("x" * 8 + "needle 日本語", 10, 4)
    selection = Selection(screen)
    assert selection.find("needle") == Place(0, 8)
    assert selection.text == "needle"
    assert selection.find("本語") is not None
    assert selection.text == "本語"


@pytest.mark.parametrize("needle", ["", "nowhere", "(", "\x1b"])
def test_search_that_finds_nothing_changes_nothing(needle: str) -> None:
    selection = Selection(show("some text"))
    selection.take_word(Place(0, 1))
    assert selection.find(needle) is None
    assert selection.text == "some"


def test_words_and_lines_are_taken() -> None:
    screen = show("ab cd" + "e" * 20, 10, 4)
    selection = Selection(screen)
    selection.take_line(Place(1, 3))
    assert selection.text == "ab cd" + "e" * 20
    selection.take_word(Place(3, 0))
    assert selection.text == ""
