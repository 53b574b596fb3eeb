"""How serious a line of a log is, as programs commonly say it.

Known are fields (`level=warn`, `"severity":"ERROR"`, pino's and bunyan's `"level":50`), words in brackets
(`[error]`), words in capitals (`ERROR`, `WARN`; the short ones of logrus, zerolog and Serilog), words with a
colon (`error: …`, .NET's `fail:`) and klog's `E1126 10:00:00`. The first that a line has counts.
"""

import re
from typing import Literal, NamedTuple

Name = Literal["error", "warning", "info", "debug"]

_LOOKED_AT = 500  # characters: a level stands near the beginning of a line
_WORDS: dict[Name, str] = {
    "error": "error|err|erro|fatal|fata|ftl|critical|crit|severe|panic|pani|pnc|alert|emergency|emerg",
    "warning": "warning|warn|wrn",
    "info": "information|info|inf|notice",
    "debug": "debug|debu|dbg|trace|trac|trc|verbose|vrb",
}
_DOTNET: dict[str, Name] = {"fail": "error", "crit": "error", "dbug": "debug", "trce": "debug"}
_NAMES: dict[str, Name] = {
    word: name for name, words in _WORDS.items() for word in words.split("|")
} | _DOTNET
_KLOG: dict[str, Name] = {"F": "error", "E": "error", "W": "warning", "I": "info"}
_NUMBERS: dict[str, Name] = {
    **{"10": "debug", "20": "debug", "30": "info"},
    **{"40": "warning", "50": "error", "60": "error"},
}
_ANY = "|".join(_WORDS.values())
_LEVEL = re.compile(
    rf"""(?:^|[\s{{,"'@])(?i:(?:log[._]?)?(?:level|lvl|severity)(?:_?(?:name|text))?)
           ["']?\s?[:=]\s?["']?(?P<field>(?i:{_ANY})|[1-6]0)(?![\w.-])
       | [\[<(|]\s?(?P<framed>(?i:{_ANY}))\s*[\]>)|]
       | (?<![\w./\\-])(?P<capitals>{_ANY.upper()})(?![\w/\\-])
       | (?:^|\s)(?P<colon>(?i:{_ANY})):(?=\s|$)
       | ^\s*(?P<dotnet>{"|".join(_DOTNET)}):\s
       | ^(?P<klog>[FEWI])\d{{4}}\s\d\d:
    """,
    re.VERBOSE,
)


class Level(NamedTuple):
    """What a line says of itself, and the characters that say it; `end` is exclusive."""

    name: Name
    start: int
    end: int


def find_level(text: str) -> Level | None:
    """Return how serious a line is, None where it does not say."""
    match = _LEVEL.search(text, 0, _LOOKED_AT)
    if match is None or match.lastgroup is None:
        return None
    word = match[match.lastgroup]
    name = _KLOG.get(word) or _NUMBERS.get(word) or _NAMES[word.lower()]
    return Level(name, *match.span(match.lastgroup))
