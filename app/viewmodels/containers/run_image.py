"""The run dialog's content: filled in from the image, checked as it is typed, sent as one request."""

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.services.containers.environment_file import parse_environment_text
from app.services.containers.object_name import is_object_name
from app.services.containers.ports import ports_of_containers, suggest_host_port
from app.services.containers.run_checks import check_host_name, check_removal, check_user
from app.services.containers.run_options import RunOptions
from app.services.engine.engine_types import Container, ContainerDetails
from app.services.errors import EngineRequestError, MarinaError, UserError
from app.services.images.reference import parse_reference
from app.viewmodels.containers.run_form import (
    FormChecks,
    LimitsRow,
    PortRow,
    VolumeRow,
    find_problems,
    wished_mounts,
    wished_ports,
)
from app.viewmodels.failure import Failure, describe_failure

if TYPE_CHECKING:  # imports `requests`: only in a worker
    from app.services.engine.engine_client import EngineClient

USUAL_NETWORK = "bridge"
_GONE = (404, 409)  # removed by itself, or just being removed
_FIELD_OF_CODE = {
    "port-taken": "ports",
    "port-privileged": "ports",
    "name-taken": "name",
    "image-not-found": "image",
    "command-not-found": "command",
    "command-not-executable": "command",
}


@dataclass(frozen=True, slots=True)
class MoreRow:
    """What is seldom wanted, as typed; an entrypoint of several words is split as a shell does."""

    entrypoint: str = ""
    user: str = ""
    hostname: str = ""
    tty: bool = False
    auto_remove: bool = False
    read_only: bool = False
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class RunForm:
    """Everything in the dialog, as typed."""

    image: str
    name: str = ""
    ports: tuple[PortRow, ...] = ()
    environment: str = ""
    volumes: tuple[VolumeRow, ...] = ()
    command: str = ""
    network: str = ""
    limits: LimitsRow = LimitsRow()
    more: MoreRow = MoreRow()


@dataclass(frozen=True, slots=True)
class Prefill:
    """What the image and the engine suggest."""

    form: RunForm
    is_local: bool
    usual_command: str = ""
    volumes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()  # beside the usual one


@dataclass(frozen=True, slots=True)
class StartedContainer:
    """What runs now, or has ended and gone by itself already (`is_gone`)."""

    id: str
    name: str
    url: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class FieldFailure:
    """A refusal and the field it is about: "name", "ports", "image", "command" or "" for the whole."""

    field: str
    failure: Failure


class RunImageViewModel(FormChecks):
    """Serves one run dialog."""

    prefilled = Signal(object)  # Prefill
    prefill_failed = Signal(object)  # Failure
    started = Signal(object)  # StartedContainer
    failed = Signal(object)  # FieldFailure

    def prepare(self, image: str) -> None:
        """Ask the engine about `image`; the answer is `prefilled`."""
        self._background.run(lambda: self._prepare(image), self._prepared, self._not_prepared)

    def check_name(self, name: str) -> str:
        """Return what is wrong with a container's name, or ""."""
        if name and not is_object_name(name):
            return self.tr("Letters, digits and _ . - only, at least two, the first a letter or digit.")
        if name and any(container.name == name for container in self._containers):
            return self.tr("A container with this name exists already.")
        return ""

    def check_form(self, form: RunForm) -> dict[str, str]:
        """Return what is wrong, by field: "name", "ports.0", "environment", "volumes.0", "memory",
        "cpus", "command", "entrypoint", "user", "hostname", "auto_remove".
        """
        problems: dict[str, str] = {}
        if problem := self.check_name(form.name):
            problems["name"] = problem
        problems |= self.check_rows(form.ports, form.volumes, form.environment, form.limits)
        for field, text in (("command", form.command), ("entrypoint", form.more.entrypoint)):
            try:
                shlex.split(text)
            except ValueError:
                problems[field] = self.tr("A quotation mark is not closed.")
        return problems | _check_more(form)

    def command_line(self, form: RunForm) -> str:
        """Return the equal `docker run` line, or "" while something is wrong."""
        return "" if self.check_form(form) else self._options(form).to_command_line()

    def run(self, form: RunForm) -> None:
        """Create and start the container. When the start fails, what was created goes again."""
        options = self._options(form)
        self._background.run(lambda: self._run(options), self._ran)

    def _prepare(self, image: str) -> tuple[Prefill, list[Container]]:
        client = self._access.client()
        containers = client.list_containers()
        name = _suggest_name(image, {container.name for container in containers})
        networks = tuple(sorted(row.name for row in client.list_networks() if row.name != USUAL_NETWORK))
        try:
            details = client.inspect_image(image)
        except EngineRequestError as error:
            if error.status != 404:
                raise
            return Prefill(RunForm(image, name), is_local=False, networks=networks), containers
        taken = ports_of_containers(containers)
        rows: list[PortRow] = []
        for port in details.exposed_ports:
            host = suggest_host_port(port.container_port, taken, port.protocol)
            taken |= {host} if host else set()
            rows.append(PortRow(str(port.container_port), str(host or ""), port.protocol))
        form = RunForm(image, name, tuple(rows))
        usual = shlex.join([*details.entrypoint, *details.command])
        return Prefill(form, True, usual, details.volumes, networks), containers

    @Slot(object)
    def _prepared(self, answer: tuple[Prefill, list[Container]]) -> None:
        prefill, self._containers = answer
        self.prefilled.emit(prefill)

    @Slot(object)
    def _not_prepared(self, error: Exception) -> None:
        self.prefill_failed.emit(describe_failure(error))

    @staticmethod
    def _options(form: RunForm) -> RunOptions:
        more = form.more
        entrypoint, *first = shlex.split(more.entrypoint) or [""]  # the option takes one word
        return RunOptions(
            image=form.image,
            name=form.name,
            ports=wished_ports(form.ports),
            environment=parse_environment_text(form.environment),
            volumes=wished_mounts(form.volumes),
            command=(*first, *shlex.split(form.command)),
            entrypoint=entrypoint,
            user=more.user,
            hostname=more.hostname,
            network=form.network,
            restart_policy=form.limits.restart,
            memory=form.limits.memory_bytes,
            cpus=form.limits.cpu_count,
            auto_remove=more.auto_remove,
            tty=more.tty,
            privileged=more.privileged,
            read_only=more.read_only,
        )

    def _run(self, options: RunOptions) -> StartedContainer | FieldFailure:
        container_id = ""
        try:
            client = self._access.client()
            container_id = client.create_container(options)
            client.start_container(container_id)
        except Exception as error:  # noqa: BLE001 - told in the dialog, whatever it is
            failure = describe_failure(error, options.image, "run")
            if container_id:
                failure = self._take_back(container_id, failure)
            field = _FIELD_OF_CODE.get(failure.code, "")
            if field == "command" and options.entrypoint:
                field = ""  # it is about the entrypoint
            return FieldFailure(field, failure)
        return self._look_at(container_id, options)

    def _look_at(self, container_id: str, options: RunOptions) -> StartedContainer:
        """Return what was started; it runs, so a look that fails takes nothing back."""
        try:
            details = _inspect(self._access.client(), container_id, options.auto_remove)
        except MarinaError:
            return StartedContainer(container_id, options.name or container_id[:12], "")
        if details is None:
            return StartedContainer(container_id, options.name or container_id[:12], "", is_gone=True)
        url = next((port.url for port in details.ports if port.url), "")
        return StartedContainer(container_id, details.name, url)

    def _take_back(self, container_id: str, failure: Failure) -> Failure:
        try:
            self._access.client().remove_container(container_id, force=True)
        except MarinaError as error:
            if isinstance(error, EngineRequestError) and error.status in _GONE:
                return failure
            left = self.tr("The container {0} is left and could not be deleted: {1}")
            details = f"{failure.details}\n{left.format(container_id[:12], error)}"
            return Failure(failure.summary, details, failure.what_to_do, failure.code)
        return failure

    @Slot(object)
    def _ran(self, result: StartedContainer | FieldFailure) -> None:
        if isinstance(result, FieldFailure):
            self.failed.emit(result)
        else:
            self.started.emit(result)


def _check_more(form: RunForm) -> dict[str, str]:
    """Return what the engine would refuse of the seldom wanted, by field."""
    more = form.more
    return find_problems(
        {
            "user": lambda: check_user(more.user),
            "hostname": lambda: check_host_name(more.hostname),
            "auto_remove": lambda: check_removal(more.auto_remove, form.limits.restart),
        }
    )


def _inspect(client: "EngineClient", container_id: str, auto_remove: bool) -> ContainerDetails | None:
    """Return how a started container is; None for one that has ended and removed itself."""
    try:
        return client.inspect_container(container_id)
    except EngineRequestError as error:
        if auto_remove and error.status == 404:
            return None
        raise


def _suggest_name(image: str, taken: set[str]) -> str:
    """Return the image's own name, with a number when a container has it; "" when it gives no name."""
    try:
        base = parse_reference(image).repository.rpartition("/")[2]
    except UserError:
        return ""
    if not is_object_name(base):
        return ""
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name
