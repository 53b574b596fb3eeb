"""The Settings page, in sections: the window's settings hold at once, the machine's with a restart."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.viewmodels.engine.docker_command import DockerCommandViewModel
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.engine.engines import EnginesViewModel
from app.viewmodels.engine.machine_settings import (
    CertificateFacts,
    FormLimits,
    MachineForm,
    MachineSettingsViewModel,
)
from app.viewmodels.engine.own_command import OwnCommandViewModel
from app.viewmodels.engine.start_at_login import StartAtLoginViewModel, WindowAtLoginViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.frame.preferences import Preferences
from app.viewmodels.frame.updates import UpdatesViewModel
from app.views.pages.page import Page
from app.views.pages.settings.docker_card import DockerCard
from app.views.pages.settings.engines_card import EnginesCard
from app.views.pages.settings.notices_card import NoticesCard
from app.views.pages.settings.setting_search import SettingSearch
from app.views.pages.settings.settings_machine_fields import MachineFields
from app.views.pages.settings.settings_parts import SettingLine
from app.views.pages.settings.settings_window_cards import LoginCard, WindowCard, build_privacy_card
from app.views.pages.settings.terminal_card import TerminalCard
from app.views.pages.settings.updates_card import UpdatesCard
from app.views.theme import Theme
from app.views.widgets.buttons import Button
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, row
from app.views.widgets.sections import WIDTH, Sections
from app.views.widgets.text import WrappedLabel


class SettingsPage(Page):
    """Emits what the window has to do itself."""

    appearance_chosen = Signal(str)
    zoom_chosen = Signal(int)
    restart_requested = Signal()  # of the engine
    reopening_requested = Signal()  # of the window
    renewal_requested = Signal()  # of Marina, as another version
    import_requested = Signal()  # from another engine

    def __init__(
        self,
        preferences: Preferences,
        machine: MachineSettingsViewModel,
        start_at_login: StartAtLoginViewModel,
        window_at_login: WindowAtLoginViewModel,
        docker: DockerCommandViewModel,
        own_command: OwnCommandViewModel,
        engines: EnginesViewModel,
        updates: UpdatesViewModel,
    ) -> None:
        super().__init__("settings", "")
        self.title.setText(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self.count.setText(self.tr("Kept on this computer; nothing is sent anywhere"))
        self._machine, self._start_at_login = machine, start_at_login
        self._window_at_login = window_at_login
        self._docker, self._own_command = docker, own_command
        self._engines, self._updates = engines, updates
        self._loaded: MachineForm | None = None
        self._defaults: MachineForm | None = None
        self._restarts = False
        self._awaited: QWidget | None = None  # what gets the keyboard once the settings are read
        self._remote = ""  # the engine of another computer that the window works with
        self._window = WindowCard(preferences)
        self._window.appearance_chosen.connect(self.appearance_chosen)
        self._window.zoom_chosen.connect(self.zoom_chosen)
        self._window.reopening_requested.connect(self.reopening_requested)
        self._fields = MachineFields(self)
        updates_card = UpdatesCard(updates)
        updates_card.restart_requested.connect(self.renewal_requested)
        engines_card = EnginesCard(engines)
        engines_card.import_requested.connect(self.import_requested)
        engines_card.reopening_requested.connect(self.reopening_requested)
        self.sections = Sections("settings")
        add, machine_section, fields = self.sections.add, self._add_machine_section, self._fields
        notices = NoticesCard(preferences)
        general = (self._window, LoginCard(start_at_login, window_at_login), build_privacy_card())
        add("general", self.tr("General"), "settings", *general, self._reset("general", self._window.reset))
        add("notices", self.tr("Notifications"), "bell", notices, self._reset("notices", notices.reset))
        machine_section("resources", self.tr("Resources"), "cpu", fields.resources_card())
        machine_section("folders", self.tr("Shared folders"), "folder", fields.folders_card())
        network = (fields.network_card(), fields.certificates_card())
        machine_section("network", self.tr("Network"), "networks", *network)
        machine_section("registries", self.tr("Registries"), "registries", fields.registries_card())
        machine_section("engine", self.tr("Engine options"), "edit", fields.options_card())
        add("docker", self.tr("Docker command"), "terminal", DockerCard(docker), TerminalCard(own_command))
        add("engines", self.tr("Engines"), "anchor", engines_card)
        add("updates", self.tr("Updates"), "download", updates_card)
        self.search = SettingSearch(self._find_lines)
        self.search.found.connect(self._show_found)
        self.tools.addWidget(self.search)
        self._marked: SettingLine | None = None
        self._build_bar()
        self.sections.below.addWidget(self.bar)
        self.body.addWidget(self.sections, 1)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()
        fields.changed.connect(self._check)
        machine.loaded.connect(self._show_form)
        machine.saved.connect(self._saved)
        machine.certificates_read.connect(self._show_certificates)
        fields.certificates.wanted.connect(machine.read_certificates)
        for viewmodel in (machine, start_at_login, window_at_login, docker, own_command, engines):
            viewmodel.failed.connect(self._failed)
        self._check()

    def _reset(self, section: str, work: Callable[[], None]) -> QWidget:
        """Return the line below a section's cards that brings its defaults back."""
        button = Button(self.tr("Back to the defaults"), f"settings.{section}.reset", "link", "restart")
        button.clicked.connect(work)
        line = QWidget()
        line.setLayout(row(None, button))
        return line

    def _add_machine_section(self, section: str, label: str, icon: str, *cards: Card) -> None:
        reset = self._reset(section, lambda: self._fill_defaults(section))
        self.sections.add(section, label, icon, *cards, reset)

    def _fill_defaults(self, section: str) -> None:
        """Show the defaults of a section in its fields; like all changes they wait for Apply."""
        if self._loaded is not None and self._defaults is not None:
            self._fields.fill(self._fields.with_defaults(section, self._fields.form(), self._defaults))
            self._check()

    def _build_bar(self) -> None:
        self.bar = Card("settings.bar", "banner")
        self._bar_text = WrappedLabel()
        self._bar_text.setObjectName("settings.bar.text")
        self.undo = Button(self.tr("Undo"), "settings.undo")
        self.undo.clicked.connect(self._undo)
        self.apply = Button(self.tr("Apply and restart the engine"), "settings.apply", "primary")
        self.apply.clicked.connect(self._apply)
        self.bar.setLayout(flow(row(self._bar_text), self.undo, self.apply, margins=(14, 8, 10, 8)))
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

    def focus_filter(self) -> None:
        """Put the keyboard into the search."""
        self.search.setFocus()

    def _find_lines(self) -> Sequence[tuple[str, SettingLine]]:
        return [
            (self.sections.label_of(section), line)
            for section, place in self.sections.places.items()
            for line in place.findChildren(SettingLine)
            if line.label and not line.isHidden()
        ]

    def _show_found(self, line: SettingLine) -> None:
        """Bring a setting that was looked for into sight, mark it and give it the keyboard."""
        if self._marked is not None:
            self._marked.mark(False)
        self._marked = line
        line.mark(True)
        self.sections.reveal(line)
        line.first_field().setFocus()
        self.search.clear()

    def show_appearance(self, name: str) -> None:
        """Show the appearance, wherever it was chosen."""
        self._window.appearance.choose(name)

    def show_zoom(self, percent: int) -> None:
        """Show the size of the window's contents."""
        self._window.show_zoom(percent)

    def resume(self) -> None:
        """Read the machine's settings when the page comes into sight, unless they were changed here."""
        self._window.show_quit_choice()
        self._start_at_login.load()
        self._window_at_login.load()
        self._docker.load()
        self._own_command.load()
        self._engines.load()
        self._updates.load()
        if self._loaded is None or self._fields.form() == self._loaded:
            self._machine.load()

    def _show_form(self, form: MachineForm, limits: FormLimits) -> None:
        if self._loaded is not None and self._fields.form() != self._loaded:
            return  # changed since they were asked for: what was typed stays
        self._loaded = None
        self._defaults = limits.defaults
        self._fields.set_limits(form, limits)
        if limits.warnings:
            self.notice.say("\n".join(limits.warnings), "warn", self.tr("Dismiss"))
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
        if self._loaded and (wrong_file := self._fields.certificates.problem(self._loaded.ca_certificates)):
            problems["ca_certificates"] = wrong_file
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

    def _show_certificates(self, facts: Mapping[str, CertificateFacts]) -> None:
        self._fields.show_certificates(facts)
        self._check()

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
