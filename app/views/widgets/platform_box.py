"""Chooses the platform of an image: the engine's own, or one of those that images are made for most often."""

from PySide6.QtWidgets import QComboBox

PLATFORMS = (
    "linux/amd64",
    "linux/arm64",
    "linux/arm/v7",
    "linux/386",
    "linux/ppc64le",
    "linux/riscv64",
    "linux/s390x",
)


class PlatformBox(QComboBox):
    """A box with platforms; its choice is "" for the engine's own."""

    def __init__(self, name: str, platform: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Platform"))
        self.addItem(self.tr("This engine's own"), "")
        for each in PLATFORMS:
            self.addItem(each, each)
        self.setCurrentIndex(max(0, self.findData(platform)))

    @property
    def platform(self) -> str:
        """Return what is chosen."""
        return str(self.currentData())
