"""The edit dialog's content: read from the container, checked as typed, and what it would change."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.services.containers.container_setup import ContainerSetup, EditStep, read_setup
from app.services.containers.environment_file import format_environment, parse_environment_text
from app.services.containers.run_options import format_memory, format_port
from app.services.engine.engine_types import Container, ContainerDetails
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.container_change import ContainerChange
from app.viewmodels.containers.run_form import (
    FormChecks,
    LimitsRow,
    PortRow,
    VolumeRow,
    wished_mounts,
    wished_ports,
)
from app.viewmodels.containers.secrets import HIDDEN, is_secret
from app.viewmodels.failure import describe_failure

__all__ = ["EditContainerViewModel", "EditForm", "EditStep", "Preview"]


@dataclass(frozen=True, slots=True)
class EditForm:
    """Everything in the dialog, as typed."""

    ports: tuple[PortRow, ...] = ()
    environment: str = ""
    volumes: tuple[VolumeRow, ...] = ()
    limits: LimitsRow = LimitsRow()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a form would change: a line each, taken away ("−") or new ("+"), and what that means."""

    lines: tuple[str, ...]
    note: str

    @property
    def changes_something(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.lines)


class EditContainerViewModel(FormChecks):
    """Serves one edit dialog; it lives until the change is made, or taken back."""

    loaded = Signal(object)  # EditForm
    load_failed = Signal(object)  # Failure
    step_changed = Signal(object)  # EditStep
    applied = Signal(str)  # the id of the container that is there now
    failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, access: Access, container_id: str, parent: QObject | None = None
    ) -> None:
        super().__init__(background, access, parent)
        self._id = container_id
        self._before = ContainerSetup()
        self._odd: tuple[tuple[str, str], ...] = ()  # variables that no line can hold: they stay
        self._name = ""
        self._change = ContainerChange(background, access, self)
        self._change.step_changed.connect(self.step_changed)
        self._change.applied.connect(self.applied)
        self._change.failed.connect(self.failed)

    @property
    def is_busy(self) -> bool:
        """Return whether a change is under way."""
        return self._change.is_busy

    def load(self) -> None:
        """Ask the engine how the container is; the answer is `loaded`."""
        self._background.run(self._load, self._loaded, self._not_loaded)

    def check_form(self, form: EditForm) -> dict[str, str]:
        """Return what is wrong, by field."""
        return self.check_rows(form.ports, form.volumes, form.environment, form.limits)

    def preview(self, form: EditForm) -> Preview:
        """Return what would be changed by a form without mistakes."""
        before, after = self._before, self._setup(form)
        lines: list[str] = []
        for old, new in (
            (_port_lines(before), _port_lines(after)),
            (_mount_lines(before), _mount_lines(after)),
            (_variable_lines(before), _variable_lines(after)),
        ):
            lines += [f"− {shown}" for line, shown in old.items() if line not in new]
            lines += [f"+ {shown}" for line, shown in new.items() if line not in old]
        for label, was, will in (
            (self.tr("restart"), before.restart_policy or "no", after.restart_policy or "no"),
            (self.tr("memory"), self._size(before.memory), self._size(after.memory)),
            (self.tr("processors"), self._count(before.cpus), self._count(after.cpus)),
        ):
            if was != will:
                lines.append(f"{label}: {was} → {will}")
        if not lines:
            note = self.tr("Nothing is changed yet.")
        elif before.needs_new_container(after):
            note = self.tr(
                "A new container takes its place, so it stops for a moment. Its volumes are kept; what it "
                "wrote elsewhere is lost. If the new one does not run, this one comes back."
            )
        else:
            note = self.tr("This is changed as it runs: nothing stops and nothing is lost.")
        return Preview(tuple(lines), note)

    def apply(self, form: EditForm) -> None:
        """Make the change; the answer is `applied` or `failed`."""
        after = self._setup(form)
        self._change.make(lambda edit: edit.apply(self._id, after), self._name or self._id[:12])

    def _setup(self, form: EditForm) -> ContainerSetup:
        return ContainerSetup(
            ports=tuple(sorted(wished_ports(form.ports))),
            environment=(*parse_environment_text(form.environment), *self._odd),
            mounts=tuple(sorted(wished_mounts(form.volumes), key=lambda mount: mount.target)),
            restart_policy=form.limits.restart,
            memory=form.limits.memory_bytes,
            cpus=form.limits.cpu_count,
        )

    def _load(self) -> tuple[ContainerDetails, list[Container]]:
        client = self._access.client()
        return client.inspect_container(self._id), client.list_containers()

    @Slot(object)
    def _loaded(self, answer: tuple[ContainerDetails, list[Container]]) -> None:
        details, containers = answer
        self._name = details.name
        self._containers = [container for container in containers if container.id != details.id]
        own = (container.ports for container in containers if container.id == details.id)
        self._own_ports = {(port.host_port, port.protocol) for ports in own for port in ports}
        setup = read_setup(details)
        environment, self._odd = format_environment(setup.environment)
        form = EditForm(
            tuple(
                PortRow(
                    str(port.container_port), str(port.host_port or ""), port.protocol, host_ip=port.host_ip
                )
                for port in setup.ports
            ),
            environment,
            tuple(VolumeRow(mount.source, mount.target, mount.read_only) for mount in setup.mounts),
            LimitsRow(
                setup.restart_policy, format_memory(setup.memory), f"{setup.cpus:g}" if setup.cpus else ""
            ),
        )
        self._before = setup
        self._before = self._setup(form)  # in the same order, so that only real changes show
        self.loaded.emit(form)

    @Slot(object)
    def _not_loaded(self, error: Exception) -> None:
        self.load_failed.emit(describe_failure(error, self._id[:12]))

    def _size(self, size: int) -> str:
        return format_memory(size) or self.tr("no limit")

    def _count(self, cpus: float) -> str:
        return f"{cpus:g}" if cpus else self.tr("no limit")


def _port_lines(setup: ContainerSetup) -> dict[str, str]:
    lines = [f"-p {format_port(port)}" for port in setup.ports]
    return dict(zip(lines, lines, strict=True))


def _mount_lines(setup: ContainerSetup) -> dict[str, str]:
    lines = [f"-v {mount.specification}" for mount in setup.mounts]
    return dict(zip(lines, lines, strict=True))


def _variable_lines(setup: ContainerSetup) -> dict[str, str]:
    """Return the lines to compare and to show: what looks secret is not shown."""
    return {
        f"{name}={value}": f"{name}={HIDDEN if is_secret(name) and value else value}"
        for name, value in setup.environment
    }
