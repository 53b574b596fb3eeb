"""The files of certificates that the engine trusts: whom they are about, until when, added and taken off."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.viewmodels.engine.machine_settings import CertificateFacts
from app.views.widgets.buttons import Button, IconButton
from app.views.widgets.layouts import clear, column, row
from app.views.widgets.text import ElidedLabel, WrappedLabel

_NAMES_SHOWN = 3


class CertificateList(QWidget):
    """Emits `wanted` with the files whose facts are not known yet."""

    changed = Signal()
    wanted = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._paths: list[str] = []
        self._facts: dict[str, CertificateFacts] = {}
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(12)
        self.add = Button(self.tr("Add a file…"), "settings.certificates.add", icon="plus")
        self.add.clicked.connect(self._choose)
        self.setLayout(column(self._rows, row(self.add, None), spacing=8))

    @property
    def paths(self) -> str:
        """Return the files, one a line."""
        return "\n".join(self._paths)

    def show_paths(self, text: str) -> None:
        """Show files, one a line."""
        self._paths = text.splitlines()
        self._show()

    def show_facts(self, facts: Mapping[str, CertificateFacts]) -> None:
        """Say what is in the files."""
        self._facts |= facts
        self._show()

    def add_path(self, path: str) -> None:
        """Put a file on the list, unless it is there."""
        self._facts.pop(path, None)  # it may have been written anew
        if path not in self._paths:
            self._paths.append(path)
        self._show()
        self.changed.emit()

    def problem(self, kept: str) -> str:
        """Return what is wrong with a file that is not among `kept`, one a line; "" when nothing is."""
        added = [path for path in self._paths if path not in kept.splitlines()]
        problems = [self._facts[path].problem for path in added if path in self._facts]
        return next(filter(None, problems), "")

    def _choose(self) -> None:
        kinds = self.tr("Certificates (*.pem *.crt *.cer *.der);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Add certificates"), "", kinds)
        if path:
            self.add_path(path)

    def _remove(self, path: str) -> None:
        self._paths.remove(path)
        self._show()
        self.changed.emit()
        self.add.setFocus()  # the button that was pressed is gone

    def _show(self) -> None:
        clear(self._rows)
        for number, path in enumerate(self._paths):
            self._rows.addWidget(self._row(number, path))
        if unknown := [path for path in self._paths if path not in self._facts]:
            self.wanted.emit(unknown)

    def _row(self, number: int, path: str) -> QWidget:
        facts = self._facts.get(path, CertificateFacts())
        name = f"settings.certificates.{number}"
        title = WrappedLabel(self._title(path, facts.subjects), "")
        title.setObjectName(name)
        told, role = self._told(facts)
        state = WrappedLabel(told, role)
        state.setObjectName(f"{name}.state")
        place = ElidedLabel(path, "muted")
        place.setObjectName(f"{name}.path")
        remove = IconButton("trash", self.tr("Take {0} off the list").format(path), f"{name}.remove")
        remove.clicked.connect(lambda: self._remove(path))
        line = row(column(title, state, place, spacing=1), remove, spacing=8)
        line.setStretch(0, 1)
        widget = QWidget()
        widget.setLayout(line)
        return widget

    def _title(self, path: str, subjects: Sequence[str]) -> str:
        if not subjects:
            return path.replace("\\", "/").rpartition("/")[2]
        text = ", ".join(subjects[:_NAMES_SHOWN])
        more = len(subjects) - _NAMES_SHOWN
        return self.tr("{0} and {1} more").format(text, more) if more > 0 else text

    def _told(self, facts: CertificateFacts) -> tuple[str, str]:
        if facts.problem:
            return self.tr("Not used: {0}").format(facts.problem), "error"
        if facts.is_expired:
            return self.tr("Expired on {0}").format(facts.expires), "warn"
        return (self.tr("Holds until {0}").format(facts.expires) if facts.expires else "…"), "muted"
