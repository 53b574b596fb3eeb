"""The machine's settings as a form: loaded, checked as typed, saved, and the restart that they need."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDate, QLocale, QObject, Signal, Slot

from app.services.errors import UserError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure
from app.viewmodels.wording.service_texts import say

if TYPE_CHECKING:
    from app.services.fixed_settings import Fixed
    from app.services.machine.machine_settings import Authority, MachineSettings, SettingsLimits

_MIRROR = re.compile(r"https?://[^\s/]+(/\S*)?")
_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?|[0-9a-fA-F.:]+/\d{1,3}")
_PROXY = re.compile(r"https?://([^\s/@]+@)?[^\s/@]+/?")
_WHILE_RUNNING = {
    *("idle_minutes", "registry_mirrors", "insecure_registries"),
    *("http_proxy", "https_proxy", "no_proxy", "dns_servers", "ca_certificates", "engine_options"),
    *("host_network_ports", "disk_gib"),
}
"""Fields that the machine follows while it runs (`vm.machine.settings.WHILE_RUNNING`)."""
SYSTEM = "system"
"""A proxy field: what this computer itself uses."""


@dataclass(frozen=True, slots=True)
class MachineForm:
    """What the page shows; the lists are one entry a line, name servers have commas between them."""

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
    dns_servers: str = ""
    ca_certificates: str = ""
    engine_options: str = ""  # JSON
    host_network_ports: bool = True

    def needs_restart(self, other: "MachineForm") -> bool:
        """Return whether a machine that runs takes the change to `other` only with a restart."""
        mine, others = asdict(self), asdict(other)
        return any(mine[name] != others[name] for name in mine if name not in _WHILE_RUNNING)


@dataclass(frozen=True, slots=True)
class FormLimits:
    """The ends of the fields, what Marina would choose, what is fixed by whom, and what is not in force."""

    cpus: int
    memory_mib: int
    least_disk_gib: int
    defaults: MachineForm
    fixed: Collection[str] = ()
    fixed_by: str = ""
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What is known of a file of certificates: whom they are about, and until when, or what is wrong."""

    subjects: Sequence[str] = field(default_factory=tuple)
    expires: str = ""
    is_expired: bool = False
    problem: str = ""


class MachineSettingsViewModel(QObject):
    """Loads when the page is first looked at."""

    loaded = Signal(object, object)  # MachineForm, FormLimits
    saved = Signal()
    certificates_read = Signal(object)  # Mapping[str, CertificateFacts], by the file's path
    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._settings: MachineSettings | None = None
        self._writes = 0
        self.form: MachineForm | None = None

    def load(self) -> None:
        """Read the settings in use."""
        writes = self._writes
        self._background.run(lambda: (self._read(), writes), self._took, self._failed)

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
        problems |= self._check_servers(form.dns_servers)
        if reason := _why_no_options(form.engine_options):
            problems["engine_options"] = say(reason)
        return problems

    def _check_servers(self, text: str) -> dict[str, str]:
        from app.services.machine.machine_settings import MOST_NAME_SERVERS, is_name_server

        servers = _words(text)
        for server in servers:
            if not is_name_server(server):
                told = self.tr("{0} is no name server: write an address such as 192.0.2.1 or 192.0.2.1:5353")
                return {"dns_servers": told.format(server)}
        if len(servers) > MOST_NAME_SERVERS:
            return {"dns_servers": self.tr("There can be {0} at most").format(MOST_NAME_SERVERS)}
        return {}

    def read_certificates(self, paths: Sequence[str]) -> None:
        """Look into files of certificates; the answer is `certificates_read`."""
        self._background.run(lambda: _read_certificates(paths), self._read_them, self._failed)

    @Slot(object)
    def _read_them(self, found: "Mapping[str, Sequence[Authority] | str]") -> None:
        facts = {}
        for path, authorities in found.items():
            if isinstance(authorities, str):
                facts[path] = CertificateFacts(problem=say(authorities))
                continue
            first = min(authorities, key=lambda authority: authority.expires)
            day = first.expires.astimezone()
            facts[path] = CertificateFacts(
                tuple(authority.subject for authority in authorities),
                QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat),
                first.is_expired,
            )
        self.certificates_read.emit(facts)

    def save(self, form: MachineForm) -> None:
        """Write the form; the answer is `saved` or `failed`. The machine takes it with its next start."""
        self._writes += 1
        self._background.run(lambda: self._write(form), self._wrote, self._failed)

    def _read(self) -> "tuple[MachineSettings, SettingsLimits, Fixed, Sequence[str]]":
        from app.services.fixed_settings import find_fixed
        from app.services.machine.machine_settings import find_limits

        machine = self._access.machine()
        return machine.settings(), find_limits(), find_fixed(), machine.settings_warnings()

    @Slot(object)
    def _took(
        self, answer: "tuple[tuple[MachineSettings, SettingsLimits, Fixed, Sequence[str]], int]"
    ) -> None:
        read, writes = answer
        if writes != self._writes:  # they were read before they were written: the newer ones are known
            return
        self._settings, limits, fixed, warnings = read
        self.form = _to_form(self._settings)
        defaults = replace(
            _to_form(limits.defaults), disk_gib=max(limits.defaults.disk_gib, self._settings.disk_gib)
        )
        self.loaded.emit(
            self.form,
            FormLimits(
                limits.cpus,
                limits.memory_mib,
                self._settings.disk_gib,
                defaults,
                fixed.names,
                fixed.by,
                [say(warning) for warning in warnings],
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
            dns_servers=_words(form.dns_servers),
            ca_certificates=_lines(form.ca_certificates),
            engine_options=_options(form.engine_options),
            idle_minutes=kept if form.idle_minutes == round(kept) else form.idle_minutes,
            host_network_ports=form.host_network_ports,
        )
        machine = self._access.machine()
        machine.save_settings(settings)
        return machine.settings()  # registries among the engine's options have gone to their own fields

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
        ", ".join(settings.dns_servers),
        "\n".join(settings.ca_certificates),
        json.dumps(settings.engine_options, indent=2, ensure_ascii=False) if settings.engine_options else "",
        settings.host_network_ports,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _options(text: str) -> dict[str, Any]:
    from app.services.machine.machine_settings import parse_engine_options

    return parse_engine_options(text)


def _why_no_options(text: str) -> str:
    from app.services.machine.machine_settings import why_no_engine_options

    return why_no_engine_options(text)


def _read_certificates(paths: Sequence[str]) -> "Mapping[str, Sequence[Authority] | str]":
    from app.services.machine.machine_settings import read_authority_file

    found: dict[str, Sequence[Authority] | str] = {}
    for path in paths:
        try:
            found[path] = read_authority_file(path)
        except UserError as error:
            found[path] = error.details
    return found
