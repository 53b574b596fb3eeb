"""docs/guide/cli-reference.md: commands and options. `python -m tests.support.cli_reference` writes it."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from app.cli import build_parser

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "guide" / "cli-reference.md"
HEAD = """# Command line reference

Made from the command line itself: it says what `marina COMMAND --help` says. What the commands do together,
their exit codes and engines on other computers are in [The command line](../cli.md).
"""


def render() -> str:
    """Return the document that fits the parser."""
    parser = build_parser()
    parts = [HEAD, _options(parser)]
    parts += [_command(words, command) for words, command in _commands(parser, parser.prog)]
    return "\n".join(part for part in parts if part)


def _commands(parser: argparse.ArgumentParser, words: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command below a parser with the words that call it."""
    for action in parser._actions:  # argparse has no other way to look at a parser
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield f"{words} {name}", command
                yield from _commands(command, f"{words} {name}")


def _command(words: str, parser: argparse.ArgumentParser) -> str:
    shown = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
    usage = " ".join([words, *(_synopsis(action) for action in shown)])
    text = f"{parser.description[:1].upper()}{parser.description[1:]}.\n\n" if parser.description else ""
    return f"## `{words}`\n\n{text}```text\n{usage}\n```\n{_options(parser)}"


def _synopsis(action: argparse.Action) -> str:
    """Return a word of the usage line: brackets around what may be left out."""
    if action.option_strings:
        value = "" if action.nargs == 0 else f" {_value(action)}"
        return f"[{action.option_strings[0]}{value}]"
    name = _value(action)
    many = "..." if action.nargs in ("+", "*", argparse.REMAINDER) else ""
    optional = action.nargs in ("?", "*") or (
        isinstance(action, argparse._SubParsersAction) and not action.required
    )
    return f"[{name}{many}]" if optional else f"{name}{many}"


def _value(action: argparse.Action) -> str:
    if isinstance(action, argparse._SubParsersAction):
        return "COMMAND"
    if action.choices is not None:
        return "|".join(str(choice) for choice in action.choices)
    name = str(action.metavar or action.dest)
    return name.upper() if name.isalpha() else name


def _options(parser: argparse.ArgumentParser) -> str:
    """Return the table of options, empty when there are none with a word of explanation."""
    rows = []
    for action in parser._actions:
        hidden = isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        if hidden or not (action.option_strings or action.help):
            continue
        names = action.option_strings or [_value(action)]
        value = "" if action.nargs == 0 or not action.option_strings else f" {_value(action)}"
        words = ", ".join(f"`{name}{value}`".replace("|", r"\|") for name in names)
        rows.append(f"| {words} | {action.help or ''} |")
    if not rows:
        return ""
    return "\n".join(["", "| option | |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    DOCUMENT.write_text(render(), encoding="utf-8")
