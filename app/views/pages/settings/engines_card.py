"""The card of the Settings page with the engines that Marina knows."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.viewmodels.engine.engines import EngineRow, EnginesViewModel
from app.views.dialogs.add_engine_dialog import AddEngineDialog
from app.views.pages.settings.restart_note import RestartNote
from app.views.widgets.buttons import Button
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, clear, column, hide_unless, row
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel


class EnginesCard(Card):
    """One line an engine, the chosen one marked; the window opens anew to show another one."""

    import_requested = Signal()
    reopening_requested = Signal()

    def __init__(self, viewmodel: EnginesViewModel) -> None:
        super().__init__("settings.engines")
        self._engines = viewmodel
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        about = self.tr("The window still shows the engine from before.")
        self._note = RestartNote("settings.engines", about, self.tr("Show the chosen one"))
        self._note.pressed.connect(self.reopening_requested)
        add = Button(self.tr("Add an engine…"), "settings.engines.add", icon="plus")
        add.clicked.connect(self._ask)
        bring = Button(self.tr("Import from another engine…"), "settings.engines.import", icon="download")
        bring.clicked.connect(self.import_requested)
        about = self.tr("Window and command line work with the chosen one, also on another computer.")
        self.setLayout(
            column(
                PlainLabel(self.tr("Engines"), "heading"),
                WrappedLabel(about, "muted"),
                4,
                self._list,
                self._note,
                flow(add, bring),
                spacing=10,
                margins=(20, 16, 20, 18),
            )
        )
        viewmodel.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        clear(self._list)
        for engine in self._engines.rows:
            self._list.addWidget(self._line(engine))
        self._note.setVisible(self._engines.needs_restart)

    def _line(self, engine: EngineRow) -> QWidget:
        name = f"settings.engines.{engine.name}"
        title = ElidedLabel(engine.name, "strong")
        address = ElidedLabel(engine.address or self.tr("The machine of this computer"), "muted")
        use = Button(self.tr("Chosen") if engine.is_chosen else self.tr("Use"), f"{name}.use")
        use.setAccessibleName(f"{use.text()}: {engine.name}")
        use.setEnabled(not engine.is_chosen)
        use.clicked.connect(lambda: self._engines.use(engine.name))
        remove = Button(self.tr("Remove"), f"{name}.remove")
        remove.setAccessibleName(f"{remove.text()}: {engine.name}")
        hide_unless(not engine.is_machine, remove)
        remove.clicked.connect(lambda: self._engines.remove(engine.name))
        layout = row(column(title, address, spacing=1), remove, use, spacing=8)
        layout.setStretch(0, 1)
        line = QWidget()
        line.setLayout(layout)
        return line

    def _ask(self) -> None:
        AddEngineDialog(self._engines, self.window()).open()
