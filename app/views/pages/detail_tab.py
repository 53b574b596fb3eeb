"""What the tabs of a detail page have in common."""

from PySide6.QtWidgets import QWidget


class DetailTab(QWidget):
    """One tab: opened when it comes into sight, paused when it goes, closed with the page."""

    def open(self) -> None:
        """Begin to show what is true now."""

    def pause(self) -> None:
        """Stop what only somebody who looks needs."""

    def close_tab(self) -> None:
        """End everything."""
        self.pause()

    def on_running(self, running: bool) -> None:
        """Follow whether the container runs."""

    def focus_search(self) -> None:
        """Put the keyboard where one searches."""
        self.setFocus()
