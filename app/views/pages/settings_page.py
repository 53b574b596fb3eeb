"""The Settings page: appearance and language at once, the machine's own with a restart."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from app.viewmodels.docker_command import DockerCommandViewModel
from app.viewmodels.engine_view import EngineView
from app.viewmodels.engines import EnginesViewModel
from app.viewmodels.failure import Failure
from app.viewmodels.machine_settings import FormLimits, MachineForm, MachineSettingsViewModel
from app.viewmodels.preferences import Preferences
from app.viewmodels.start_at_login import StartAtLoginViewModel
from app.viewmodels.updates import UpdatesViewModel
from app.views.pages.docker_card import DockerCard
from app.views.pages.engines_card import EnginesCard
from app.views.pages.page import Page
from app.views.pages.settings_parts import ProxyFields, SettingLine, build_card
from app.views.pages.updates_card import UpdatesCard
from app.views.theme import ZOOMS, Appearance, Theme
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card, Scrolled, column, row
from app.views.widgets.segments import Segments
from app.views.widgets.text import WrappedLabel

_WIDTH = 760
_LONGEST_IDLE = 24 * 60  # minutes
LANGUAGES = {"": "", "en": "English", "zh_CN": "简体中文"}


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
        self._preferences, self._machine, self._start_at_login = preferences, machine, start_at_login
        self._docker, self._engines, self._updates = docker, engines, updates
        self._loaded: MachineForm | None = None
        self._restarts = False
        self._remote = ""  # the engine of another computer that the window works with
        self._build_machine_fields()
        updates_card = UpdatesCard(updates)
        updates_card.restart_requested.connect(self.renewal_requested)
        cards = column(
            self._window_card(),
            self._notices_card(),
            self._resources_card(),
            self._engine_card(),
            self._network_card(),
            DockerCard(docker),
            EnginesCard(engines),
            updates_card,
            None,
            spacing=14,
        )
        cards.setContentsMargins(0, 0, 8, 0)
        self._scroll = Scrolled(cards)
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(self._build_bar())
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()
        machine.loaded.connect(self._show_form)
        machine.saved.connect(self._saved)
        machine.failed.connect(self._failed)
        start_at_login.changed.connect(self._show_start_at_login)
        start_at_login.failed.connect(self._failed)
        docker.failed.connect(self._failed)
        engines.failed.connect(self._failed)
        self._check()

    # --- building -----------------------------------------------------------------------------------------

    def _window_card(self) -> Card:
        self.appearance = Segments(
            "settings.appearance",
            self.tr("Appearance"),
            {
                Appearance.SYSTEM.value: self.tr("Like the system"),
                Appearance.LIGHT.value: self.tr("Light"),
                Appearance.DARK.value: self.tr("Dark"),
                Appearance.CONTRAST.value: self.tr("High contrast"),
            },
        )
        self.appearance.choose(self._preferences.theme)
        self.appearance.chosen.connect(self.appearance_chosen)
        self.language = QComboBox()
        self.language.setObjectName("settings.language")
        self.language.setAccessibleName(self.tr("Language"))
        for code, name in LANGUAGES.items():
            self.language.addItem(name or self.tr("Like the system"), code)
        self.language.setCurrentIndex(max(0, self.language.findData(self._preferences.language)))
        self.language.activated.connect(self._choose_language)
        self._language_note = WrappedLabel(self.tr("Takes effect when Marina is started again."), "muted")
        self._language_note.hide()
        self.zoom = QComboBox()
        self.zoom.setObjectName("settings.zoom")
        self.zoom.setAccessibleName(self.tr("Size"))
        for percent in ZOOMS:
            self.zoom.addItem(self.tr("{0} %").format(percent), percent)
        self.zoom.activated.connect(lambda: self.zoom_chosen.emit(self.zoom.currentData()))
        self.show_zoom(self._preferences.zoom)
        self.keep_running = QCheckBox(self.tr("Stay in the tray when the window is closed"))
        self.keep_running.setObjectName("settings.keep-running")
        self.keep_running.setChecked(self._preferences.keep_running_when_closed)
        self.keep_running.toggled.connect(lambda on: self._preferences.change(keep_running_when_closed=on))
        self.quit_choice = QComboBox()
        self.quit_choice.setObjectName("settings.quit")
        self.quit_choice.setAccessibleName(self.tr("Quitting"))
        for choice, text in (
            ("", self.tr("Ask what becomes of the engine")),
            ("leave", self.tr("Leave the engine running")),
            ("stop", self.tr("Stop the engine")),
        ):
            self.quit_choice.addItem(text, choice)
        self.quit_choice.activated.connect(
            lambda: self._preferences.change(quit_choice=self.quit_choice.currentData())
        )
        return build_card(
            "window",
            self.tr("Window"),
            SettingLine(self.tr("Appearance"), self.appearance, None),
            SettingLine(
                self.tr("Size"),
                self.zoom,
                None,
                hint=self.tr("Ctrl + and Ctrl - change it, Ctrl 0 is 100 %."),
            ),
            SettingLine(self.tr("Language"), self.language, None),
            self._language_note,
            SettingLine(self.tr("Closing"), self.keep_running, None),
            SettingLine(self.tr("Quitting"), self.quit_choice, None),
        )

    def _notices_card(self) -> Card:
        kept = QCheckBox(self.tr("Keep a list of what happened"))
        kept.setObjectName("settings.notices")
        kept.setChecked(self._preferences.notifications)
        shown = QCheckBox(self.tr("Let the system show it while the window is not in front"))
        shown.setObjectName("settings.notices.system")
        shown.setChecked(self._preferences.system_notifications)
        shown.setEnabled(kept.isChecked())
        kept.toggled.connect(lambda on: self._preferences.change(notifications=on))
        kept.toggled.connect(shown.setEnabled)
        shown.toggled.connect(lambda on: self._preferences.change(system_notifications=on))
        hint = self.tr("Ended pulls, containers that end by themselves, a full disk, a lost engine.")
        return build_card(
            "notices",
            self.tr("Notifications"),
            SettingLine(self.tr("Behind the bell"), kept, None, hint=hint),
            SettingLine(self.tr("As messages"), shown, None),
        )

    def _build_machine_fields(self) -> None:
        self.cpus = self._number("cpus", self.tr("Processors"), 1, "")
        self.memory = self._number("memory", self.tr("Memory"), 256, " MiB")
        self.disk = self._number("disk", self.tr("Disk"), 8, " GiB")
        self.idle = self._number("idle", self.tr("Sleep when unused"), 1, self.tr(" min"))
        self.idle.setRange(0, _LONGEST_IDLE)
        self.idle.setSpecialValueText(self.tr("never"))
        self.proxy = ProxyFields()
        self.proxy.changed.connect(self._check)
        self.folders = self._text("folders", self.tr("Shared folders"), "/home/me")
        self.mirrors = self._text("mirrors", self.tr("Mirrors of Docker Hub"), "https://mirror.example.com")
        self.insecure = self._text("insecure", self.tr("Registries without TLS"), "registry.local:5000")

    def _number(self, name: str, label: str, step: int, unit: str) -> QSpinBox:
        box = QSpinBox()
        box.setObjectName(f"settings.{name}")
        box.setAccessibleName(label)
        box.setSuffix(unit)
        box.setRange(1, 1)
        box.setSingleStep(step)
        box.setMinimumWidth(140)
        box.lineEdit().setTextMargins(8, 0, 0, 0)
        box.valueChanged.connect(self._check)
        return box

    def _text(self, name: str, label: str, hint: str) -> QPlainTextEdit:
        edit = QPlainTextEdit()
        edit.setObjectName(f"settings.{name}")
        edit.setAccessibleName(label)
        edit.setPlaceholderText(hint)
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(68)
        edit.textChanged.connect(self._check)
        return edit

    def _resources_card(self) -> Card:
        self.at_login = QCheckBox(self.tr("Start the engine when I log in to this computer"))
        self.at_login.setObjectName("settings.at-login")
        self.at_login.setEnabled(False)  # until the system has said how it is
        self.at_login.clicked.connect(self._start_at_login.turn)
        self._limits = WrappedLabel(role="muted")
        return build_card(
            "resources",
            self.tr("Resources"),
            WrappedLabel(
                self.tr("What the engine's machine may use at most. It takes no more than it needs."),
                "muted",
            ),
            SettingLine(self.tr("Processors"), self.cpus, None),
            SettingLine(self.tr("Memory"), self.memory, None),
            SettingLine(
                self.tr("Disk"), self.disk, None, hint=self.tr("It can grow, never shrink: no data is lost.")
            ),
            self._limits,
            SettingLine(
                self.tr("Sleep when unused"),
                self.idle,
                None,
                hint=self.tr(
                    "Without running containers, the machine goes to disk after this time and wakes with the "
                    "next call."
                ),
            ),
            SettingLine(self.tr("Start at login"), self.at_login, None),
        )

    def _engine_card(self) -> Card:
        one_a_line = self.tr("One a line.")
        self._folders_line = SettingLine(
            self.tr("Shared folders"),
            self.folders,
            hint=self.tr("Folders of this computer that containers may use. One a line."),
            name="settings.folders",
        )
        self._mirrors_line = SettingLine(
            self.tr("Mirrors of Docker Hub"), self.mirrors, hint=one_a_line, name="settings.mirrors"
        )
        self._insecure_line = SettingLine(
            self.tr("Registries without TLS"),
            self.insecure,
            hint=self.tr("Asked without a certificate: only for networks that you trust. One a line."),
            name="settings.insecure",
        )
        lines = (self._folders_line, self._mirrors_line, self._insecure_line)
        return build_card("engine", self.tr("Engine"), *lines)

    def _network_card(self) -> Card:
        return build_card("network", self.tr("Network"), self.proxy)

    def _build_bar(self) -> Card:
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
        return self.bar

    def _follow_zoom(self) -> None:
        width = Theme.current().scaled(_WIDTH)
        self._scroll.content.setMaximumWidth(width)
        self.bar.setMaximumWidth(width - 8)  # as wide as the cards beside their scroll bar

    def show_setting(self, name: str) -> None:
        """Bring one setting into sight and give it the keyboard."""
        widget = self.findChild(QWidget, f"settings.{name}")
        if widget is not None:
            cards = (card for card in self.findChildren(Card) if card.isAncestorOf(widget))
            self._scroll.ensureWidgetVisible(next(cards, widget))
            self._scroll.ensureWidgetVisible(widget)
            widget.setFocus()

    # --- what happens -------------------------------------------------------------------------------------

    def show_zoom(self, percent: int) -> None:
        """Show the size of the window's contents."""
        self.zoom.setCurrentIndex(max(0, self.zoom.findData(percent)))

    def resume(self) -> None:
        """Read the machine's settings when the page comes into sight, unless they were changed here."""
        self.quit_choice.setCurrentIndex(max(0, self.quit_choice.findData(self._preferences.quit_choice)))
        self._start_at_login.load()
        self._docker.load()
        self._engines.load()
        self._updates.load()
        if self._loaded is None or self._form() == self._loaded:
            self._machine.load()

    def _show_form(self, form: MachineForm, limits: FormLimits) -> None:
        self._loaded = None
        self.cpus.setRange(1, max(limits.cpus, form.cpus))
        self.memory.setRange(512, max(limits.memory_mib, form.memory_mib))
        self.disk.setRange(limits.least_disk_gib, 16 * 1024)
        text = self.tr("This computer has {0} processors and {1} MiB; Marina would take {2} and {3} MiB.")
        self._limits.setText(
            text.format(limits.cpus, limits.memory_mib, limits.default_cpus, limits.default_memory_mib)
        )
        self._fill(form)

    def _fill(self, form: MachineForm) -> None:
        self.cpus.setValue(form.cpus)
        self.memory.setValue(form.memory_mib)
        self.disk.setValue(form.disk_gib)
        self.folders.setPlainText(form.shared_folders)
        self.mirrors.setPlainText(form.registry_mirrors)
        self.insecure.setPlainText(form.insecure_registries)
        self.proxy.show_values((form.http_proxy, form.https_proxy, form.no_proxy))
        self.idle.setValue(form.idle_minutes)
        self._loaded = form
        self._check()

    def _form(self) -> MachineForm:
        return MachineForm(
            self.cpus.value(),
            self.memory.value(),
            self.disk.value(),
            self.folders.toPlainText().strip(),
            self.mirrors.toPlainText().strip(),
            self.insecure.toPlainText().strip(),
            *self.proxy.values(),
            self.idle.value(),
        )

    def _check(self) -> None:
        known = self._loaded is not None
        numbers = (self.cpus, self.memory, self.disk, self.idle)
        for field in (*numbers, self.folders, self.mirrors, self.insecure, self.proxy):
            field.setEnabled(known)
        if not hasattr(self, "bar"):
            return
        form = self._form()
        problems = self._machine.check(form) if known else {}
        self.bar.setVisible(known and form != self._loaded)
        self._folders_line.show_problem(problems.get("shared_folders", ""))
        self._mirrors_line.show_problem(problems.get("registry_mirrors", ""))
        self._insecure_line.show_problem(problems.get("insecure_registries", ""))
        self.proxy.show_problems(problems.get("http_proxy", ""), problems.get("https_proxy", ""))
        self.apply.setEnabled(not problems)
        needs_restart = self._loaded is not None and self._loaded.needs_restart(form)
        self._restarts = needs_restart and not self._remote
        self.apply.set_label(self.tr("Apply and restart the engine") if self._restarts else self.tr("Apply"))
        self._bar_text.set_role("error" if problems else "")
        if problems:
            text = self.tr("Some of it cannot be used: see beside the fields.")
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
                    "The window works with {0}. Resources, engine and network are settings of the machine of "
                    "this computer: they hold once it is used again."
                ).format(view.remote)
            )
            self._check()

    def _apply(self) -> None:
        self._machine.save(self._form())

    def _saved(self) -> None:
        restarts = self._restarts
        if self._machine.form is not None:
            self._fill(self._machine.form)
        if restarts:
            self.restart_requested.emit()

    def _show_start_at_login(self, is_on: bool) -> None:
        self.at_login.setEnabled(True)
        self.at_login.setChecked(is_on)

    def _failed(self, failure: Failure) -> None:
        self.notice.say(
            "\n".join(filter(None, (failure.summary, failure.details))), "err", self.tr("Dismiss")
        )

    def _choose_language(self) -> None:
        self._preferences.change(language=str(self.language.currentData()))
        self._language_note.show()
