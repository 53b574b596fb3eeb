"""The fields of the Settings page that are about the machine: changed together, applied together."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPlainTextEdit, QSpinBox

from app.viewmodels.engine.machine_settings import FormLimits, MachineForm
from app.views.pages.settings.settings_parts import ProxyFields, SettingLine, build_card
from app.views.widgets.layouts import Card
from app.views.widgets.text import WrappedLabel

_LONGEST_IDLE = 24 * 60  # minutes
SECTIONS = {
    "shared_folders": "folders",
    "http_proxy": "network",
    "https_proxy": "network",
    "registry_mirrors": "registries",
    "insecure_registries": "registries",
}
"""The section of each field that can be wrong."""


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
        self.folders = self._text("folders", self.tr("Shared folders"), "/home/me")
        self.mirrors = self._text("mirrors", self.tr("Mirrors of Docker Hub"), "https://mirror.example.com")
        self.insecure = self._text("insecure", self.tr("Registries without TLS"), "registry.local:5000")
        self._limits = WrappedLabel(role="muted")
        self._lines: dict[str, SettingLine] = {}

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
            SettingLine(self.tr("Processors"), self.cpus, None),
            SettingLine(self.tr("Memory"), self.memory, None),
            SettingLine(self.tr("Disk"), self.disk, None, hint=grows),
            self._limits,
            SettingLine(self.tr("Sleep when unused"), self.idle, None, hint=sleeps),
        )

    def folders_card(self) -> Card:
        """Return what containers see of this computer."""
        hint = self.tr("Folders of this computer that containers may use. One a line.")
        line = SettingLine(self.tr("Shared folders"), self.folders, hint=hint, name="settings.folders")
        self._lines["shared_folders"] = line
        return build_card("folders-card", self.tr("Shared folders"), line)

    def network_card(self) -> Card:
        """Return by which way the engine reaches the network."""
        return build_card("network", self.tr("Network"), self.proxy)

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
            text.format(limits.cpus, limits.memory_mib, limits.default_cpus, limits.default_memory_mib)
        )

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
        )

    def set_enabled(self, enabled: bool) -> None:
        """Let the fields be changed, or not."""
        numbers = (self.cpus, self.memory, self.disk, self.idle)
        for field in (*numbers, self.folders, self.mirrors, self.insecure, self.proxy):
            field.setEnabled(enabled)

    def show_problems(self, problems: Mapping[str, str]) -> Collection[str]:
        """Say beside the fields what is wrong; return the sections of these fields, in their order."""
        for name, line in self._lines.items():
            line.show_problem(problems.get(name, ""))
        self.proxy.show_problems(problems.get("http_proxy", ""), problems.get("https_proxy", ""))
        return list(dict.fromkeys(section for name, section in SECTIONS.items() if name in problems))

    def _number(self, name: str, label: str, step: int, unit: str) -> QSpinBox:
        box = QSpinBox()
        box.setObjectName(f"settings.{name}")
        box.setAccessibleName(label)
        box.setSuffix(unit)
        box.setRange(1, 1)
        box.setSingleStep(step)
        box.setMinimumWidth(140)
        box.lineEdit().setTextMargins(8, 0, 0, 0)
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
