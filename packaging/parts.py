"""What a bundle is made of: its parts, their licences, and both as CycloneDX documents.

Two lists: the program (Python, its libraries, the shared libraries that came along) and the machine (Debian's
packages).
Versions and licences are read where they come from: the packages' own data, and Debian's copyright files.
"""

import datetime
import importlib.metadata
import json
import platform
import re
import subprocess
import sys
import sysconfig
import tarfile
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from needed import needed_distributions
from packageurl import PackageURL
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|copyright)[^/]*$", re.IGNORECASE)
COMMON_LICENCE = re.compile(r"/usr/share/common-licenses/([A-Za-z][\w.+-]*\w)")
DOC = PurePosixPath("usr/share/doc")
COMMON = PurePosixPath("usr/share/common-licenses")
PSF = "https://docs.python.org/3/license.html"
"""Where the text is that some builds of Python do not bring."""
QT = {"pyside6-essentials": "LGPL-3.0-only", "shiboken6": "LGPL-3.0-only"}
"""Offered under several licences: the one that Marina takes. They bring no text."""


@dataclass(frozen=True)
class Part:
    """A library or program; `text` is its licence's, as it came."""

    name: str
    version: str
    licence: str
    text: str
    purl: PackageURL


def write_parts(resources: Path, image: Path, packages: Path, version: str, date: int) -> None:
    """Write both documents and the licences' texts into a bundle's resources.

    `image` is the folder of the machine's image, `packages` the archive of the packages that it was made of;
    `date` is in Unix seconds.
    """
    manifest = json.loads((image / "manifest.json").read_text(encoding="utf-8"))
    texts = read_texts(packages) if packages.is_file() else {}  # the image may come from another computer
    program = [python_part(), *python_parts(texts), *library_parts(resources.parent)]
    machine = machine_parts(manifest["packages"], manifest["arch"], texts)
    files = {name: values["sha256"] for name, values in manifest["files"].items()}
    for place, parts, digests in (("program", program, {}), ("machine", machine, files)):
        document = render(f"marina-{place}", version, date, parts, digests)
        (resources / f"{place}.cdx.json").write_text(document, encoding="utf-8")
        write_texts(resources / "licences" / place, {part.name: part.text for part in parts})
    write_texts(
        resources / "licences" / "common", {path.name: texts[path] for path in texts if path.parent == COMMON}
    )


def write_texts(folder: Path, texts: dict[str, str]) -> None:
    """Write each text that there is into a file of its own."""
    folder.mkdir(parents=True)
    for name, text in texts.items():
        if text:
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def render(name: str, version: str, date: int, parts: Iterable[Part], digests: dict[str, str]) -> str:
    """Return a CycloneDX document; equal parts give equal text."""
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{name}@{version}/{date}"))
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(date, datetime.UTC)
    bom.metadata.component = Component(
        name=name, version=version, type=ComponentType.APPLICATION, bom_ref=BomRef(name)
    )
    found = []
    for part in parts:
        found.append(
            Component(
                name=part.name,
                version=part.version,
                type=ComponentType.LIBRARY,
                purl=part.purl,
                bom_ref=BomRef(str(part.purl)),
                licenses=[_licence(part.licence)] if part.licence else [],
            )
        )
    for file, digest in digests.items():
        hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest)]
        found.append(Component(name=file, type=ComponentType.FILE, bom_ref=BomRef(file), hashes=hashes))
    bom.components.update(found)
    bom.register_dependency(bom.metadata.component, found)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _licence(name: str) -> LicenseExpression | DisjunctiveLicense:
    """Return an SPDX expression where it is one, else a name: Debian has names of its own."""
    try:
        return LicenseExpression(canonicalize_license_expression(name))
    except InvalidLicenseExpression:
        return DisjunctiveLicense(name=name)


# --- the program ------------------------------------------------------------------------------------------


def python_part() -> Part:
    """Return the Python that runs the program."""
    version = platform.python_version()
    places = (Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt")
    text = next((path.read_text(encoding="utf-8") for path in places if path.is_file()), PSF)
    return Part("python", version, "PSF-2.0", text, PackageURL("generic", name="python", version=version))


def python_parts(texts: dict[PurePosixPath, str]) -> list[Part]:
    """Return the libraries that the desktop needs, and what freezes it."""
    found = needed_distributions()
    parts = [_python_part(name, found[name]) for name in sorted(found)]
    lesser = "\n\n".join(texts.get(COMMON / name, "") for name in ("LGPL-3", "GPL-3"))
    return [replace(part, text=lesser) if part.name in QT and not part.text else part for part in parts]


def _python_part(name: str, distribution: importlib.metadata.Distribution) -> Part:
    metadata = distribution.metadata
    classified = [
        line.rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    licence = metadata.get("License-Expression") or metadata.get("License") or ", ".join(classified)
    licence = QT.get(name, licence.strip().splitlines()[0] if licence.strip() else "")
    texts = [
        Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
        for file in sorted(distribution.files or (), key=str)
        if ".dist-info" in str(file) and LICENCE_FILE.search(str(file)) and Path(str(file.locate())).is_file()
    ]
    return Part(
        name, distribution.version, licence, "\n\n".join(texts),
        PackageURL("pypi", name=name, version=distribution.version),
    )  # fmt: skip


def library_parts(libraries: Path) -> list[Part]:
    """Return the Debian packages of the shared libraries that were taken along; none on another system."""
    names = sorted(
        path.name for path in libraries.iterdir() if path.name.startswith("lib") and ".so" in path.name
    )
    query = ["dpkg-query", "--search", *(f"*/{name}" for name in names)]
    try:
        lines = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
    except FileNotFoundError:
        return []
    owners = sorted(
        {line.split(": ", 1)[0].split(":")[0] for line in lines if not line.startswith("diversion")}
    )
    form = "${Package} ${Version} ${Architecture}\n"
    shown = subprocess.run(
        ["dpkg-query", "--show", f"--showformat={form}", *owners], capture_output=True, text=True, check=True
    ).stdout
    parts = {}
    for line in shown.splitlines():
        name, version, arch = line.split(" ")
        copyright_file = Path("/") / DOC / name / "copyright"
        text = (
            copyright_file.read_text(encoding="utf-8", errors="replace") if copyright_file.is_file() else ""
        )
        parts[name] = _debian_part(name, version, arch, text)
    return list(parts.values())


# --- the machine ------------------------------------------------------------------------------------------


def machine_parts(versions: dict[str, str], arch: str, texts: dict[PurePosixPath, str]) -> list[Part]:
    """Return Debian's packages in the machine."""
    return [
        _debian_part(name, version, arch, texts.get(DOC / name / "copyright", ""))
        for name, version in sorted(versions.items())
    ]


def read_texts(packages: Path) -> dict[PurePosixPath, str]:
    """Return the copyright files in an archive of Debian packages, and the licences that they refer to."""
    texts: dict[PurePosixPath, str] = {}
    links: dict[PurePosixPath, PurePosixPath] = {}
    with tarfile.open(packages) as tar:
        for member in tar:
            path = PurePosixPath(member.name.removeprefix("./"))
            if member.issym() and path.parent in (DOC, COMMON):  # to another package, or another version
                links[path] = path.parent / member.linkname
            elif (path.name == "copyright" or path.parent == COMMON) and (file := tar.extractfile(member)):
                texts[path] = file.read().decode("utf-8", "replace")
    for link, target in links.items():
        end = PurePosixPath("copyright") if link.parent == DOC else PurePosixPath()
        if target / end in texts:
            texts[link / end] = texts[target / end]
    return texts


def _debian_part(name: str, version: str, arch: str, text: str) -> Part:
    purl = PackageURL("deb", "debian", name, version, {"arch": arch})
    return Part(name, version, debian_licence(text), text, purl)


def debian_licence(text: str) -> str:
    """Return the names of the licences in a copyright file."""
    names = re.findall(r"^License:[ \t]*(\S.*)$", text, re.MULTILINE) if "Format:" in text else []
    names = names or COMMON_LICENCE.findall(text)
    return ", ".join(sorted({name.strip() for name in names})) or ("see its text" if text else "")
