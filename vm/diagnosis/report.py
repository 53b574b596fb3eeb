"""What a diagnosis found: one finding for each hop from the window to the registry."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a hop is. `skipped`: there was nothing to look at."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One hop: what was found, and what to do about it."""

    name: str
    title: str
    verdict: Verdict
    details: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, in the order of the way from the user to the registry."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst one."""
        found = {finding.verdict for finding in self.findings}
        return next((worst for worst in (Verdict.FAILED, Verdict.WARNING) if worst in found), Verdict.OK)
