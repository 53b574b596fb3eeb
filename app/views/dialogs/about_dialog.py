"""About Marina: its version, its licence, and the parts that it is made of with theirs."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QPlainTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.viewmodels.frame.about import AboutViewModel
from app.views.widgets.buttons import Button
from app.views.widgets.dialog_layout import dialog_column, fit_screen, follow_content, widen
from app.views.widgets.layouts import row
from app.views.widgets.text import PlainLabel, WrappedLabel

_PART = Qt.ItemDataRole.UserRole


class AboutDialog(QDialog):
    """A part that is chosen shows the text of its licence below."""

    def __init__(self, about: AboutViewModel, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle(self.tr("About Marina"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._about = about
        self.note = WrappedLabel(role="muted")
        self.note.setObjectName("about.note")
        self.tree = self._make_tree()
        self.text = self._make_text()
        close = Button(self.tr("Close"), "about.close", "primary")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        licence = self.tr("Free software under the Apache License 2.0. It sends nothing anywhere.")
        layout = dialog_column(
            PlainLabel(f"Marina {version}", "heading"),
            WrappedLabel(licence, "muted"),
            6,
            self.note,
            self.tree,
            self.text,
            4,
            row(None, close),
            stretch=(self.tree, self.text),
        )
        self.setLayout(layout)
        widen(self, 480)
        self._fit = follow_content(self)
        about.loaded.connect(self._show_parts)
        about.text_loaded.connect(self._show_text)
        self.tree.hide()
        about.load()

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setObjectName("about.parts")
        tree.setAccessibleName(self.tr("Parts and their licences"))
        tree.setHeaderLabels([self.tr("Part"), self.tr("Version"), self.tr("Licence")])
        tree.setUniformRowHeights(True)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.header().resizeSection(0, 240)
        tree.header().resizeSection(1, 170)
        tree.setMinimumHeight(220)
        tree.currentItemChanged.connect(self._choose)
        return tree

    def _make_text(self) -> QPlainTextEdit:
        text = QPlainTextEdit()
        text.setObjectName("about.text")
        text.setAccessibleName(self.tr("The licence's text"))
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        text.setMinimumHeight(180)
        text.hide()
        return text

    def _show_parts(self) -> None:
        parts = self._about.parts
        self.tree.clear()
        self.tree.setVisible(bool(parts))
        if not parts:
            self.note.setText(
                self.tr(
                    "This Marina runs from its source. Packages list what they are made of, with licences."
                )
            )
            self._fit()
            return
        self.note.setText(self.tr("Made of these parts, each under its own licence. Choose one to read it."))
        places = {"program": self.tr("Window and command line"), "machine": self.tr("The machine")}
        for place, title in places.items():
            members = [part for part in parts if part.place == place]
            group = QTreeWidgetItem([title, self.tr("%n part(s)", "", len(members))])
            self.tree.addTopLevelItem(group)
            for part in members:
                item = QTreeWidgetItem(group, [part.name, part.version, part.licence])
                item.setData(0, _PART, part)
            group.setExpanded(True)
        fit_screen(self, 760, 640)

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        part = item.data(0, _PART) if item else None
        self.text.setVisible(part is not None)
        if part is not None:
            self._about.load_text(part)

    def _show_text(self, text: str) -> None:
        self.text.setPlainText(text or self.tr("The text is not in this package."))
