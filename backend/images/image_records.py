"""Which images there are and what they are called: in the database, with a copy in memory for reading."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from backend.database import Database
from backend.images import platforms
from backend.images.image import Image, KeptIndex, Layer


class ImageRecords:
    """All images on record. Every change but `touch` is durable when the method returns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._images: dict[str, Image] = {}
        self._references: dict[str, str] = {}

    def load(self) -> None:
        """Read everything from the database."""
        for row in self._database.rows("SELECT reference, image_id FROM image_references"):
            self._references[row["reference"]] = row["image_id"]
        for row in self._database.rows("SELECT id, record FROM images"):
            self._images[row["id"]] = self._with_references(_from_record(row["id"], row["record"]))

    def __iter__(self) -> Iterator[Image]:
        """Go through all images, also those that are only kept for containers."""
        return iter(tuple(self._images.values()))

    def get(self, image_id: str) -> Image | None:
        """Return an image by its whole id."""
        return self._images.get(image_id)

    def by_reference(self, reference: str) -> Image | None:
        """Return the image that a normalised name belongs to."""
        image_id = self._references.get(reference)
        return None if image_id is None else self._images[image_id]

    def children(self, image_id: str) -> list[Image]:
        """Return the images that were made from this one here and are still listed."""
        return [image for image in self._images.values() if image.parent == image_id and not image.removed]

    def layer(self, key: str) -> Layer | None:
        """Return what is known about a layer in the store."""
        for image in self:
            for layer in image.store_layers:
                if layer.key == key:
                    return layer
        return None

    def has_layer(self, diff_id: str) -> bool:
        """Return whether an image has a layer of these contents."""
        return any(layer.diff_id == diff_id for image in self for layer in image.store_layers)

    def indexed(self, index: KeptIndex) -> list[Image]:
        """Return the images that an index lists and that are here."""
        return [image for image in self if image.manifest in index.manifests and not image.removed]

    def further_platforms(self, image: Image) -> list[Image]:
        """Return the nameless images that an image's names lead to on other platforms."""
        listed = {digest for index in image.indexes.values() for digest in index.manifests}
        return [other for other in self if other.manifest in listed and _is_nameless(other)]

    def is_further_platform(self, image: Image) -> bool:
        """Return whether an image without a name is here as a platform of an index that has one."""
        return bool(image.manifest and _is_nameless(image)) and any(
            image.manifest in index.manifests
            for other in self._images.values()
            for index in other.indexes.values()
        )

    def add(self, image: Image, references: Iterable[str], index: KeptIndex | None = None) -> Image:
        """Record an image under `references`, which leave the images that they belonged to.

        Names that lead to an `index` stay with the image of it that is for this machine's processor.
        """
        moved = [name for name in references if not self._stays(name, image, index)]
        others = {name: kept for name, kept in image.indexes.items() if name not in moved}
        image = replace(image, indexes=others | (dict.fromkeys(moved, index) if index else {}))
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO images (id, record) VALUES (?, ?) "
                "ON CONFLICT (id) DO UPDATE SET record = excluded.record",
                (image.id, _to_record(image)),
            )
            for reference in moved:
                self._database.execute(
                    "INSERT INTO image_references (reference, image_id) VALUES (?, ?) "
                    "ON CONFLICT (reference) DO UPDATE SET image_id = excluded.image_id",
                    (reference, image.id),
                )
        self._images[image.id] = image
        losers = {self._references.get(reference, image.id) for reference in moved}
        self._references |= dict.fromkeys(moved, image.id)
        self._refresh({image.id, *losers})
        return self._images[image.id]

    def touch(self, image: Image) -> Image:
        """Record when an image was last given a name that it has already: worth no wait for the disk."""
        with self._database.unhurried():
            self._database.execute("UPDATE images SET record = ? WHERE id = ?", (_to_record(image), image.id))
        self._images[image.id] = image
        self._refresh({image.id})
        return self._images[image.id]

    def remove_references(self, image: Image, references: Iterable[str]) -> None:
        """Take names from an image."""
        gone = list(references)
        with self._database.transaction():
            for reference in gone:
                self._database.execute("DELETE FROM image_references WHERE reference = ?", (reference,))
        for reference in gone:
            self._references.pop(reference, None)
        self._refresh({image.id})

    def delete(self, image: Image, *, hide: bool) -> None:
        """Take an image and its names off the record, or `hide` it while somebody still needs it."""
        with self._database.transaction():
            self._database.execute("DELETE FROM image_references WHERE image_id = ?", (image.id,))
            if hide:
                hidden = _to_record(replace(image, removed=True))
                self._database.execute("UPDATE images SET record = ? WHERE id = ?", (hidden, image.id))
            else:
                self._database.execute("DELETE FROM images WHERE id = ?", (image.id,))
        self._references = {name: owner for name, owner in self._references.items() if owner != image.id}
        if image.id not in self._images:
            return  # another call was faster
        if hide:
            self._images[image.id] = replace(image, removed=True, references=(), indexes={})
        else:
            del self._images[image.id]

    def _stays(self, name: str, image: Image, index: KeptIndex | None) -> bool:
        owner = self.by_reference(name)
        if owner is None or owner.id == image.id or index is None or owner.indexes.get(name) != index:
            return False
        if owner.manifest not in index.manifests:  # it came by another index since
            return False
        here = platforms.own()
        return platforms.from_json(owner.config).suits(here) and not platforms.from_json(image.config).suits(
            here
        )

    def _refresh(self, image_ids: set[str]) -> None:
        for image_id in image_ids & self._images.keys():  # another call may have deleted one meanwhile
            self._images[image_id] = self._with_references(self._images[image_id])

    def _with_references(self, image: Image) -> Image:
        names = tuple(sorted(name for name, owner in self._references.items() if owner == image.id))
        indexes = {name: image.indexes[name] for name in names if name in image.indexes}
        return replace(image, references=names, indexes=indexes)


def _is_nameless(image: Image) -> bool:
    return not image.references and not image.removed


def _to_record(image: Image) -> str:
    return json.dumps(
        {
            "config": image.config,
            "indexes": {name: asdict(index) for name, index in image.indexes.items()},
            "layers": [asdict(layer) for layer in image.store_layers],
            "made_here": image.made_here,
            "manifest": image.manifest,
            "parent": image.parent,
            "pulled_ns": image.tagged_ns,
            "removed": image.removed,
        }
    )


def _from_record(image_id: str, record: str) -> Image:
    value = json.loads(record)
    return Image(
        id=image_id,
        config=value["config"],
        store_layers=tuple(Layer(**layer) for layer in value["layers"]),
        # Records of older engines do not say it: what was not made here had a manifest.
        made_here=value.get("made_here", not value["manifest"]),
        manifest=value["manifest"],
        parent=value.get("parent", ""),  # records of older engines have none
        tagged_ns=value["pulled_ns"],
        removed=value["removed"],
        indexes=_indexes(value.get("indexes", {})),
    )


def _indexes(value: Mapping[str, Any]) -> dict[str, KeptIndex]:
    return {name: KeptIndex(index["digest"], tuple(index["manifests"])) for name, index in value.items()}
