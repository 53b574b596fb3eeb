"""What arguments of `ps` ask for: columns, threads, an order, a tree, a choice of processes.

Source: ps(1) of procps, "Simple process selection", "Output format control", "Output modifiers".
"""

from dataclasses import dataclass, field

from backend.containers.processes.process_choice import LISTS, SAME, Choice
from backend.containers.processes.process_columns import COLUMNS, Column
from backend.containers.processes.process_rare_columns import RARE, WCHAN_WIDTH, shortened
from backend.errors import InvalidParameterError

BSD_SHORT = "pid,tname,stat,bsdtime,args"
BSD_FORMS = {
    "u": "user,pid,pcpu,pmem,vsz,rss,tname,stat,start_time,bsdtime,args",
    "l": "f,uid,pid,ppid,priority,ni,vsz,rss,wchan,stat,tname,bsdtime,args",
    "v": "pid,tname,stat,bsdtime,maj_flt,trs,drs,rss,pmem,args",
    "s": "uid,pid,pending,blocked,ignored,caught,stat,tname,bsdtime,args",
    "j": "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime,args",
}
COLUMN_LETTERS = frozenset("fFjlyLTcMZ")  # behind a dash
ALL = {"-": "eAad", "": "a"}
SIMPLE = "rxN"
NO_EFFECT = {"-": "wH", "": "xweT"}
LIMITS = frozenset({"--cols", "--columns", "--width", "--rows", "--lines"})
WITHOUT_HEAD = frozenset({"--no-headers", "--no-heading", "--noheadings", "--version", "--help", "--info"})
NO_PID = "Couldn't find PID field in ps output"


@dataclass(slots=True)
class Listing:
    """What is shown of processes, and in which order: columns with titles, sort keys, the last first."""

    columns: list[tuple[str, Column]] = field(default_factory=list)
    threads: bool = False
    forest: bool = False
    order: list[tuple[Column, bool]] = field(default_factory=list)
    """(column, whether downwards)"""
    choice: Choice = field(default_factory=Choice)


class _Arguments:
    def __init__(self, arguments: str) -> None:
        self._words = arguments.split()
        self._lists: list[str] = []
        self._letters: set[str] = set()
        self._form = ""
        self.listing = Listing()

    def read(self) -> Listing:
        """Read all words. Raises InvalidParameterError."""
        while self._words:
            word = self._words.pop(0)
            if word.startswith("--"):
                self._read_long(*word.partition("=")[::2], has_value="=" in word)
            elif word[:1].isdecimal():
                self.listing.choice.add("-p", word)
                self._form = self._form or BSD_SHORT
            elif word == "-":
                raise InvalidParameterError("ps: error: garbage option")
            else:
                self._read_letters(word)
        listing = self.listing
        if self._lists:
            listing.columns = _chosen(",".join(self._lists))
        else:
            listing.columns = _chosen(self._form or _sysv(self._letters), is_preset=True)
        return listing

    def _next(self, what: str) -> str:
        if not self._words:
            raise InvalidParameterError(f"ps: error: {what}")
        return self._words.pop(0)

    def _read_long(self, name: str, value: str, *, has_value: bool) -> None:
        if name == "--format":
            self._lists.append(
                value if has_value else self._next("format specification must follow --format")
            )
        elif name == "--sort":
            self._sort_by(value if has_value else self._next("long sort specification must follow --sort"))
        elif name in LIMITS:
            if not has_value:
                self._next(f"{name} must be followed by a number")
        elif name in WITHOUT_HEAD:
            raise InvalidParameterError(NO_PID)
        elif (option := SAME.get(name, name)) in LISTS:
            self.listing.choice.add(option, value if has_value else self._next(_missing(option, name)))
        elif name == "--deselect":
            self.listing.choice.negated = True
        elif name == "--forest":
            self.listing.forest = True
        elif name not in ("--headers", "--heading"):
            raise InvalidParameterError(f"ps: error: unknown gnu long option {name[:40]}")

    def _read_letters(self, word: str) -> None:
        dash = "-" if word.startswith("-") else ""
        letters = word.removeprefix("-")
        if dash and letters.startswith(("aux", "axu")):
            dash = ""  # what many people write, and `ps` lets pass
        for place, letter in enumerate(letters):
            if letter in "ok" and (letter == "o" or not dash):
                rest = letters[place + 1 :] or self._next(f"format specification must follow {dash}{letter}")
                if letter == "o":
                    self._lists.append(rest)
                else:
                    self._sort_by(rest)
                return
            if (option := SAME.get(dash + letter, dash + letter)) in LISTS:
                rest = letters[place + 1 :] or self._next(_missing(option, dash + letter))
                self.listing.choice.add(option, rest)
                if not dash:
                    self._form = self._form or BSD_SHORT
                return
            self._read_letter(dash, letter)

    def _read_letter(self, dash: str, letter: str) -> None:
        listing = self.listing
        if dash and letter in COLUMN_LETTERS:
            self._letters.add("M" if letter == "Z" else letter)
            listing.threads = listing.threads or letter in "LT"
        elif not dash and letter in BSD_FORMS:
            self._form = BSD_FORMS[letter]
        elif (dash + letter) in ("-V", "h", "V"):
            raise InvalidParameterError(NO_PID)
        elif not dash and letter in "fH":
            listing.forest = listing.forest or letter == "f"
            listing.threads = listing.threads or letter == "H"
            self._form = self._form or BSD_SHORT
        elif letter not in ALL[dash] + NO_EFFECT[dash] + SIMPLE:
            raise InvalidParameterError(f"ps: error: unsupported option {dash}{letter}")
        else:
            choice = listing.choice
            choice.everything = choice.everything or letter in ALL[dash]
            choice.running = choice.running or letter == "r"
            choice.negated = choice.negated or dash + letter == "-N"
            if not dash or letter == "x":
                self._form = self._form or BSD_SHORT

    def _sort_by(self, keys: str) -> None:
        if not keys:
            raise InvalidParameterError("ps: error: long sort specification must follow --sort")
        for key in filter(None, keys.split(",")):
            name = key.lstrip("+-")
            if (column := COLUMNS.get(name) or RARE.get(name)) is None:
                raise InvalidParameterError("ps: error: unknown sort specifier")
            self.listing.order.insert(0, (column, key.startswith("-")))


def read_arguments(arguments: str) -> Listing:
    """Return what arguments ask for. Raises InvalidParameterError for those that `ps` would not take."""
    return _Arguments(arguments).read()


def _missing(option: str, name: str) -> str:
    return f"{LISTS[option][2]} must follow {name}"


def _sysv(letters: set[str]) -> str:
    """Return the columns that letters behind a dash make together, as procps puts them together."""
    full, long, short = bool(letters & {"f", "F"}), "l" in letters, "y" in letters
    if short and not long:
        raise InvalidParameterError("ps: error: modifier -y without format -l makes no sense")
    parts = {
        "label": "M" in letters,
        "f": long and not short,
        "s": long,
        "user=UID": full,
        "uid": long and not full,
        "pid": True,
        "spid": "T" in letters,
        "ppid": full or long,
        "pgid,sid": "j" in letters,
        "lwp": "L" in letters,
        "c": (full or long) and "c" not in letters,
        "nlwp": "L" in letters and full,
        "cls,pri": "c" in letters,
        "opri": long and "c" not in letters,
        "ni": long,
        "addr": long and not short,
        "rss": short,
        "sz": long,
        "wchan": long,
        "sz=SZ": "F" in letters and not long,
        "rss=RSS": "F" in letters and not short,
        "psr": "F" in letters,
        "stime": full,
        "tname,time": True,
        "cmd": full,
        "ucmd": not full,
    }
    return ",".join(part for part, is_shown in parts.items() if is_shown)


def _chosen(text: str, *, is_preset: bool = False) -> list[tuple[str, Column]]:
    items = [item for item in text.split(",") if item]
    chosen: list[tuple[str, Column]] = []
    for place, item in enumerate(items):
        specifier, equals, title = item.partition("=")
        name, colon, width = specifier.partition(":")
        if colon and not (width.isascii() and width.isdigit() and 0 < int(width[:6]) < 10**5):
            raise InvalidParameterError(
                f'ps: error: unknown user-defined format specifier "{specifier[:40]}"'
            )
        if (column := COLUMNS.get(name) or RARE.get(name)) is None:
            raise InvalidParameterError(f'ps: error: unknown user-defined format specifier "{name[:40]}"')
        if name == "wchan" and (is_preset or colon or place < len(items) - 1):
            column = shortened(column, int(width or WCHAN_WIDTH))
        chosen.append((title if equals else column[0], column))
    return chosen
