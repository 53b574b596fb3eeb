"""The documentation as a site: Sphinx with MyST's Markdown. `make docs` builds it; a broken link fails."""

from pathlib import Path

project = "Marina"
copyright = "the Marina authors, Apache-2.0"
release = (Path(__file__).parents[1] / "resources" / "version.txt").read_text(encoding="utf-8").strip()

extensions = ["myst_parser"]
myst_heading_anchors = 4
"""Headings are link targets by the names that GitHub gives them, so that links work in both places."""

html_theme = "furo"
html_title = f"Marina {release}"
html_favicon = "../packaging/linux/files/marina.svg"
html_show_sphinx = False
html_copy_source = False
