"""The Environment tab and the Mounts & ports tab: tables of names and values."""

from PySide6.QtCore import QCoreApplication, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QSizePolicy

from app.viewmodels.containers.container_details import ContainerDetailsViewModel, Fact, FactTable
from app.viewmodels.containers.secrets import Secrets
from app.viewmodels.lists.row_table_model import ROW_ROLE
from app.views.pages.detail_tab import DetailTab
from app.views.pages.page import FilterBox
from app.views.theme import ROW_HEIGHT, Theme
from app.views.widgets.buttons import Button
from app.views.widgets.check_box import CheckBox
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import column
from app.views.widgets.object_links import ObjectLinks
from app.views.widgets.table import CellDelegate, Index, RowTable
from app.views.widgets.text import PlainLabel, WrappedLabel

translate = QCoreApplication.translate


class _ValueDelegate(CellDelegate):
    """A value; one that is hidden says that a click shows it."""

    def cursor_at(self, position: QPoint, rect: QRect, index: Index) -> bool:
        """Return whether a value is hidden there."""
        model = index.model()
        return isinstance(model, FactTable) and model.hides(index.data(ROW_ROLE))

    def tool_tip(self, position: QPoint, rect: QRect, index: Index) -> str:
        """Return what a click does, or the value where it does not fit."""
        if self.cursor_at(position, rect, index):
            return self.tr("Click to show it")
        return super().tool_tip(position, rect, index)


class FactsView(RowTable):
    """A table of facts; a value that is hidden is shown by a click, or Enter."""

    def __init__(self, name: str, label: str, model: FactTable, widths: dict[int, int], stretch: int) -> None:
        super().__init__(name, label)
        self.use_model(model, widths, stretch)
        self._facts = model
        self.setItemDelegateForColumn(0, CellDelegate(self, strong=True))
        for place in range(1, model.column_count):
            self.setItemDelegateForColumn(place, _ValueDelegate(self, muted=place > 1))
        self.clicked.connect(self._clicked)
        self.opened.connect(self._reveal)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == 1 and self._facts.hides(index.data(ROW_ROLE)):
            self._facts.reveal(index.data(ROW_ROLE))

    def _reveal(self) -> None:
        for fact in self.selected_rows():
            if isinstance(fact, Fact) and self._facts.hides(fact):
                self._facts.reveal(fact)

    def copy_selected(self) -> None:
        """Put the selected rows, or all, on the clipboard as NAME=value."""
        rows = self.selected_rows() or list(self._facts.shown)
        lines = [f"{row.name}={row.value}" for row in rows if hasattr(row, "value") and hasattr(row, "name")]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def fit_height(self, most: int = 8) -> None:
        """Be as high as the rows need."""
        count = self.model().rowCount()
        rows = max(1, min(count, most))
        needs_bar = count > most  # a pixel less than the rows need would bring one
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if needs_bar else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        self.setFixedHeight(
            self.horizontalHeader().sizeHint().height()
            + Theme.current().scaled(ROW_HEIGHT) * rows
            + 2 * self.frameWidth()
        )


def secrets_box(secrets: Secrets, name: str) -> QCheckBox:
    """Return a box that shows all values that are hidden, and follows when that is done elsewhere."""
    box = CheckBox(translate("Secrets", "Show secrets"))
    box.setObjectName(name)
    box.setToolTip(translate("Secrets", "Values whose names speak of passwords, tokens and keys are hidden"))
    box.setChecked(secrets.shows_all)
    box.toggled.connect(secrets.show_all)
    secrets.all_shown.connect(box.setChecked)
    return box


class EnvironmentView(DetailTab):
    """The environment of the container, secrets hidden until asked for."""

    def __init__(self, viewmodel: ContainerDetailsViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self.filter_box = FilterBox(
            "containers.environment.filter", self.tr("Filter by name or value"), narrowest=240
        )
        self.filter_box.textChanged.connect(viewmodel.environment.filter)
        secrets = secrets_box(viewmodel.secrets, "containers.environment.secrets")
        self.table = FactsView(
            "containers.environment.table",
            self.tr("Environment"),
            viewmodel.environment,
            {0: 280},
            stretch=1,
        )
        copy = Button(self.tr("Copy"), "containers.environment.copy", icon="copy")
        copy.setToolTip(self.tr("Copy the selected lines, or all, as NAME=value"))
        copy.clicked.connect(self.table.copy_selected)
        self._nothing = WrappedLabel(role="muted")
        self._nothing.setObjectName("containers.environment.nothing")
        layout = column(
            flow(self.filter_box, None, secrets, copy, spacing=12), self._nothing, self.table, spacing=10
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self._tools = (self.filter_box, secrets, copy)
        for signal in (viewmodel.changed, self.filter_box.textChanged):
            signal.connect(self._show_what_fits)
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        """Say why there is no line, where there is none."""
        facts = self._viewmodel.environment
        for tool in self._tools:
            tool.setEnabled(bool(facts.rows))
        self._nothing.setVisible(self._viewmodel.details is not None and not facts.shown)
        self._nothing.setText(
            self.tr("Nothing matches the filter.") if facts.rows else self.tr("It has no variables.")
        )

    def focus_search(self) -> None:
        """Put the keyboard into the filter."""
        self.filter_box.setFocus()


class MountsView(DetailTab):
    """Ports, folders and networks of the container: what joins it to the rest."""

    object_asked = Signal(str, str)  # the page that lists it, its name

    def __init__(self, viewmodel: ContainerDetailsViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        layout = column(spacing=8)
        self._tables: list[tuple[FactsView, PlainLabel]] = []
        for name, title, model, widths, stretch, nothing in (
            ("ports", self.tr("Ports"), viewmodel.ports, {0: 280}, 1, self.tr("No port is open.")),
            (
                "mounts",
                self.tr("Folders and volumes"),
                viewmodel.mounts,
                {0: 280, 2: 160},
                1,
                self.tr("Nothing is mounted: what it writes goes with the container."),
            ),
            (
                "networks",
                self.tr("Networks"),
                viewmodel.networks,
                {0: 280, 2: 260},
                1,
                self.tr("It is on no network."),
            ),
        ):
            table = FactsView(f"containers.joints.{name}", title, model, widths, stretch)
            empty = WrappedLabel(nothing, "muted")
            layout.addWidget(PlainLabel(title, "strong"))
            layout.addWidget(table)
            layout.addWidget(empty)
            layout.addSpacing(8)
            self._tables.append((table, empty))
            self._add_links(name, table)
        layout.addStretch(1)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        viewmodel.changed.connect(self._fit)
        self._fit()

    def _add_links(self, name: str, table: FactsView) -> None:
        """Let volumes and networks lead to their pages."""
        if name == "mounts":
            volumes = ObjectLinks(table, 1, lambda fact: (fact.value, self._viewmodel.volume_of(fact)))
            volumes.chosen.connect(lambda volume: self.object_asked.emit("volumes", volume))
        elif name == "networks":
            networks = ObjectLinks(table, 0, lambda fact: (fact.name, fact.name))
            networks.chosen.connect(lambda network: self.object_asked.emit("networks", network))

    def _fit(self) -> None:
        for table, empty in self._tables:
            count = table.model().rowCount()
            table.setVisible(count > 0)
            empty.setVisible(count == 0)
            table.fit_height(most=4)
