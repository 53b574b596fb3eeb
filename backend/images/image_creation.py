"""Makes new images out of images: one more layer or none, and a config; all of it or nothing.

A manifest is written when the image leaves the engine (`outgoing.py`).
Source: dockerd, `image.NewChildImage`; OCI image specification, "Image Configuration".
"""

import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from backend.errors import NotFoundError
from backend.images import digests, platforms
from backend.images.content_store import ContentStore
from backend.images.image import Image, Layer
from backend.images.layers.layer_sources import NewLayer
from backend.images.layers.layer_store import LayerStore
from backend.images.manifest import DOCKER_LAYER, OCI_LAYER
from backend.images.pins import Pins
from backend.images.platforms import Platform
from backend.images.reference import Reference
from backend.images.transfer.image_import import ImageImport
from backend.moments import moment_text
from backend.tasks import in_thread
from backend.version import VERSION


@dataclass(frozen=True, slots=True)
class ImageDraft:
    """What an image is to be, but for its layers.

    `parent` is the image that it is made from, None when it begins with nothing; then `platform` says where
    it runs, None for this engine's. `config` says how containers run (Docker's Config: "Cmd", "Env", …);
    `created_by` is the step as the history tells it; `container_id` and `container_config` are of the
    container that it comes from, if it comes from one. `step` is its entry in the history when that is known
    already, as another image's. `created` is when it was made, "" for now.
    """

    parent: Image | None
    config: Mapping[str, Any]
    created_by: str
    author: str = ""
    comment: str = ""
    container_id: str = ""
    container_config: Mapping[str, Any] | None = None
    platform: Platform | None = None
    step: Mapping[str, Any] | None = None
    created: str = ""


class ImageCreation:
    """Puts new images into the stores of an engine."""

    def __init__(self, content: ContentStore, layers: LayerStore, importer: ImageImport, pins: Pins) -> None:
        self._content = content
        self._layers = layers
        self._importer = importer
        self._pins = pins

    async def create(
        self, draft: ImageDraft, layer: Iterable[bytes] | Layer | None, references: Sequence[Reference]
    ) -> Image:
        """Make an image and record it under `references`.

        `layer` is the plain tar of what is new; it is read on a thread and may block. A tar without entries
        makes no layer. A layer of another image is taken over as it is. Raises what reading it raises,
        InvalidParameterError for a tar that must not be unpacked, SystemFailureError when the disk is full.
        """
        layers = draft.parent.store_layers if draft.parent else ()
        with ExitStack() as pins:
            pins.enter_context(self._pins.hold([lower.blob for lower in layers]))
            pins.enter_context(self._pins.hold([lower.diff_id for lower in layers]))
            if not all(self._layers.path(lower.key).exists() for lower in layers):
                # Pinned too late: the parent was removed while its child was being made.
                raise NotFoundError(f"No such image: {draft.parent.id if draft.parent else ''}")
            if isinstance(layer, Layer):
                pins.enter_context(self._pins.hold([layer.blob, layer.diff_id]))
                added: Layer | None = layer
            else:
                added = await self._layer(layer, layers, pins) if layer is not None else None
            layers = (*layers, added) if added else layers
            config = _config(draft, layers, is_empty=added is None)
            config_data = json.dumps(config, separators=(",", ":")).encode()
            image = Image(
                id=digests.of_bytes(config_data),
                config=config,
                store_layers=layers,
                tagged_ns=time.time_ns(),
                parent=draft.parent.id if draft.parent else "",
                made_here=True,
            )
            names = [str(name.with_default_tag()) for name in references]
            return await self._importer.record(image, [config_data], names)

    async def amend(self, image: Image, fields: Mapping[str, Any]) -> Image:
        """Make an image that is another one with these fields in its config; it was made by no step."""
        kept = {name: value for name, value in image.config.items() if name != "container_config"}
        config = {**kept, **fields}
        data = json.dumps(config, separators=(",", ":")).encode()
        with ExitStack() as pins:
            pins.enter_context(self._pins.hold([layer.blob for layer in image.store_layers]))
            pins.enter_context(self._pins.hold(image.layers))
            amended = replace(
                image,
                id=digests.of_bytes(data),
                config=config,
                references=(),
                indexes={},
                tagged_ns=time.time_ns(),
                manifest="",
                parent=image.id,
            )
            return await self._importer.record(amended, [data], [])

    async def _layer(self, chunks: Iterable[bytes], below: Sequence[Layer], pins: ExitStack) -> Layer | None:
        unfinished = self._content.download_path(secrets.token_hex(16)).with_suffix(".new")
        source = NewLayer(chunks, unfinished)
        await self._importer.restore(below)  # the new one may need to know their folders
        try:
            diff_id, stored = await self._layers.create(
                source,
                [layer.diff_id for layer in below],
                [layer.key for layer in below],
                lambda known: pins.enter_context(self._pins.hold([known])),
            )
            if stored is None:
                return None
            pins.enter_context(self._pins.hold([source.blob_digest]))
            await in_thread(self._layers.make_durable, stored.key)
            await in_thread(self._content.adopt, unfinished, source.blob_digest)
        finally:
            unfinished.unlink(missing_ok=True)
        # One image has layers of one family, so that its manifest can be of that family.
        is_oci = any(layer.media_type.startswith(OCI_LAYER) for layer in below)
        media_type = f"{OCI_LAYER}+gzip" if is_oci else f"{DOCKER_LAYER}.gzip"
        return Layer(diff_id, stored.key, source.blob_digest, media_type, stored.size)


def _config(draft: ImageDraft, layers: Sequence[Layer], *, is_empty: bool) -> dict[str, Any]:
    base: Mapping[str, Any] = draft.parent.config if draft.parent else {}
    own = draft.platform or platforms.own()
    created = draft.created or moment_text(time.time_ns())
    step: dict[str, Any] = {"created": created, "created_by": draft.created_by}
    step |= {name: text for name, text in (("author", draft.author), ("comment", draft.comment)) if text}
    if is_empty:
        step["empty_layer"] = True
    if draft.step is not None:
        step, created = dict(draft.step), str(draft.step.get("created") or created)
    config: dict[str, Any] = {
        "architecture": base.get("architecture") or own.architecture,
        "config": dict(draft.config),
        "created": created,
        "docker_version": VERSION,
        "history": [*(base.get("history") or ()), step],
        "os": base.get("os") or own.os,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    if draft.platform is not None and draft.platform.variant:
        config["variant"] = draft.platform.variant
    for name in ("variant", "os.version", "os.features"):
        if base.get(name):
            config[name] = base[name]
    for name, value in (
        ("author", draft.author),
        ("comment", draft.comment),
        ("container", draft.container_id),
        ("container_config", draft.container_config),
    ):
        if value:
            config[name] = value
    return config
