"""All containers of the engine, by id, by name and by the start of an id; each change goes to the database
first."""

import json
import logging
from collections.abc import Iterator

from backend.containers.container import Container, ContainerRecord
from backend.containers.networking.networking_request import split_link
from backend.database import Database
from backend.errors import ConflictError, InvalidParameterError, NotFoundError, SystemFailureError

log = logging.getLogger(__name__)


class ContainerStore:
    """The engine's containers in memory, and their rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_id: dict[str, Container] = {}
        self._by_name: dict[str, Container] = {}
        self._link_names: dict[str, list[str]] | None = None
        self._owed: set[Container] = set()

    def load(self) -> None:
        """Read all rows; call once."""
        for row in self._database.rows("SELECT record FROM containers"):
            self._index(Container(ContainerRecord.from_json(json.loads(row["record"]))))

    def __iter__(self) -> Iterator[Container]:
        return iter(tuple(self._by_id.values()))

    def find(self, reference: str) -> Container:
        """Return a container by id, name or unique start of its id, in this order as Docker does.

        "parent/alias" is the container that another one is linked to.
        Raises NotFoundError, or InvalidParameterError when several ids start so.
        """
        name = reference.removeprefix("/")
        found = self._by_id.get(reference) or self._by_name.get(name) or self._linked(name)
        if found is not None:
            return found
        matches = (
            [item for key, item in self._by_id.items() if key.startswith(reference)] if reference else []
        )
        if len(matches) > 1:
            raise InvalidParameterError(f"multiple IDs found with provided prefix: {reference}")
        if not matches:
            raise NotFoundError(f"No such container: {reference}")
        return matches[0]

    def get(self, container_id: str) -> Container | None:
        """Return a container by its whole id."""
        return self._by_id.get(container_id)

    def holder_of(self, name: str) -> Container | None:
        """Return the container that has this name."""
        return self._by_name.get(name)

    def _linked(self, name: str) -> Container | None:
        parent_name, slash, alias = name.partition("/")
        parent = self._by_name.get(parent_name) if slash else None
        links = parent.record.host_config["Links"] or () if parent else ()
        targets = [target for target, known_as in map(split_link, links) if known_as == alias]
        return self._by_name.get(targets[0]) if targets else None

    def names_of(self, container: Container) -> list[str]:
        """Return all names of a container: its own, and "/parent/alias" for each link to it."""
        if self._link_names is None:
            self._link_names = {}
            for parent in self:
                for target, alias in map(split_link, parent.record.host_config["Links"] or ()):
                    self._link_names.setdefault(target, []).append(f"/{parent.name}/{alias}")
        return sorted([f"/{container.name}", *self._link_names.get(container.name, ())])

    def check_name_free(self, name: str) -> None:
        """Raise ConflictError, in Docker's words, when a container has this name."""
        holder = self._by_name.get(name)
        if holder is not None:
            raise ConflictError(
                f'Conflict. The container name "/{name}" is already in use by container "{holder.id}". '
                "You have to remove (or rename) that container to be able to reuse that name."
            )

    def add(self, record: ContainerRecord) -> Container:
        """Store a new container. Raises ConflictError when its name is taken."""
        self.check_name_free(record.name)
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO containers (id, name, record) VALUES (?, ?, ?)",
                (record.id, record.name, json.dumps(record.to_json())),
            )
        container = Container(record)
        self._index(container)
        return container

    def save(self, container: Container) -> None:
        """Store a container's present record. Raises SystemFailureError when the disk takes nothing."""
        self._link_names = None
        with self._database.transaction():
            for item in {container, *self._owed}:
                self._database.execute(
                    "UPDATE containers SET record = ? WHERE id = ?",
                    (json.dumps(item.record.to_json()), item.id),
                )
        self._owed.clear()

    def note(self, container: Container) -> None:
        """Store a record of what has happened already: when the disk takes nothing, with the next one."""
        try:
            self.save(container)
        except SystemFailureError as error:
            self._owed.add(container)
            log.error("container %s: %s", container.name, error.message)

    def rename(self, container: Container, name: str) -> None:
        """Give a container another name; links to it and its own follow. Raises ConflictError when it is
        taken."""
        self.check_name_free(name)
        old, self._link_names = container.record.name, None
        before = {item: item.record.host_config["Links"] for item in self if item.record.host_config["Links"]}
        container.record.name = name
        for item in before:
            item.record.host_config["Links"] = [
                f"/{name if target == old else target}:/{item.name}/{alias}"
                for target, alias in map(split_link, before[item])
            ]
        changed = {container, *(item for item in before if item.record.host_config["Links"] != before[item])}
        try:
            with self._database.transaction():
                for item in changed:
                    self._database.execute(
                        "UPDATE containers SET name = ?, record = ? WHERE id = ?",
                        (item.name, json.dumps(item.record.to_json()), item.id),
                    )
        except BaseException:
            container.record.name = old
            for item, links in before.items():
                item.record.host_config["Links"] = links
            raise
        del self._by_name[old]
        self._by_name[name] = container

    def remove(self, container: Container) -> None:
        """Forget a container."""
        with self._database.transaction():
            self._database.execute("DELETE FROM containers WHERE id = ?", (container.id,))
        self._owed.discard(container)
        self._by_id.pop(container.id, None)
        self._by_name.pop(container.name, None)
        self._link_names = None

    def _index(self, container: Container) -> None:
        self._link_names = None
        self._by_id[container.id] = container
        self._by_name[container.name] = container
