"""The Settings page: appearance and language at once, the machine's own with a restart."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from app.viewmodels.failure import Failure
from app.viewmodels.machine_settings import FormLimits, MachineForm, MachineSettingsViewModel
from app.viewmodels.preferences import Preferences
from app.views.pages.page import Page
from app.views.theme import Appearance
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card, Item, column, row
from app.views.widgets.segments import Segments
from app.views.widgets.text import PlainLabel, WrappedLabel

_WIDTH, _LABEL_WIDTH = 760, 210
LANGUAGES = {"": "", "en": "English", "zh_CN": "简体中文"}


class SettingsPage(Page):
    """Emits what the window has to do itself."""

    appearance_chosen = Signal(str)
    restart_requested = Signal()

    def __init__(self, preferences: Preferences, machine: MachineSettingsViewModel) -> None:
        super().__init__("settings", "")
        self.title.setText(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self.count.setText(self.tr("Kept on this computer; nothing is sent anywhere"))
        self._preferences, self._machine = preferences, machine
        self._loaded: MachineForm | None = None
        self._build_machine_fields()
        cards = column(
            self._window_card(),
            self._notices_card(),
            self._resources_card(),
            self._engine_card(),
            None,
            spacing=14,
        )
        content = QWidget()
        content.setObjectName("scrolled")
        content.setMaximumWidth(_WIDTH)
        content.setLayout(cards)
        cards.setContentsMargins(0, 0, 8, 0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(content)
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(self._build_bar())
        machine.loaded.connect(self._show_form)
        machine.saved.connect(self._saved)
        machine.failed.connect(self._failed)
        self._check()

    # --- building -----------------------------------------------------------------------------------------

    def _line(self, label: str, *items: Item, hint: str = "") -> QWidget:
        """Return a setting: its name on the left, its fields and a remark on the right."""
        name = PlainLabel(label)
        name.setFixedWidth(_LABEL_WIDTH)
        name.setWordWrap(True)
        right = column(row(*items), spacing=3)
        if hint:
            right.addWidget(WrappedLabel(hint, "muted"))
        line = QWidget()
        layout = row(name, right, spacing=12)
        layout.setStretch(1, 1)
        line.setLayout(layout)
        return line

    def _card(self, name: str, title: str, *items: Item) -> Card:
        card = Card(f"settings.{name}")
        card.setLayout(column(PlainLabel(title, "heading"), 4, *items, spacing=10, margins=(20, 16, 20, 18)))
        return card

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
        self.keep_running = QCheckBox(self.tr("Stay in the tray when the window is closed"))
        self.keep_running.setObjectName("settings.keep-running")
        self.keep_running.setChecked(self._preferences.keep_running_when_closed)
        self.keep_running.toggled.connect(lambda on: self._preferences.change(keep_running_when_closed=on))
        return self._card(
            "window",
            self.tr("Window"),
            self._line(self.tr("Appearance"), self.appearance, None),
            self._line(self.tr("Language"), self.language, None),
            self._language_note,
            self._line(self.tr("Closing"), self.keep_running, None),
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
        return self._card(
            "notices",
            self.tr("Notifications"),
            self._line(self.tr("Behind the bell"), kept, None, hint=hint),
            self._line(self.tr("As messages"), shown, None),
        )

    def _build_machine_fields(self) -> None:
        self.cpus = self._number("cpus", self.tr("Processors"), 1, "")
        self.memory = self._number("memory", self.tr("Memory"), 256, " MiB")
        self.disk = self._number("disk", self.tr("Disk"), 8, " GiB")
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
        self._limits = WrappedLabel(role="muted")
        return self._card(
            "resources",
            self.tr("Resources"),
            WrappedLabel(
                self.tr("What the engine's machine may use at most. It takes no more than it needs."),
                "muted",
            ),
            self._line(self.tr("Processors"), self.cpus, None),
            self._line(self.tr("Memory"), self.memory, None),
            self._line(
                self.tr("Disk"), self.disk, None, hint=self.tr("It can grow, never shrink: no data is lost.")
            ),
            self._limits,
        )

    def _engine_card(self) -> Card:
        one_a_line = self.tr("One a line.")
        return self._card(
            "engine",
            self.tr("Engine"),
            self._line(
                self.tr("Shared folders"),
                self.folders,
                hint=self.tr("Folders of this computer that containers may use. One a line."),
            ),
            self._line(self.tr("Mirrors of Docker Hub"), self.mirrors, hint=one_a_line),
            self._line(
                self.tr("Registries without TLS"),
                self.insecure,
                hint=self.tr("Asked without a certificate: only for networks that you trust. One a line."),
            ),
        )

    def _build_bar(self) -> Card:
        self.bar = Card("settings.bar", "banner")
        self.bar.setMaximumWidth(_WIDTH - 8)  # as wide as the cards beside their scroll bar
        self._bar_text = WrappedLabel()
        self._bar_text.setObjectName("settings.bar.text")
        self.undo = Button(self.tr("Undo"), "settings.undo")
        self.undo.clicked.connect(self._undo)
        self.apply = Button(self.tr("Apply and restart the engine"), "settings.apply", "primary", "restart")
        self.apply.clicked.connect(self._apply)
        line = row(self._bar_text, self.undo, self.apply, margins=(14, 8, 10, 8))
        line.setStretch(0, 1)
        self.bar.setLayout(line)
        self.bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.bar.hide()
        return self.bar

    def show_setting(self, name: str) -> None:
        """Bring one setting into sight and give it the keyboard."""
        widget = self.findChild(QWidget, f"settings.{name}")
        if widget is not None:
            self._scroll.ensureWidgetVisible(widget)
            widget.setFocus()

    # --- what happens -------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Read the machine's settings when the page comes into sight, unless they were changed here."""
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
        self._loaded = form
        self._check()

    def _form(self) -> MachineForm:
        form = MachineForm(
            self.cpus.value(),
            self.memory.value(),
            self.disk.value(),
            self.folders.toPlainText().strip(),
            self.mirrors.toPlainText().strip(),
            self.insecure.toPlainText().strip(),
        )
        return replace(form)

    def _check(self) -> None:
        known = self._loaded is not None
        for field in (self.cpus, self.memory, self.disk, self.folders, self.mirrors, self.insecure):
            field.setEnabled(known)
        if not hasattr(self, "bar"):
            return
        form = self._form()
        problems = self._machine.check(form) if known else {}
        self.bar.setVisible(known and form != self._loaded)
        self.apply.setEnabled(not problems)
        self._bar_text.set_role("error" if problems else "")
        self._bar_text.setText(
            "\n".join(problems.values())
            or self.tr("These settings hold once the engine is restarted; containers are stopped for it.")
        )

    def _undo(self) -> None:
        if self._loaded is not None:
            self._fill(self._loaded)

    def _apply(self) -> None:
        self._machine.save(self._form())

    def _saved(self) -> None:
        if self._machine.form is not None:
            self._fill(self._machine.form)
        self.restart_requested.emit()

    def _failed(self, failure: Failure) -> None:
        self.notice.say(
            "\n".join(filter(None, (failure.summary, failure.details))), "err", self.tr("Dismiss")
        )

    def _choose_language(self) -> None:
        self._preferences.change(language=str(self.language.currentData()))
        self._language_note.show()
