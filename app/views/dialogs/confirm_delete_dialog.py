"""Asks once before something is deleted or broken off, with its exact names and what else goes."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from app.views.widgets.buttons import Button
from app.views.widgets.check_box import CheckBox
from app.views.widgets.dialog_layout import dialog_column, widen
from app.views.widgets.layouts import hide_unless, row
from app.views.widgets.text import PlainLabel, WrappedLabel

_NAMES_SHOWN = 12


class ConfirmDeleteDialog(QDialog):
    """Enter does not delete: the keyboard is on Cancel."""

    def __init__(
        self,
        name: str,
        title: str,
        names: list[str],
        note: str,
        options: list[tuple[str, str, bool]],
        parent: QWidget | None = None,
        verb: str = "",
    ) -> None:
        """`options` are (name, label, checked) of the check boxes; `verb` replaces "Delete"."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        heading = PlainLabel(title, "heading")
        shown = names[:_NAMES_SHOWN]
        if len(names) > len(shown):
            shown.append(self.tr("… and %n more", "", len(names) - len(shown)))
        listed = WrappedLabel("\n".join(shown), "code")
        listed.setObjectName(f"{name}.names")
        remark = WrappedLabel(note, "muted")
        hide_unless(bool(note), remark)
        self._boxes: dict[str, QCheckBox] = {}
        for option, label, checked in options:
            box = CheckBox(label)
            box.setObjectName(f"{name}.{option}")
            box.setChecked(checked)
            self._boxes[option] = box
        delete = Button(verb or self.tr("Delete"), f"{name}.confirm", "danger", "" if verb else "trash")
        delete.clicked.connect(self.accept)
        cancel = Button(self.tr("Cancel"), f"{name}.cancel")
        cancel.clicked.connect(self.reject)
        cancel.setDefault(True)
        boxes = self._boxes.values()
        buttons = row(None, cancel, delete)
        self.setLayout(dialog_column(heading, listed, remark, *boxes, None, 4, buttons, spacing=10))
        widen(self, 420)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        cancel.setFocus()

    def is_checked(self, option: str) -> bool:
        """Return whether the check box `option` is ticked."""
        box = self._boxes.get(option)
        return box is not None and box.isChecked()
