"""The Environment tab and the Mounts & ports tab: tables of names and values."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QSizePolicy

from app.viewmodels.containers.container_details import ContainerDetailsViewModel, FactTable
from app.views.pages.detail_tab import DetailTab
from app.views.pages.page import FilterBox
from app.views.theme import ROW_HEIGHT, Theme
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import column, row
from app.views.widgets.table import CellDelegate, RowTable
from app.views.widgets.text import PlainLabel


class FactsView(RowTable):
    """A table of facts; Ctrl+C copies the selected values."""

    def __init__(self, name: str, label: str, model: FactTable, widths: dict[int, int], stretch: int) -> None:
        super().__init__(name, label)
        self.use_model(model, widths, stretch)
        self.setItemDelegateForColumn(0, CellDelegate(self, strong=True))
        for place in range(1, model.column_count):
            self.setItemDelegateForColumn(place, CellDelegate(self, muted=place > 1))

    def copy_selected(self) -> None:
        """Put the selected rows, or all, on the clipboard as NAME=value."""
        model = self.model()
        assert isinstance(model, FactTable)
        rows = self.selected_rows() or list(model.shown)
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


class EnvironmentView(DetailTab):
    """The environment of the container, secrets hidden until asked for."""

    def __init__(self, viewmodel: ContainerDetailsViewModel) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self.filter_box = FilterBox(
            "containers.environment.filter", self.tr("Filter by name or value"), narrowest=240
        )
        self.filter_box.textChanged.connect(viewmodel.environment.filter)
        secrets = QCheckBox(self.tr("Show secrets"))
        secrets.setObjectName("containers.environment.secrets")
        secrets.setToolTip(self.tr("Values whose names speak of passwords, tokens and keys are hidden"))
        secrets.toggled.connect(lambda shown: viewmodel.environment.hide_secrets(not shown))
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
        self._nothing = PlainLabel(role="muted")
        self._nothing.setObjectName("containers.environment.nothing")
        layout = column(
            row(self.filter_box, None, secrets, copy, spacing=12), self._nothing, self.table, spacing=10
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
            empty = PlainLabel(nothing, "muted")
            layout.addWidget(PlainLabel(title, "strong"))
            layout.addWidget(table)
            layout.addWidget(empty)
            layout.addSpacing(8)
            self._tables.append((table, empty))
        layout.addStretch(1)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        viewmodel.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        for table, empty in self._tables:
            count = table.model().rowCount()
            table.setVisible(count > 0)
            empty.setVisible(count == 0)
            table.fit_height(most=4)
