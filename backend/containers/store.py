"""All containers of the engine, by id, by name and by the start of an id; each change goes to the database
first."""

import json
from collections.abc import Iterator

from backend.containers.container import Container, ContainerRecord
from backend.database import Database
from backend.errors import ConflictError, InvalidParameterError, NotFoundError


class ContainerStore:
    """The engine's containers in memory, and their rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_id: dict[str, Container] = {}
        self._by_name: dict[str, Container] = {}

    def load(self) -> None:
        """Read all rows; call once."""
        for row in self._database.rows("SELECT record FROM containers"):
            self._index(Container(ContainerRecord.from_json(json.loads(row["record"]))))

    def __iter__(self) -> Iterator[Container]:
        return iter(tuple(self._by_id.values()))

    def find(self, reference: str) -> Container:
        """Return a container by id, name or unique start of its id, in this order as Docker does.

        Raises NotFoundError, or InvalidParameterError when several ids start so.
        """
        name = reference.removeprefix("/")
        found = self._by_id.get(reference) or self._by_name.get(name)
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
        """Store a container's present record."""
        with self._database.transaction():
            self._database.execute(
                "UPDATE containers SET record = ? WHERE id = ?",
                (json.dumps(container.record.to_json()), container.id),
            )

    def rename(self, container: Container, name: str) -> None:
        """Give a container another name. Raises ConflictError when it is taken."""
        self.check_name_free(name)
        old = container.record.name
        container.record.name = name
        try:
            with self._database.transaction():
                self._database.execute(
                    "UPDATE containers SET name = ?, record = ? WHERE id = ?",
                    (name, json.dumps(container.record.to_json()), container.id),
                )
        except BaseException:
            container.record.name = old
            raise
        del self._by_name[old]
        self._by_name[name] = container

    def remove(self, container: Container) -> None:
        """Forget a container."""
        with self._database.transaction():
            self._database.execute("DELETE FROM containers WHERE id = ?", (container.id,))
        self._by_id.pop(container.id, None)
        self._by_name.pop(container.name, None)

    def _index(self, container: Container) -> None:
        self._by_id[container.id] = container
        self._by_name[container.name] = container
