"""Images that ship with Marina: pulled by name like any other, without a network."""

import logging
from pathlib import Path

from backend.errors import InvalidParameterError
from backend.images.archives.image_layout import ImageLayout
from backend.images.reference import Reference, parse
from backend.images.transfer.image_source import FoundManifest
from backend.tasks import in_thread

log = logging.getLogger(__name__)


class BundledImages:
    """A folder of OCI layouts, one in each sub-folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    async def find(self, reference: Reference) -> tuple[ImageLayout, FoundManifest] | None:
        """Return where a tagged image lies, or None when it does not ship with Marina."""
        if self._folder is None or reference.digest is not None:
            return None
        found = await in_thread(self._search, str(reference))
        if found is None:
            return None
        layout, digest = found
        return layout, await layout.manifest(digest)

    def _search(self, name: str) -> tuple[ImageLayout, str] | None:
        if self._folder is None or not self._folder.is_dir():
            return None
        for folder in sorted(self._folder.iterdir()):
            if not folder.is_dir():
                continue
            layout = ImageLayout(folder)
            try:
                for entry, entry_name in layout.entries():
                    if entry_name and str(parse(entry_name).with_default_tag()) == name:
                        return layout, entry.digest
            except InvalidParameterError as error:
                log.warning("cannot use the bundled image in %s: %s", folder, error.message)
        return None
