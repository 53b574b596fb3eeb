"""What Marina is made of, for the About dialog."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.background import Background

if TYPE_CHECKING:
    from app.services.parts import Part, PartsList


class AboutViewModel(QObject):
    """Reads the parts and the texts of their licences; `source` is replaced in tests."""

    loaded = Signal()
    text_loaded = Signal(str)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._wanted: Part | None = None
        self.source: PartsList | None = None
        self.parts: tuple[Part, ...] = ()

    def load(self) -> None:
        """Read the parts; the answer is `loaded`, without any when they cannot be read."""
        self._background.run(self._read, self._took, self._failed)

    def load_text(self, part: "Part") -> None:
        """Read the text of a licence; the answer is `text_loaded`, for the part asked for last."""
        self._wanted = part
        self._background.run(
            lambda: (part, self._list().read_licence(part)), self._took_text, self._failed_text
        )

    def _list(self) -> "PartsList":
        from app.services.parts import PartsList

        return self.source or PartsList()

    def _read(self) -> tuple["Part", ...]:
        return self._list().read()

    @Slot(object)
    def _took(self, parts: tuple["Part", ...]) -> None:
        self.parts = parts
        self.loaded.emit()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        del error
        self._took(())

    @Slot(object)
    def _took_text(self, found: tuple["Part", str]) -> None:
        part, text = found
        if part == self._wanted:
            self.text_loaded.emit(text)

    @Slot(object)
    def _failed_text(self, error: Exception) -> None:
        self.text_loaded.emit(str(error))
