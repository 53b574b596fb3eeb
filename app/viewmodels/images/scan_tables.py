"""What was found in an image, as tables: its packages, and what is known to be wrong with them."""

from typing import Any

from app.services.images.scan.scan_report import Package, Severity, Vulnerability
from app.viewmodels.lists.row_table_model import RowTableModel

_TONES = {Severity.CRITICAL: "err", Severity.HIGH: "err", Severity.MEDIUM: "warn"}
SEVERITY, AFFECTED, INSTALLED, FIXED, ID, TITLE = range(6)
NAME, VERSION, KIND, LICENCES, PATH = range(5)


class VulnerabilityRow:
    """A vulnerability as a row."""

    __slots__ = ("found",)

    def __init__(self, found: Vulnerability) -> None:
        self.found = found

    @property
    def key(self) -> str:
        """Return what tells rows apart: a package may be there twice."""
        return str(self.found.number)

    @property
    def tone(self) -> str:
        """Return the colour of its severity, as the theme names it."""
        return _TONES.get(self.found.severity, "idle")


class VulnerabilityTable(RowTableModel[VulnerabilityRow]):
    """The vulnerabilities, the worst first."""

    column_count = 6

    def header(self, column: int) -> str:
        """Return the title of a column."""
        return (
            self.tr("Severity"),
            self.tr("Package"),
            self.tr("Installed"),
            self.tr("Fixed in"),
            self.tr("Vulnerability"),
            self.tr("What it is"),
        )[column]

    def text(self, row: VulnerabilityRow, column: int) -> str:
        """Return what the cell shows."""
        found = row.found
        if column == SEVERITY:
            return self.word(found.severity)
        if column == FIXED:
            return found.fixed or self.tr("not yet")
        return {
            AFFECTED: found.package,
            INSTALLED: found.installed,
            ID: found.id,
            TITLE: found.title or found.path,
        }[column]

    def word(self, severity: Severity) -> str:
        """Return a severity as it is read."""
        return {
            Severity.CRITICAL: self.tr("critical"),
            Severity.HIGH: self.tr("high"),
            Severity.MEDIUM: self.tr("medium"),
            Severity.LOW: self.tr("low"),
            Severity.UNKNOWN: self.tr("unknown"),
        }[severity]

    def sort_key(self, row: VulnerabilityRow, column: int) -> Any:
        """Return the value to sort by; of one severity, what can be mended comes first."""
        found = row.found
        if column in (SEVERITY, -1):
            return found.severity.rank, not found.fixed, found.package.casefold(), found.id
        return self.text(row, column).casefold()

    def show(self, found: tuple[Vulnerability, ...]) -> None:
        """Show these in place of what was shown before."""
        self.set_rows(map(VulnerabilityRow, found))

    def filter(self, needle: str) -> None:
        """Show those with `needle` in the package, the id, the severity or the title."""
        wanted = needle.casefold()

        def accepts(row: VulnerabilityRow) -> bool:
            found = row.found
            texts = (found.package, found.id, self.word(found.severity), found.title, found.path)
            return any(wanted in text.casefold() for text in texts)

        self.set_filter(accepts if wanted else None)


class PackageRow:
    """A package as a row."""

    __slots__ = ("package",)

    def __init__(self, package: Package) -> None:
        self.package = package

    @property
    def key(self) -> str:
        """Return what tells rows apart: a package may be there twice."""
        return str(self.package.number)


class PackageTable(RowTableModel[PackageRow]):
    """The packages by name."""

    column_count = 5

    def header(self, column: int) -> str:
        """Return the title of a column."""
        return (
            self.tr("Package"),
            self.tr("Version"),
            self.tr("Kind"),
            self.tr("Licences"),
            self.tr("Found in"),
        )[column]

    def text(self, row: PackageRow, column: int) -> str:
        """Return what the cell shows."""
        package = row.package
        return {
            NAME: package.name,
            VERSION: package.version,
            KIND: package.kind,
            LICENCES: ", ".join(package.licences) or "—",
            PATH: package.path,
        }[column]

    def sort_key(self, row: PackageRow, column: int) -> Any:
        """Return the value to sort by."""
        return self.text(row, NAME if column == -1 else column).casefold(), row.package.number

    def show(self, packages: tuple[Package, ...]) -> None:
        """Show these in place of what was shown before."""
        self.set_rows(map(PackageRow, packages))

    def filter(self, needle: str) -> None:
        """Show those with `needle` in the name, the kind, a licence or the path."""
        wanted = needle.casefold()

        def accepts(row: PackageRow) -> bool:
            package = row.package
            texts = (package.name, package.kind, package.path, *package.licences)
            return any(wanted in text.casefold() for text in texts)

        self.set_filter(accepts if wanted else None)
