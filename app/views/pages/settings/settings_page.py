"""The Settings page, in sections: the window's settings hold at once, the machine's with a restart."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.viewmodels.engine.docker_command import DockerCommandViewModel
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.engine.engines import EnginesViewModel
from app.viewmodels.engine.machine_settings import FormLimits, MachineForm, MachineSettingsViewModel
from app.viewmodels.engine.start_at_login import StartAtLoginViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.frame.preferences import Preferences
from app.viewmodels.frame.updates import UpdatesViewModel
from app.views.pages.page import Page
from app.views.pages.settings.docker_card import DockerCard
from app.views.pages.settings.engines_card import EnginesCard
from app.views.pages.settings.settings_machine_fields import MachineFields
from app.views.pages.settings.settings_window_cards import LoginCard, NoticesCard, WindowCard
from app.views.pages.settings.updates_card import UpdatesCard
from app.views.theme import Theme
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card, row
from app.views.widgets.sections import WIDTH, Sections
from app.views.widgets.text import WrappedLabel


class SettingsPage(Page):
    """Emits what the window has to do itself."""

    appearance_chosen = Signal(str)
    zoom_chosen = Signal(int)
    restart_requested = Signal()  # of the engine
    renewal_requested = Signal()  # of Marina, as another version

    def __init__(
        self,
        preferences: Preferences,
        machine: MachineSettingsViewModel,
        start_at_login: StartAtLoginViewModel,
        docker: DockerCommandViewModel,
        engines: EnginesViewModel,
        updates: UpdatesViewModel,
    ) -> None:
        super().__init__("settings", "")
        self.title.setText(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self.count.setText(self.tr("Kept on this computer; nothing is sent anywhere"))
        self._machine, self._start_at_login = machine, start_at_login
        self._docker, self._engines, self._updates = docker, engines, updates
        self._loaded: MachineForm | None = None
        self._restarts = False
        self._awaited: QWidget | None = None  # what gets the keyboard once the settings are read
        self._remote = ""  # the engine of another computer that the window works with
        self._window = WindowCard(preferences)
        self._window.appearance_chosen.connect(self.appearance_chosen)
        self._window.zoom_chosen.connect(self.zoom_chosen)
        self._fields = MachineFields(self)
        updates_card = UpdatesCard(updates)
        updates_card.restart_requested.connect(self.renewal_requested)
        self.sections = Sections("settings")
        add, fields = self.sections.add, self._fields
        add("general", self.tr("General"), "settings", self._window, LoginCard(start_at_login))
        add("notices", self.tr("Notifications"), "bell", NoticesCard(preferences))
        add("resources", self.tr("Resources"), "cpu", fields.resources_card())
        add("folders", self.tr("Shared folders"), "folder", fields.folders_card())
        add("network", self.tr("Network"), "networks", fields.network_card())
        add("registries", self.tr("Registries"), "registries", fields.registries_card())
        add("docker", self.tr("Docker command"), "terminal", DockerCard(docker))
        add("engines", self.tr("Engines"), "anchor", EnginesCard(engines))
        add("updates", self.tr("Updates"), "download", updates_card)
        self._build_bar()
        self.sections.below.addWidget(self.bar)
        self.body.addWidget(self.sections, 1)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()
        fields.changed.connect(self._check)
        machine.loaded.connect(self._show_form)
        machine.saved.connect(self._saved)
        for viewmodel in (machine, start_at_login, docker, engines):
            viewmodel.failed.connect(self._failed)
        self._check()

    def _build_bar(self) -> None:
        self.bar = Card("settings.bar", "banner")
        self._bar_text = WrappedLabel()
        self._bar_text.setObjectName("settings.bar.text")
        self.undo = Button(self.tr("Undo"), "settings.undo")
        self.undo.clicked.connect(self._undo)
        self.apply = Button(self.tr("Apply and restart the engine"), "settings.apply", "primary")
        self.apply.clicked.connect(self._apply)
        line = row(self._bar_text, self.undo, self.apply, margins=(14, 8, 10, 8))
        line.setStretch(0, 1)
        self.bar.setLayout(line)
        self.bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.bar.hide()

    def _follow_zoom(self) -> None:
        self.bar.setMaximumWidth(
            Theme.current().scaled(WIDTH) - 8
        )  # as wide as the cards beside their scroll bar

    # --- what happens -------------------------------------------------------------------------------------

    def show_setting(self, name: str) -> None:
        """Bring one setting into sight and give it the keyboard."""
        widget = self.findChild(QWidget, f"settings.{name}")
        if widget is not None:
            self.sections.reveal(widget)
            widget.setFocus()
            self._awaited = None if widget.isEnabled() else widget

    def show_zoom(self, percent: int) -> None:
        """Show the size of the window's contents."""
        self._window.show_zoom(percent)

    def resume(self) -> None:
        """Read the machine's settings when the page comes into sight, unless they were changed here."""
        self._window.show_quit_choice()
        self._start_at_login.load()
        self._docker.load()
        self._engines.load()
        self._updates.load()
        if self._loaded is None or self._fields.form() == self._loaded:
            self._machine.load()

    def _show_form(self, form: MachineForm, limits: FormLimits) -> None:
        self._loaded = None
        self._fields.set_limits(form, limits)
        self._fill(form)
        if self._awaited is not None:
            self._awaited.setFocus()
            self._awaited = None

    def _fill(self, form: MachineForm) -> None:
        self._fields.fill(form)
        self._loaded = form
        self._check()

    def _check(self) -> None:
        known = self._loaded is not None
        form = self._fields.form()
        self._fields.set_enabled(known)
        problems = self._machine.check(form) if known else {}
        wrong = self._fields.show_problems(problems)
        self.sections.mark(wrong)
        self.bar.setVisible(known and form != self._loaded)
        self.apply.setEnabled(not problems)
        needs_restart = self._loaded is not None and self._loaded.needs_restart(form)
        self._restarts = needs_restart and not self._remote
        self.apply.set_label(self.tr("Apply and restart the engine") if self._restarts else self.tr("Apply"))
        self._bar_text.set_role("error" if problems else "")
        if problems:
            text = self.tr("Some of it cannot be used: see beside the fields of {0}.")
            text = text.format(", ".join(map(self.sections.label_of, wrong)))
        elif self._restarts:
            text = self.tr("These settings hold once the engine is restarted; containers are stopped for it.")
        elif needs_restart:
            text = self.tr("These settings hold once the machine of this computer starts.")
        else:
            text = self.tr("These settings hold at once.")
        self._bar_text.setText(text)

    def _undo(self) -> None:
        if self._loaded is not None:
            self._fill(self._loaded)

    def on_engine_state(self, view: EngineView) -> None:
        """Say whose machine is set up here while the window works with another engine."""
        if view.remote and view.remote != self._remote:
            self._remote = view.remote
            self.banner.say(
                self.tr(
                    "The window works with {0}. Resources, shared folders, network and registries are "
                    "settings of the machine of this computer: they hold once it is used again."
                ).format(view.remote)
            )
            self._check()

    def _apply(self) -> None:
        self._machine.save(self._fields.form())

    def _saved(self) -> None:
        restarts = self._restarts
        if self._machine.form is not None:
            self._fill(self._machine.form)
        if restarts:
            self.restart_requested.emit()

    def _failed(self, failure: Failure) -> None:
        self.notice.say(
            "\n".join(filter(None, (failure.summary, failure.details))), "err", self.tr("Dismiss")
        )
