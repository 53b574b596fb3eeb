"""The version of this program, from the one file that holds it."""

from importlib.resources import files


def marina_version() -> str:
    """Return the version."""
    return files("resources").joinpath("version.txt").read_text("utf-8").strip()
