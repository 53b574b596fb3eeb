"""Where this machine gets its Debian packages from: the image is built from the same mirror."""

import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vm.errors import UserError

PASSED_ON = (
    "Acquire::http::", "Acquire::https::", "Acquire::Retries", "Acquire::Check-Valid-Until",
    "Acquire::Check-Date", "Acquire::ForceIPv4", "Acquire::ForceIPv6",
)  # fmt: skip
"""Options of this machine's apt that the build keeps: proxies, certificates, mirrors that are snapshots."""


RELEASES = frozenset({"bullseye", "bookworm", "trixie", "forky", "stable"})
"""Debian's own releases: a mirror of one has the others too. Those of derivatives are elsewhere."""


@dataclass(frozen=True, slots=True)
class DebianSource:
    """One mirror and suite."""

    uri: str
    suite: str
    components: tuple[str, ...]

    def line(self) -> str:
        """Return the source in sources.list's form."""
        return f"deb {self.uri} {self.suite} {' '.join(self.components)}"


def find_sources(apt_folder: Path, release: str, suite: str) -> list[DebianSource]:
    """Return the machine's Debian mirrors, asked for `suite` instead of its own `release` (a code name).

    Raises UserError when the machine names no Debian mirror.
    """
    sources = []
    for path in _source_files(apt_folder):
        text = path.read_text(encoding="utf-8", errors="replace")
        parse = parse_deb822 if path.suffix == ".sources" else parse_one_line
        sources += [moved for source in parse(text) if (moved := _move(source, release, suite))]
    unique = list(dict.fromkeys(sources))
    if not any(source.suite == suite for source in unique):
        raise UserError(
            f"No Debian mirror found in {apt_folder}.",
            f"The image is built from Debian {suite}; none there is for it or for this machine.",
            "Build the image on Debian 12 or newer, or add a Debian mirror to the apt sources.",
        )
    return unique


def _source_files(apt_folder: Path) -> list[Path]:
    folder = apt_folder / "sources.list.d"
    found = [apt_folder / "sources.list", *sorted(folder.glob("*.list")), *sorted(folder.glob("*.sources"))]
    return [path for path in found if path.is_file()]


def _move(source: DebianSource, release: str, suite: str) -> DebianSource | None:
    """Return the source for `suite`; None for backports, third parties, and suites by another name."""
    for own in {release, "stable", suite} & RELEASES:
        if source.suite in (own, f"{own}-updates", f"{own}-security"):
            moved = suite + source.suite.removeprefix(own)
        elif source.suite == f"{own}/updates":
            moved = f"{suite}-security"
        else:
            continue
        return replace(source, suite=moved, components=("main",)) if "main" in source.components else None
    return None


def parse_one_line(text: str) -> list[DebianSource]:
    """Parse sources.list: `deb [options] URI suite component…`."""
    found = []
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[[^]]*]\s+)?(\S+)\s+(\S+)\s+([^#]+)", line)
        if match:
            found.append(DebianSource(match[1].rstrip("/"), match[2], tuple(match[3].split())))
    return found


def parse_deb822(text: str) -> list[DebianSource]:
    """Parse the *.sources form: stanzas of fields, continued by leading blanks."""
    found = []
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza.splitlines())
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in (
            "no",
            "false",
        ):
            continue
        components = tuple(fields.get("components", "").split())
        for uri in fields.get("uris", "").split():
            found += [
                DebianSource(uri.rstrip("/"), suite, components) for suite in fields.get("suites", "").split()
            ]
    return found


def _fields(lines: Iterable[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        if line[0] in " \t":
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def read_apt_options() -> list[str]:
    """Return this machine's apt options that reach its mirror, as `Name "value"` lines."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    return filter_apt_options(dump.stdout.splitlines())


def filter_apt_options(lines: Sequence[str]) -> list[str]:
    """Return the options to pass on from what `apt-config dump` says."""
    return [line.rstrip(";") for line in lines if line.startswith(PASSED_ON) and not line.endswith('"";')]


def read_release(os_release: Path = Path("/etc/os-release")) -> str:
    """Return the code name of this machine's release, "" when it has none."""
    match = re.search(r'^VERSION_CODENAME="?([^"\n]*)', os_release.read_text(encoding="utf-8"), re.MULTILINE)
    return match[1] if match else ""
