"""The terminal's screen: held against pyte on made-up streams, and by rule where the two differ."""

import random

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.viewmodels.terminal.terminal_cells import BOLD, DEFAULT, REVERSE, RGB, UNDERLINE, Style
from app.viewmodels.terminal.terminal_frame import MOST_SECONDS, FrameHold
from app.viewmodels.terminal.terminal_modes import CursorShape, Modes, Mouse
from app.viewmodels.terminal.terminal_parser import TerminalParser
from app.viewmodels.terminal.terminal_screen import HISTORY_ROWS, Screen

COLUMNS, ROWS = 20, 8


def show(data: bytes | str, columns: int = COLUMNS, rows: int = ROWS) -> Screen:
    """Return the screen after `data`."""
    screen = Screen(columns, rows)
    TerminalParser(screen).feed(data.encode() if isinstance(data, str) else data)
    return screen


def lines(screen: Screen) -> list[str]:
    return [row.text.rstrip() for row in screen.lines]


def make_stream(seed: int) -> bytes:
    """Return text with cursor moves, edits and colours, without what pyte is known to do otherwise.

    That is: wide characters beside edits, margins, and anything but text while a wrap is due.
    """
    made = random.Random(seed)
    parts: list[str] = []
    for _ in range(made.randint(5, 60)):
        kind = made.random()
        place = f"\x1b[{made.randint(0, 12)};{made.randint(0, 30)}H"
        if kind < 0.5:
            parts.append("".join(made.choice("abcXYZ 0123.-é") for _ in range(made.randint(1, 30))))
        elif kind < 0.65:
            parts.append(made.choice(["\r", "\r\n", "\b", place + "\t", place + "\x1b7\r\x1b8"]))
        elif kind < 0.75:
            parts.append(place)
        elif kind < 0.95:
            number = made.choice(["", str(made.randint(0, 9))])
            edit = made.choice(
                [number + made.choice("ABCDEFGPXLM@d"), f"{made.randint(0, 2)}{made.choice('JK')}"]
            )
            parts.append(f"{place}\x1b[{edit}")
        else:
            parts.append(f"\x1b[{made.choice(['1', '31', '42', '7', '0', '38;5;200', '38;2;1;2;3'])}m")
    return "".join(parts).encode()


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_same_screen_as_pyte(first: int) -> None:
    for seed in range(first, first + 50):
        data = make_stream(seed)
        oracle = pyte.Screen(COLUMNS, ROWS)
        pyte.ByteStream(oracle).feed(data)
        screen = show(data)
        assert lines(screen) == [line.rstrip() for line in oracle.display], (seed, data)
        assert screen.cursor.y == oracle.cursor.y, (seed, data)
        assert screen.cursor.x == min(oracle.cursor.x, COLUMNS - 1), (seed, data)


@given(st.binary(max_size=400), st.integers(0, 400))
@settings(max_examples=300, deadline=None)
def test_nothing_breaks_it_and_cuts_do_not_matter(data: bytes, place: int) -> None:
    whole, cut = Screen(COLUMNS, ROWS), Screen(COLUMNS, ROWS)
    TerminalParser(whole).feed(data)
    parser = TerminalParser(cut)
    parser.feed(data[:place])
    parser.feed(data[place:])
    assert lines(whole) == lines(cut)
    check(whole)


@given(
    st.lists(
        st.sampled_from(
            ["日本", "e\u0301", "a", "\x1b[2P", "\x1b[3@", "\x1b[2X", "\x1b[1;4H", "\b", "\x1b[4h"]
        )
    )
)
@settings(max_examples=300, deadline=None)
def test_wide_characters_never_leave_halves(parts: list[str]) -> None:
    check(show("".join(parts), 9, 3))


@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 1000))
@settings(max_examples=100, deadline=None)
def test_any_size_at_any_time(columns: int, rows: int, seed: int) -> None:
    screen = Screen(COLUMNS, ROWS)
    parser = TerminalParser(screen)
    parser.feed(make_stream(seed) + "日本".encode())
    screen.resize(columns, rows)
    parser.feed(make_stream(seed + 1) + b"\x1b[?1049h" + make_stream(seed))
    screen.resize(rows, columns)
    parser.feed(b"\x1b[?1049l" + make_stream(seed))
    check(screen)


def check(screen: Screen) -> None:
    """Hold the screen to what must always be true of it."""
    assert len(screen.lines) == screen.rows
    assert 0 <= screen.cursor.x < screen.columns
    assert 0 <= screen.cursor.y < screen.rows
    for row in screen.lines:
        assert len(row.cells) == len(row.styles) == screen.columns
        for place, cell in enumerate(row.cells):
            if cell == "":
                assert place > 0
                assert row.cells[place - 1] not in ("", " ")


def test_colours() -> None:
    screen = show("\x1b[1;31mr\x1b[0;4;38;5;200;48;2;1;2;3mx\x1b[39;49;24;7my\x1b[mz\x1b[95;103mw")
    assert screen.lines[0].styles[:5] == [
        Style(1, DEFAULT, BOLD),
        Style(200, RGB | 0x010203, UNDERLINE),
        Style(DEFAULT, DEFAULT, REVERSE),
        Style(),
        Style(13, 11),
    ]


def test_lines_that_scroll_away_are_kept_up_to_a_limit() -> None:
    screen = show("".join(f"line {number}\r\n" for number in range(30)))
    assert [row.text.rstrip() for row in screen.history[:2]] == ["line 0", "line 1"]
    assert lines(screen)[0] == "line 23"
    parser = TerminalParser(screen)
    parser.feed(b"x\r\n" * (HISTORY_ROWS + 5000))
    assert HISTORY_ROWS <= len(screen.history) <= HISTORY_ROWS + 1000
    parser.feed(b"\x1b[3J")
    assert not screen.history


def test_the_alternate_screen_leaves_no_trace() -> None:
    screen = show("before\r\n$ \x1b[?1049h\x1b[Hfull screen" + "\r\n" * 20 + "\x1b[?1049lafter")
    assert lines(screen)[:2] == ["before", "$ after"]
    assert not screen.history
    assert not screen.is_alternate


def test_margins_scroll_alone() -> None:
    screen = show("\r\n".join("abcdefgh") + "\x1b[2;4r\x1b[4;1H\n\nX")
    assert lines(screen) == ["a", "d", "", "X", "e", "f", "g", "h"]
    assert not screen.history
    assert lines(show("a\r\nb\r\nc\x1b[1;2r\x1b[H\x1bMx"))[:3] == ["x", "a", "c"]


def test_line_drawing() -> None:
    assert lines(show("\x1b(0lqk\x1b(B q"))[0] == "┌─┐ q"


def test_answers_to_questions() -> None:
    answers: list[bytes] = []
    TerminalParser(Screen(), answers.append).feed(b"\x1b[c\x1b[5n\x1b[3;7H\x1b[6n\x1b[>c")
    assert answers == [b"\x1b[?62;22c", b"\x1b[0n", b"\x1b[3;7R", b"\x1b[>1;277;0c"]


def test_titles_are_plain_and_short() -> None:
    screen = show("\x1b]0;a\u202eb" + "x" * 500 + "\x07text")
    assert screen.title.startswith("ab")
    assert len(screen.title) == 200
    assert lines(screen)[0] == "text"


def test_unknown_sequences_are_never_shown() -> None:
    assert lines(show("a\x1bP1;2|secret\x1b\\b\x1b[>4;2mc\x1b[?u\x1b^x\x1b\\d\x1b_y\x1b\\e"))[0] == "abcde"


def test_a_number_from_outside_is_no_long_loop() -> None:
    show("\x1b[999999999L\x1b[999999999b\x1b[999999999I\x1b[999999999P\x1b[999999999S")


def test_wrapped_rows_are_known_for_copies() -> None:
    screen = show("x" * (COLUMNS + 5) + "\r\nshort")
    assert [row.wrapped for row in screen.lines[:3]] == [True, False, False]


def test_what_a_program_wants_of_mouse_keys_and_focus() -> None:
    screen = show("\x1b[?1h\x1b[?1002;1006;1004h\x1b[?2004h\x1b[?25l\x1b[?1007l\x1b[3 q")
    assert screen.modes == Modes(
        application_cursor=True,
        bracketed_paste=True,
        cursor_visible=False,
        cursor_shape=CursorShape.LINE,
        mouse=Mouse.DRAGS,
        long_reports=True,
        tells_focus=True,
        wheel_is_arrows=False,
    )
    parser = TerminalParser(screen)
    parser.feed(b"\x1b[?1002l\x1b[6 q")
    assert screen.modes.mouse is Mouse.NOTHING
    assert screen.modes.cursor_shape is CursorShape.BAR
    parser.feed(b"\x1bc")
    assert screen.modes == Modes()


def test_colours_are_told_and_cannot_be_set() -> None:
    answers: list[bytes] = []
    colors = {10: "#1b2430", 11: "#ffffff"}
    parser = TerminalParser(Screen(), answers.append, lambda number: colors.get(number, ""))
    parser.feed(b"\x1b]11;?\x07\x1b]10;?;?;?\x1b\\\x1b]10;#ff0000\x07\x1b]12;?\x07")
    assert answers == [
        b"\x1b]11;rgb:ffff/ffff/ffff\x07",
        b"\x1b]10;rgb:1b1b/2424/3030\x1b\\",
        b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    ]


def shown(parser: TerminalParser) -> list[str]:
    frame = parser.frames.frame
    return [row.text.rstrip() for row in (parser.screen.lines if frame is None else frame.rows)]


def test_a_picture_is_shown_when_it_is_whole() -> None:
    now = [0.0]
    screen = Screen(10, 2)
    parser = TerminalParser(screen)
    parser.frames = FrameHold(screen, lambda: now[0])
    parser.feed(b"one\x1b[?2026h\x1b[2J\x1b[Htw")
    assert shown(parser) == ["one", ""]
    parser.feed(b"o\x1b[?2026l")
    assert shown(parser) == ["two", ""]
    now[0] += 0.01
    parser.feed(b"\x1b[?2026h\r\n\nthree")  # a row goes to the history meanwhile
    frame = parser.frames.frame
    assert frame is not None
    assert (frame.history, len(screen.history)) == (0, 1)
    assert shown(parser) == ["two", ""]
    now[0] += MOST_SECONDS
    assert shown(parser)[-1] == "three", "a program that does not end its picture holds nothing up"


def test_a_picture_that_does_not_fit_any_more_is_forgotten() -> None:
    parser = TerminalParser(Screen(10, 2))
    for end in (b"\x1bc", b"\x1b[!p"):
        parser.feed(b"\x1b[?2026hx" + end + b"y")
        assert parser.frames.frame is None


def test_thousands_of_pictures_take_no_longer_than_few() -> None:
    screen = Screen(200, 60)
    taken: list[int] = []
    hold = FrameHold(screen, lambda: 0.001 * len(taken))
    first = None
    for _ in range(1000):
        hold.hold(True)
        first = first or hold.frame
        assert hold.frame is first, "too early for another one"
        hold.hold(False)
    taken += [0] * 10
    hold.hold(True)
    assert hold.frame is not first


@pytest.mark.parametrize(
    ("mode", "answer"),
    [(2004, 2), (25, 1), (7, 1), (1049, 1), (1003, 1), (1000, 2), (2026, 2), (2027, 0), (0, 0)],
)
def test_modes_are_told(mode: int, answer: int) -> None:
    answers: list[bytes] = []
    TerminalParser(Screen(), answers.append).feed(b"\x1b[?1049h\x1b[?1003h\x1b[?%d$p" % mode)
    assert answers == [b"\x1b[?%d;%d$y" % (mode, answer)]


def test_a_program_that_is_gone_leaves_no_modes() -> None:
    screen = Screen(COLUMNS, ROWS)
    parser = TerminalParser(screen)
    parser.feed(b"text\x1b[?1049h\x1b[?1003h\x1b[2;4r\x1b[?7l\x1b[41mmore\x1b]0;half")
    parser.begin_anew()
    parser.feed(b"$ ")
    assert lines(screen)[0] == "text$"
    assert screen.modes == Modes()
    assert (screen.top, screen.bottom, screen.auto_wrap) == (0, ROWS - 1, True)


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://example.org/a?b=c;d", "https://example.org/a?b=c;d"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("http://example.org/\u202egnp", ""),
        ("https://" + "x" * 3000, ""),
        ("", ""),
    ],
)
def test_only_pages_of_the_web_are_links(address: str, link: str) -> None:
    screen = show(f"\x1b]8;id=1;{address}\x1b\\a\x1b[1mb\x1b[0mc\x1b]8;;\x07d")
    assert lines(screen)[0] == "abcd"
    assert [style.link for style in screen.lines[0].styles[:4]] == [link, link, link, ""]
    assert screen.lines[0].styles[1].flags == BOLD


def test_the_clipboard_is_not_given_or_taken() -> None:
    answers: list[bytes] = []
    screen = Screen(COLUMNS, ROWS)
    TerminalParser(screen, answers.append).feed(b"a\x1b]52;c;aGVsbG8=\x07b\x1b]52;c;?\x1b\\c")
    assert lines(screen)[0] == "abc"
    assert not answers
