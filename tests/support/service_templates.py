"""Collects what the services and the machine say to people, so that the window can say it in its language.

They know no Qt and write plain English, with values put in. Each such text becomes a template here, such as
"{0} cannot be read"; `app/viewmodels/wording/service_texts.py` finds the template of a text again and
translates it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "app" / "viewmodels" / "wording" / "service_templates.py"
_PLACES = ("app/services", "vm/machine", "vm/diagnosis", "vm/client.py", "vm/remote.py")
_SPEAKING = {"UserError", "Problem", "TunnelDown", "ok"}  # whatever is handed to them is read by people
_SILENT = {"log", "re"}  # what is handed to their functions is not
_ELSEWHERE = {  # read by the command line, or by nobody
    "run_arguments.py",
    "docker_context.py",
    "startup.py",
    "pull_progress.py",
    "sftp_packets.py",
    "ipv6_relay.py",
    "qmp.py",
    "docker_socket.py",
}
_NO_TEXT = re.compile(
    r"\r\n|\n.*\n|^(?:GET|FROM|ENV|EXPOSE|VOLUME|HTTP|DEFAULT|ALTERNATE|TLS) |\\d"
    r"|Successfully |^Step |^Marina: |^Hello from |/bin/code|^\W*$|\[.* \| "
)
_HEAD = '''"""Made by `python -m tests.support.translations`: what services and machine say, as templates."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - Qt's tool looks for this name
    """Mark a text for translation."""
    del context
    return text


# fmt: off
TEMPLATES: tuple[str, ...] = (
'''


def collect_templates() -> list[str]:
    """Return the templates of all texts that services and the machine show to people, in a fixed order."""
    found: set[str] = set()
    for place in _PLACES:
        path = ROOT / place
        for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if source.name not in _ELSEWHERE:
                found.update(_read_templates(ast.parse(source.read_text("utf-8"))))
    return sorted(found)


def write_module() -> str:
    """Return the module that holds the templates."""
    lines = [
        f'    QT_TRANSLATE_NOOP("Services", {_quote(text)}),  # noqa: E501\n' for text in collect_templates()
    ]
    return "".join((_HEAD, *lines, ")\n"))


def _read_templates(tree: ast.Module) -> Iterator[str]:
    silent: set[int] = set()
    spoken: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                silent.add(id(node.value))  # it documents
            case ast.JoinedStr():
                silent.update(map(id, ast.walk(node)))
                silent.discard(id(node))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in _SILENT:
                silent.update(map(id, ast.walk(node)))
            case ast.Assign(targets=[ast.Name(id="told")], value=ast.JoinedStr()):
                spoken.add(id(node.value))
            case ast.Call(func=ast.Name(id=name)) if name in _SPEAKING:
                spoken.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if id(node) not in silent and isinstance(node, (ast.Constant, ast.JoinedStr)):
            text = _template_of(node)
            if _is_text(text, is_spoken=id(node) in spoken):
                yield text.strip()


def _template_of(node: ast.Constant | ast.JoinedStr) -> str:
    """Return the text with its values as {0}, {1} in their order."""
    if isinstance(node, ast.JoinedStr):
        parts = [str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values]
        text = "".join(parts)
    else:
        text = node.value if isinstance(node.value, str) else ""
    numbers = iter(range(100))
    return re.sub(r"\{\w*\}", lambda _: f"{{{next(numbers)}}}", text)


def _is_text(text: str, is_spoken: bool) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\d+\}", "", text))
    if not words or " " not in text.strip() or _NO_TEXT.search(text):
        return False
    if text[0] == "{" and len(words) < 2:
        return False  # nearly everything would be one of these
    return is_spoken or text[0].isupper() or text[0] == "{"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
