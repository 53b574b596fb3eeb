"""The fields of the Settings page that are about the machine: changed together, applied together."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPlainTextEdit, QSpinBox, QWidget

from app.viewmodels.engine.machine_settings import CertificateFacts, FormLimits, MachineForm
from app.views.pages.settings.certificate_list import CertificateList
from app.views.pages.settings.name_server_fields import NameServerFields
from app.views.pages.settings.settings_parts import ProxyFields, SettingLine, build_card
from app.views.theme import Theme, monospace_font
from app.views.widgets.check_box import CheckBox
from app.views.widgets.layouts import Card
from app.views.widgets.number_box import NumberBox
from app.views.widgets.text import WrappedLabel

_LONGEST_IDLE = 24 * 60  # minutes
_PROXIES = ("http_proxy", "https_proxy", "no_proxy")
SECTIONS = {
    "cpus": "resources",
    "memory_mib": "resources",
    "disk_gib": "resources",
    "idle_minutes": "resources",
    "shared_folders": "folders",
    "http_proxy": "network",
    "https_proxy": "network",
    "no_proxy": "network",
    "dns_servers": "network",
    "ca_certificates": "network",
    "host_network_ports": "network",
    "registry_mirrors": "registries",
    "insecure_registries": "registries",
    "engine_options": "engine",
}
"""The section of each field, by its name in the form."""

OPTIONS_EXAMPLE = '{\n  "log-driver": "local",\n  "log-opts": {"max-size": "10m"}\n}'


class MachineFields(QObject):
    """Makes the cards, each of which is to be put into a section."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.cpus = self._number("cpus", self.tr("Processors"), 1, "")
        self.memory = self._number("memory", self.tr("Memory"), 256, " MiB")
        self.disk = self._number("disk", self.tr("Disk"), 8, " GiB")
        self.idle = self._number("idle", self.tr("Sleep when unused"), 1, self.tr(" min"))
        self.idle.setRange(0, _LONGEST_IDLE)
        self.idle.setSpecialValueText(self.tr("never"))
        self.proxy = ProxyFields()
        self.proxy.changed.connect(self.changed)
        self.host_ports = CheckBox(self.tr("Open the ports of containers on the host's network"))
        self.host_ports.setObjectName("settings.host-ports")
        self.host_ports.toggled.connect(self.changed)
        self.folders = self._text("folders", self.tr("Shared folders"), "/home/me")
        self.mirrors = self._text("mirrors", self.tr("Mirrors of Docker Hub"), "https://mirror.example.com")
        self.insecure = self._text("insecure", self.tr("Registries without TLS"), "registry.local:5000")
        self.names = NameServerFields()
        self.names.changed.connect(self.changed)
        self.certificates = CertificateList()
        self.certificates.changed.connect(self.changed)
        self.options = self._text("options", self.tr("Engine options"), OPTIONS_EXAMPLE)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()
        self._limits = WrappedLabel(role="muted")
        self._fixed: Collection[str] = ()
        self._lines: dict[str, SettingLine] = {
            "http_proxy": self.proxy.http_line,
            "https_proxy": self.proxy.https_line,
            "dns_servers": self.names.field_line,
        }

    def _follow_zoom(self) -> None:
        self.options.setFixedHeight(Theme.current().scaled(180))
        self.options.setFont(monospace_font())

    def resources_card(self) -> Card:
        """Return what the machine may use."""
        grows = self.tr("It can grow, never shrink: no data is lost.")
        sleeps = self.tr(
            "Without running containers, the machine goes to disk after this time and wakes with the "
            "next call."
        )
        return build_card(
            "resources",
            self.tr("Resources"),
            WrappedLabel(
                self.tr("What the engine's machine may use at most. It takes no more than it needs."),
                "muted",
            ),
            self._line("cpus", self.tr("Processors"), self.cpus),
            self._line("memory_mib", self.tr("Memory"), self.memory),
            self._line("disk_gib", self.tr("Disk"), self.disk, grows),
            self._limits,
            self._line("idle_minutes", self.tr("Sleep when unused"), self.idle, sleeps),
        )

    def folders_card(self) -> Card:
        """Return what containers see of this computer."""
        hint = self.tr("Folders of this computer that containers may use. One a line.")
        line = SettingLine(self.tr("Shared folders"), self.folders, hint=hint, name="settings.folders")
        self._lines["shared_folders"] = line
        return build_card("folders-card", self.tr("Shared folders"), line)

    def network_card(self) -> Card:
        """Return by which way the engine reaches the network."""
        hint = self.tr(
            "What a container with --network host listens on is reached on localhost of this computer."
        )
        line = SettingLine(
            self.tr("Ports on localhost"), self.host_ports, None, hint=hint, name="settings.host-ports"
        )
        self._lines["host_network_ports"] = line
        return build_card("network", self.tr("Network"), self.proxy, self.names, line)

    def certificates_card(self) -> Card:
        """Return whom the engine trusts."""
        hint = self.tr(
            "Of your company or your own registry: the engine trusts them beside the usual ones and those of "
            "this computer. Files in PEM or DER form."
        )
        line = SettingLine(
            self.tr("Trusted certificates"), self.certificates, hint=hint, name="settings.certificates"
        )
        self._lines["ca_certificates"] = line
        return build_card("certificates-card", self.tr("Certificates"), line)

    def options_card(self) -> Card:
        """Return what containers and networks get when they ask for nothing else."""
        hint = self.tr(
            "What new containers and networks get that ask for nothing else, in the form of Docker's "
            "daemon.json: log-driver, log-opts, default-address-pools, dns, dns-search, dns-opts, "
            "default-shm-size, default-ulimits, init, labels. The default network moves into the address "
            "pools when the engine is restarted."
        )
        line = SettingLine(self.tr("Engine options"), self.options, hint=hint, name="settings.options")
        self._lines["engine_options"] = line
        return build_card("engine-card", self.tr("Engine options"), line)

    def registries_card(self) -> Card:
        """Return how registries are asked."""
        mirrors = SettingLine(
            self.tr("Mirrors of Docker Hub"),
            self.mirrors,
            hint=self.tr("One a line."),
            name="settings.mirrors",
        )
        insecure = SettingLine(
            self.tr("Registries without TLS"),
            self.insecure,
            hint=self.tr("Asked without a certificate: only for networks that you trust. One a line."),
            name="settings.insecure",
        )
        self._lines["registry_mirrors"], self._lines["insecure_registries"] = mirrors, insecure
        return build_card("registries", self.tr("Registries"), mirrors, insecure)

    def set_limits(self, form: MachineForm, limits: FormLimits) -> None:
        """Give the numbers their ends."""
        self.cpus.setRange(1, max(limits.cpus, form.cpus))
        self.memory.setRange(512, max(limits.memory_mib, form.memory_mib))
        self.disk.setRange(limits.least_disk_gib, 16 * 1024)
        text = self.tr("This computer has {0} processors and {1} MiB; Marina would take {2} and {3} MiB.")
        self._limits.setText(
            text.format(limits.cpus, limits.memory_mib, limits.defaults.cpus, limits.defaults.memory_mib)
        )
        self._show_fixed(limits)

    def _show_fixed(self, limits: FormLimits) -> None:
        """Say beside the fields which an administrator has fixed; these cannot be changed."""
        self._fixed = limits.fixed
        shown = {
            **self._lines,
            "dns_servers": self.names.line,
            **dict.fromkeys(_PROXIES, self.proxy.mode_line),
        }
        for line in set(shown.values()):
            is_fixed = any(name in limits.fixed for name, place in shown.items() if place is line)
            line.show_fixed(is_fixed, limits.fixed_by)

    def fill(self, form: MachineForm) -> None:
        """Show a form."""
        self.cpus.setValue(form.cpus)
        self.memory.setValue(form.memory_mib)
        self.disk.setValue(form.disk_gib)
        self.folders.setPlainText(form.shared_folders)
        self.mirrors.setPlainText(form.registry_mirrors)
        self.insecure.setPlainText(form.insecure_registries)
        self.proxy.show_values((form.http_proxy, form.https_proxy, form.no_proxy))
        self.idle.setValue(form.idle_minutes)
        self.names.show_value(form.dns_servers)
        self.certificates.show_paths(form.ca_certificates)
        self.options.setPlainText(form.engine_options)
        self.host_ports.setChecked(form.host_network_ports)

    def form(self) -> MachineForm:
        """Return everything as it stands in the fields."""
        return MachineForm(
            self.cpus.value(),
            self.memory.value(),
            self.disk.value(),
            self.folders.toPlainText().strip(),
            self.mirrors.toPlainText().strip(),
            self.insecure.toPlainText().strip(),
            *self.proxy.values(),
            self.idle.value(),
            self.names.value(),
            self.certificates.paths,
            self.options.toPlainText().strip(),
            self.host_ports.isChecked(),
        )

    def with_defaults(self, section: str, form: MachineForm, defaults: MachineForm) -> MachineForm:
        """Return the form with what Marina would choose in a section; what is fixed stays."""
        names = [name for name, place in SECTIONS.items() if place == section and name not in self._fixed]
        return replace(form, **{name: getattr(defaults, name) for name in names})

    def set_enabled(self, enabled: bool) -> None:
        """Let the fields be changed, or not."""
        for name, field in self._fields().items():
            field.setEnabled(enabled and name not in self._fixed)
        self.proxy.setEnabled(enabled and not any(name in self._fixed for name in _PROXIES))

    def _fields(self) -> Mapping[str, QWidget]:
        return {
            "cpus": self.cpus,
            "memory_mib": self.memory,
            "disk_gib": self.disk,
            "idle_minutes": self.idle,
            "shared_folders": self.folders,
            "registry_mirrors": self.mirrors,
            "insecure_registries": self.insecure,
            "dns_servers": self.names,
            "ca_certificates": self.certificates,
            "engine_options": self.options,
            "host_network_ports": self.host_ports,
        }

    def show_certificates(self, facts: Mapping[str, CertificateFacts]) -> None:
        """Say what is in files of certificates."""
        self.certificates.show_facts(facts)

    def show_problems(self, problems: Mapping[str, str]) -> Collection[str]:
        """Say beside the fields what is wrong; return the sections of these fields, in their order."""
        for name, line in self._lines.items():
            if name != "ca_certificates":  # each file has its own said beside it
                line.show_problem(problems.get(name, ""))
        return list(dict.fromkeys(section for name, section in SECTIONS.items() if name in problems))

    def _line(self, name: str, label: str, field: QWidget, hint: str = "") -> SettingLine:
        line = SettingLine(label, field, None, hint=hint, name=field.objectName())
        self._lines[name] = line
        return line

    def _number(self, name: str, label: str, step: int, unit: str) -> QSpinBox:
        box = NumberBox()
        box.setObjectName(f"settings.{name}")
        box.setAccessibleName(label)
        box.setSuffix(unit)
        box.setRange(1, 1)
        box.setSingleStep(step)
        box.setMinimumWidth(Theme.current().scaled(140))
        box.valueChanged.connect(self.changed)
        return box

    def _text(self, name: str, label: str, hint: str) -> QPlainTextEdit:
        edit = QPlainTextEdit()
        edit.setObjectName(f"settings.{name}")
        edit.setAccessibleName(label)
        edit.setPlaceholderText(hint)
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(68)
        edit.textChanged.connect(self.changed)
        return edit
