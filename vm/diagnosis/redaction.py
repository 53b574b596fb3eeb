"""Takes out of texts what nobody else is to see: passwords, tokens, keys, values of variables, names.

It takes rather too much than too little: names stay, values go.
"""

import re
from pathlib import Path

GONE = "[removed]"
_SECRET_NAME = (
    r"(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|credential|auth)[\w.-]{0,40}"
)

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [^-]*PRIVATE KEY-----.*?(?:-----END [^-]*-----|\Z)", re.DOTALL), GONE),
    (re.compile(r"(?<=://)[^/\s\"'@]+@"), f"{GONE}@"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), GONE),  # a JSON web token
    (re.compile(r"(?i)\b((?:proxy-)?authorization|x-registry-(?:auth|config)|set-cookie|cookie)(\"?\s*[:=]\s*)[^\r\n]+"),
     rf"\1\2{GONE}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {GONE}"),
    (re.compile(rf"(?i)(\"?{_SECRET_NAME}\"?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}}\]]+)"), rf"\1{GONE}"),
    # NAME=value as containers and shells have it: a variable may hold anything
    (re.compile(r"\b([A-Z][A-Z0-9_]{1,})=(\"[^\"]*\"|'[^']*'|[^\s\"',\]]+)"), rf"\1={GONE}"),
)  # fmt: skip


def redact(text: str, home: Path | None = None) -> str:
    """Return the text without what is secret; the home folder becomes `~`, so that no name stays."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    if home is not None and len(home.parts) > 1:
        text = re.sub(rf"{re.escape(str(home))}(?=[/\\\s\"':,)]|$)", "~", text)
    return text
