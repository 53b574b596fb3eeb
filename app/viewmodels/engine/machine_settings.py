"""The machine's settings as a form: loaded, checked as typed, saved, and the restart that they need."""

import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure

if TYPE_CHECKING:
    from app.services.machine.machine_settings import MachineSettings, SettingsLimits

_MIRROR = re.compile(r"https?://[^\s/]+(/\S*)?")
_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?|[0-9a-fA-F.:]+/\d{1,3}")
_PROXY = re.compile(r"https?://([^\s/@]+@)?[^\s/@]+/?")
_WHILE_RUNNING = {
    *("idle_minutes", "registry_mirrors", "insecure_registries"),
    *("http_proxy", "https_proxy", "no_proxy"),
}
"""Fields that the machine follows while it runs (`vm.machine.settings.WHILE_RUNNING`)."""
SYSTEM = "system"
"""A proxy field: what this computer itself uses."""


@dataclass(frozen=True, slots=True)
class MachineForm:
    """What the page shows; the lists are one entry a line."""

    cpus: int
    memory_mib: int
    disk_gib: int
    shared_folders: str = ""
    registry_mirrors: str = ""
    insecure_registries: str = ""
    http_proxy: str = SYSTEM
    https_proxy: str = SYSTEM
    no_proxy: str = SYSTEM
    idle_minutes: int = 5

    def needs_restart(self, other: "MachineForm") -> bool:
        """Return whether a machine that runs takes the change to `other` only with a restart."""
        mine, others = asdict(self), asdict(other)
        return any(mine[name] != others[name] for name in mine if name not in _WHILE_RUNNING)


@dataclass(frozen=True, slots=True)
class FormLimits:
    """The ends of the fields."""

    cpus: int
    memory_mib: int
    least_disk_gib: int
    default_cpus: int
    default_memory_mib: int


class MachineSettingsViewModel(QObject):
    """Loads when the page is first looked at."""

    loaded = Signal(object, object)  # MachineForm, FormLimits
    saved = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._settings: MachineSettings | None = None
        self.form: MachineForm | None = None

    def load(self) -> None:
        """Read the settings in use."""
        self._background.run(self._read, self._took, self._failed)

    def check(self, form: MachineForm) -> dict[str, str]:
        """Return what is wrong, by field."""
        problems: dict[str, str] = {}
        for line in _lines(form.registry_mirrors):
            if not _MIRROR.fullmatch(line):
                text = self.tr("{0} is no address: a mirror begins with https:// or http://")
                problems["registry_mirrors"] = text.format(line)
        for line in _lines(form.insecure_registries):
            if not _HOST.fullmatch(line):
                text = self.tr("{0} is no registry: write a name or address, with a port if it has one")
                problems["insecure_registries"] = text.format(line)
        for line in _lines(form.shared_folders):
            if not (line.startswith(("/", "~")) or line[1:3] in (":\\", ":/")):
                problems["shared_folders"] = self.tr("{0} is no whole path").format(line)
        for name, text in (("http_proxy", form.http_proxy), ("https_proxy", form.https_proxy)):
            if text not in ("", SYSTEM) and not _PROXY.fullmatch(text):
                told = self.tr("{0} is no proxy: write http://host:port, or leave it empty")
                problems[name] = told.format(text)
        return problems

    def save(self, form: MachineForm) -> None:
        """Write the form; the answer is `saved` or `failed`. The machine takes it with its next start."""
        self._background.run(lambda: self._write(form), self._wrote, self._failed)

    def _read(self) -> "tuple[MachineSettings, SettingsLimits]":
        from app.services.machine.machine_settings import find_limits

        return self._access.machine().settings(), find_limits()

    @Slot(object)
    def _took(self, answer: "tuple[MachineSettings, SettingsLimits]") -> None:
        self._settings, limits = answer
        self.form = _to_form(self._settings)
        defaults = limits.defaults
        self.loaded.emit(
            self.form,
            FormLimits(
                limits.cpus, limits.memory_mib, self._settings.disk_gib, defaults.cpus, defaults.memory_mib
            ),
        )

    def _write(self, form: MachineForm) -> "MachineSettings":
        assert self._settings is not None
        kept = self._settings.idle_minutes  # halves of minutes, which a file may hold, have no field
        settings = replace(
            self._settings,
            cpus=form.cpus,
            memory_mib=form.memory_mib,
            disk_gib=form.disk_gib,
            shared_folders=_lines(form.shared_folders),
            registry_mirrors=_lines(form.registry_mirrors),
            insecure_registries=_lines(form.insecure_registries),
            http_proxy=form.http_proxy,
            https_proxy=form.https_proxy,
            no_proxy=form.no_proxy,
            idle_minutes=kept if form.idle_minutes == round(kept) else form.idle_minutes,
        )
        self._access.machine().save_settings(settings)
        return settings

    @Slot(object)
    def _wrote(self, settings: "MachineSettings") -> None:
        self._settings = settings
        self.form = _to_form(settings)
        self.saved.emit()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))


def _to_form(settings: "MachineSettings") -> MachineForm:
    return MachineForm(
        settings.cpus,
        settings.memory_mib,
        settings.disk_gib,
        "\n".join(settings.shared_folders),
        "\n".join(settings.registry_mirrors),
        "\n".join(settings.insecure_registries),
        settings.http_proxy,
        settings.https_proxy,
        settings.no_proxy,
        round(settings.idle_minutes),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
