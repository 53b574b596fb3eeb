"""Man pages and shell completions, made from the command line's own parser: they cannot differ from it."""

import argparse
import time
from pathlib import Path

import shtab
from build_manpages.manpage import Manpage

from app.cli import build_parser
from app.main import build_desktop_parser

COMPLETIONS = {
    "bash": "bash-completion/completions/marina",
    "zsh": "zsh/vendor-completions/_marina",
    "fish": "fish/vendor_completions.d/marina.fish",
}


def write_man_pages(folder: Path, date: int) -> None:
    """Write marina.1 and marina-desktop.1; `date` is that of the sources, in Unix seconds."""
    folder.mkdir(parents=True)
    for parser, summary in (
        (build_parser(), "containers in a small machine of your own"),
        (build_desktop_parser(), "a desktop for containers"),
    ):
        (folder / f"{parser.prog}.1").write_text(_man_page(parser, summary, date), encoding="utf-8")


def write_completions(share: Path) -> None:
    """Write the completions of `marina` where a Debian's shells look for them; `share` is its /usr/share."""
    parser = build_parser()
    for shell, place in COMPLETIONS.items():
        path = share / place
        path.parent.mkdir(parents=True)
        path.write_text(shtab.complete(parser, shell), encoding="utf-8")


def _man_page(parser: argparse.ArgumentParser, summary: str, date: int) -> str:
    page = Manpage(parser)
    page.date = time.strftime("%Y-%m-%d", time.gmtime(date))  # else of the day of the build
    page.manual = "User commands"
    page.description = summary
    return str(page)
