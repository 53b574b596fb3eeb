"""The rows of the run and edit dialogs: ports and volumes, each with its own message, and limits."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from app.viewmodels.containers.run_form import (
    LimitsRow,
    PortConflict,
    PortRow,
    VolumeRow,
    is_container_folder,
    is_port_number,
)
from app.views.tab_order import insert_before
from app.views.theme import Theme
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.check_box import CheckBox
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.layouts import column, row
from app.views.widgets.text import PlainLabel, WrappedLabel, restyle

_PORT_WIDTH = 70
_PROTOCOLS = ("tcp", "udp")


def mark_invalid(field: QLineEdit, invalid: bool) -> None:
    """Show a field as wrong, or as fine."""
    if bool(field.property("invalid")) is not invalid:
        field.setProperty("invalid", invalid)
        restyle(field)


class _Row(QWidget):
    """A line with a message below and a button that removes it."""

    changed = Signal()
    removed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.message = WrappedLabel(role="error")
        self.message.setObjectName(f"{name}.message")
        self.message.hide()
        self.remove = IconButton("close", self.tr("Remove this line"), f"{name}.remove")
        self.remove.clicked.connect(self.removed)

    def field(self, name: str, label: str, hint: str, text: str) -> QLineEdit:
        """Return a field of this line."""
        field = QLineEdit(text)
        field.setObjectName(f"{self.objectName()}.{name}")
        field.setAccessibleName(label)
        field.setToolTip(label)
        field.setPlaceholderText(hint)
        field.textChanged.connect(self.changed)
        return field


class PortLine(_Row):
    """Host port, container port, and what is wrong with them."""

    def __init__(self, name: str, port: PortRow) -> None:
        super().__init__(name)
        self._host_ip = port.host_ip
        self._suggestion = 0
        self.publish = QCheckBox()
        self.publish.setObjectName(f"{name}.publish")
        self.publish.setAccessibleName(self.tr("Publish this port"))
        self.publish.setToolTip(self.tr("Publish this port"))
        self.publish.setChecked(port.publish)
        self.publish.toggled.connect(self._toggled)
        self.host = self.field("host", self.tr("Port of this computer"), self.tr("any"), port.host)
        self.container = self.field("container", self.tr("Port in the container"), "80", port.container)
        self.host.setFixedWidth(Theme.current().scaled(_PORT_WIDTH))
        self.container.setFixedWidth(Theme.current().scaled(_PORT_WIDTH))
        self._use = Button("", f"{name}.use", "link")
        self._use.clicked.connect(self._use_suggestion)
        self._use.hide()
        self.protocol = ComboBox()
        self.protocol.setObjectName(f"{name}.protocol")
        self.protocol.setAccessibleName(self.tr("Protocol"))
        self.protocol.addItems(sorted({*_PROTOCOLS, port.protocol}))
        self.protocol.setCurrentText(port.protocol)
        self.protocol.setProperty("role", "short")
        self.protocol.currentIndexChanged.connect(self.changed)
        line = row(
            self.publish,
            PlainLabel(f"{port.host_ip or 'localhost'}:", "muted"),
            self.host,
            PlainLabel("→", "muted"),
            self.container,
            self.protocol,
            None,
            self.remove,
            spacing=6,
        )
        told = row(self.message, self._use)
        told.setStretch(0, 1)
        self.setLayout(column(line, told, spacing=2))

    @property
    def value(self) -> PortRow:
        """Return the line as typed."""
        return PortRow(
            self.container.text().strip(),
            self.host.text().strip(),
            self.protocol.currentText(),
            self.publish.isChecked(),
            self._host_ip,
        )

    def show_problem(self, problem: str, conflict: PortConflict | None) -> None:
        """Show what is wrong with the numbers, or who holds the host port."""
        if not problem and conflict is not None and str(conflict.host) == self.host.text().strip():
            problem = self.tr("Port {0} is in use by {1}.").format(conflict.host, conflict.holder)
            self._suggestion = conflict.suggestion or 0
        else:
            self._suggestion = 0
        self._use.setVisible(bool(self._suggestion))
        self._use.set_label(self.tr("Use {0}").format(self._suggestion))
        self.message.setText(problem)
        self.message.setVisible(bool(problem))
        blames_container = bool(problem) and not is_port_number(self.value.container)
        mark_invalid(self.container, blames_container)
        mark_invalid(self.host, bool(problem) and not blames_container)

    def _use_suggestion(self) -> None:
        self.host.setText(str(self._suggestion))

    def _toggled(self, publish: bool) -> None:
        self.host.setEnabled(publish)
        self.container.setEnabled(publish)
        self.protocol.setEnabled(publish)
        self.changed.emit()


class VolumeLine(_Row):
    """What is mounted where."""

    def __init__(self, name: str, volume: VolumeRow) -> None:
        super().__init__(name)
        self.source = self.field(
            "source",
            self.tr("Volume, or folder of this computer"),
            self.tr("name or folder"),
            volume.source,
        )
        self.target = self.field("target", self.tr("Folder in the container"), "/data", volume.target)
        self.read_only = CheckBox(self.tr("read-only"))
        self.read_only.setObjectName(f"{name}.read_only")
        self.read_only.setChecked(volume.read_only)
        self.read_only.toggled.connect(self.changed)
        browse = IconButton("folder", self.tr("Choose a folder"), f"{name}.browse")
        browse.clicked.connect(self._browse)
        line = row(
            self.source, browse, PlainLabel("→", "muted"), self.target, self.read_only, self.remove, spacing=6
        )
        line.setStretch(0, 1)
        line.setStretch(3, 1)
        self.setLayout(column(line, self.message, spacing=2))

    @property
    def value(self) -> VolumeRow:
        """Return the line as typed."""
        return VolumeRow(self.source.text().strip(), self.target.text().strip(), self.read_only.isChecked())

    def show_problem(self, problem: str) -> None:
        """Show what is wrong with the line."""
        self.message.setText(problem)
        self.message.setVisible(bool(problem))
        blames_target = bool(problem) and not is_container_folder(self.value.target)
        mark_invalid(self.target, blames_target)
        mark_invalid(self.source, bool(problem) and not blames_target)

    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Folder to share with the container"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.source.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class LimitsFields(QWidget):
    """When a container starts again by itself, and how much memory and processor it may take."""

    changed = Signal()

    def __init__(self, name: str, limits: LimitsRow = LimitsRow()) -> None:  # noqa: B008 - a frozen value
        super().__init__()
        self.restart = ComboBox()
        self.restart.setObjectName(f"{name}.restart")
        self.restart.setAccessibleName(self.tr("Restart"))
        self._policies = {
            "": self.tr("Never starts again by itself"),
            "on-failure": self.tr("Starts again when it fails"),
            "unless-stopped": self.tr("Starts again unless stopped"),
            "always": self.tr("Always starts again"),
        }
        for policy, text in self._policies.items():
            self.restart.addItem(text, policy)
        self.memory = self._line(f"{name}.memory", self.tr("Memory limit"))
        self.cpus = self._line(f"{name}.cpus", self.tr("Processor limit"))
        self.message = WrappedLabel(role="error")
        self.message.setObjectName(f"{name}.limits.message")
        self.message.hide()
        self.show_limits(limits)
        self.restart.currentIndexChanged.connect(self.changed)
        sizes = row(
            PlainLabel(self.tr("Memory"), "muted"),
            self.memory,
            8,
            PlainLabel(self.tr("Processors"), "muted"),
            self.cpus,
            None,
            spacing=6,
        )
        self.setLayout(column(row(self.restart, None), sizes, self.message, spacing=6))

    @property
    def value(self) -> LimitsRow:
        """Return what was typed."""
        return LimitsRow(
            str(self.restart.currentData()), self.memory.text().strip(), self.cpus.text().strip()
        )

    def show_limits(self, limits: LimitsRow) -> None:
        """Fill the fields in; a policy with a number of tries becomes a choice of its own."""
        if self.restart.findData(limits.restart) < 0:
            text = self._policies.get(limits.restart.partition(":")[0], limits.restart)
            self.restart.addItem(f"{text} ({limits.restart})", limits.restart)
        self.restart.setCurrentIndex(self.restart.findData(limits.restart))
        self.memory.setText(limits.memory)
        self.cpus.setText(limits.cpus)

    def show_problems(self, problems: dict[str, str]) -> None:
        """Show what is wrong with the sizes."""
        texts = [problems[name] for name in ("memory", "cpus") if name in problems]
        self.message.setText(" ".join(texts))
        self.message.setVisible(bool(texts))
        mark_invalid(self.memory, "memory" in problems)
        mark_invalid(self.cpus, "cpus" in problems)

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(name)
        line.setAccessibleName(label)
        line.setToolTip(label)
        line.setPlaceholderText(self.tr("no limit"))
        line.setMinimumWidth(Theme.current().scaled(64))
        line.setMaximumWidth(Theme.current().scaled(96))
        line.textChanged.connect(self.changed)
        return line


class RowList(QWidget):
    """Lines of one kind with a button that adds one. Object names keep counting, so each stays unique."""

    changed = Signal()
    added = Signal(QWidget)  # a line that the user asked for, which has the keyboard now

    def __init__(self, name: str, add_label: str, make: Callable[[str, Any], _Row], blank: object) -> None:
        """`make` returns the line of a value, under an object name; `blank` is what a new one begins with."""
        super().__init__()
        self._name, self._made, self._make = name, 0, make
        self.lines: list[Any] = []
        self._layout = QVBoxLayout()
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.add_button = Button(add_label, f"{name}.add", "link", "plus")
        self.add_button.clicked.connect(lambda: self._add(blank))
        self.setLayout(column(self._layout, row(self.add_button, None), spacing=4))

    @property
    def values(self) -> tuple[Any, ...]:
        """Return the lines as typed."""
        return tuple(line.value for line in self.lines)

    def fill(self, values: Iterable[Any]) -> None:
        """Show these in place of all that is there."""
        for line in self.lines:
            line.deleteLater()
            self._layout.removeWidget(line)
        self.lines.clear()
        self._extend(values)

    def _add(self, blank: object) -> None:
        self._extend([blank])
        line = self.lines[-1]
        QTimer.singleShot(0, line, lambda: self._lead_to(line))  # once it is laid out

    def _lead_to(self, line: _Row) -> None:
        line.findChildren(QLineEdit)[0].setFocus()
        self.added.emit(line)

    def _extend(self, values: Iterable[Any]) -> None:
        for value in values:
            line = self._make(f"{self._name}.{self._made}", value)
            self._made += 1
            self.lines.append(line)
            self._layout.addWidget(line)
            insert_before(self.add_button, line)
            line.changed.connect(self.changed)
            line.removed.connect(partial(self._remove, line))
        self.changed.emit()

    def _remove(self, line: _Row) -> None:
        self.lines.remove(line)
        self._layout.removeWidget(line)
        line.deleteLater()
        self.changed.emit()
