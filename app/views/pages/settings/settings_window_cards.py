"""The cards of the Settings page about the window itself: what is chosen there holds at once."""

from PySide6.QtCore import QCoreApplication, QEvent, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.viewmodels.engine.start_at_login import StartAtLoginViewModel, StartState, WindowAtLoginViewModel
from app.viewmodels.frame.preferences import Preferences
from app.views.pages.settings.restart_note import RestartNote
from app.views.pages.settings.settings_parts import CopyField, SettingLine, card_layout, hold_fixed
from app.views.theme import ZOOMS, Appearance
from app.views.widgets.check_box import CheckBox
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.layouts import Card, column
from app.views.widgets.segments import Segments
from app.views.widgets.text import WrappedLabel

LANGUAGES = {"": "", "en": "English", "zh_CN": "简体中文"}


class WindowCard(Card):
    """How the window looks and ends. Emits what the window has to do itself."""

    appearance_chosen = Signal(str)
    reopening_requested = Signal()
    zoom_chosen = Signal(int)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__("settings.window")
        self._preferences = preferences
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
        self.appearance.choose(preferences.theme)
        self.appearance.chosen.connect(self.appearance_chosen)
        self.zoom = self._choice("zoom", self.tr("Size"))
        for percent in ZOOMS:
            self.zoom.addItem(self.tr("{0} %").format(percent), percent)
        self.zoom.activated.connect(lambda: self.zoom_chosen.emit(self.zoom.currentData()))
        self.show_zoom(preferences.zoom)
        self.language = self._choice("language", self.tr("Language"))
        for code, name in LANGUAGES.items():
            self.language.addItem(name or self.tr("Like the system"), code)
        self.language.setCurrentIndex(max(0, self.language.findData(preferences.language)))
        self.language.activated.connect(self._choose_language)
        text = self.tr("The language changes when Marina is started again.")
        self._language_note = RestartNote("settings.language", text, self.tr("Restart Marina"))
        self._language_note.pressed.connect(self.reopening_requested)
        self.keep_running = CheckBox(self.tr("Stay in the tray when the window is closed"))
        self.keep_running.setObjectName("settings.keep-running")
        self.keep_running.setChecked(preferences.keep_running_when_closed)
        self.keep_running.toggled.connect(lambda on: preferences.change(keep_running_when_closed=on))
        self.quit_choice = self._choice("quit", self.tr("Quitting"))
        for choice, text in (
            ("", self.tr("Ask what becomes of the engine")),
            ("leave", self.tr("Leave the engine running")),
            ("stop", self.tr("Stop the engine")),
        ):
            self.quit_choice.addItem(text, choice)
        self.quit_choice.activated.connect(
            lambda: preferences.change(quit_choice=self.quit_choice.currentData())
        )
        preferences.changed_elsewhere.connect(self.show_choices)
        size_hint = self.tr("Ctrl + and Ctrl - change it, Ctrl 0 is 100 %.")
        self.setLayout(
            card_layout(
                self.tr("Window"),
                self._line("theme", self.tr("Appearance"), self.appearance),
                SettingLine(self.tr("Size"), self.zoom, None, hint=size_hint),
                self._line("language", self.tr("Language"), self.language),
                self._language_note,
                self._line("keep_running_when_closed", self.tr("Closing"), self.keep_running),
                self._line("quit_choice", self.tr("Quitting"), self.quit_choice),
            )
        )

    def reset(self) -> None:
        """Bring the defaults back, at once."""
        self.appearance.choose(Appearance.SYSTEM.value)
        self.appearance_chosen.emit(Appearance.SYSTEM.value)
        self.zoom_chosen.emit(100)
        if self._preferences.language:
            self._language_note.show()
        self._preferences.change(language="", quit_choice="")
        self.language.setCurrentIndex(max(0, self.language.findData(self._preferences.language)))
        self._preferences.change(keep_running_when_closed=True)
        self.keep_running.setChecked(self._preferences.keep_running_when_closed)
        self.show_quit_choice()

    def show_choices(self) -> None:
        """Show what was chosen elsewhere."""
        self.appearance.choose(self._preferences.theme)
        self.language.setCurrentIndex(max(0, self.language.findData(self._preferences.language)))
        self.keep_running.setChecked(self._preferences.keep_running_when_closed)
        self.show_quit_choice()

    def _line(self, name: str, label: str, field: QWidget) -> SettingLine:
        line = SettingLine(label, field, None, name=field.objectName())
        hold_fixed(line, field, self._preferences, name)
        return line

    def show_zoom(self, percent: int) -> None:
        """Show the size of the window's contents."""
        self.zoom.setCurrentIndex(max(0, self.zoom.findData(percent)))

    def show_quit_choice(self) -> None:
        """Show what was chosen last, which may have been in the question itself."""
        self.quit_choice.setCurrentIndex(max(0, self.quit_choice.findData(self._preferences.quit_choice)))

    def _choice(self, name: str, label: str) -> QComboBox:
        box = ComboBox()
        box.setObjectName(f"settings.{name}")
        box.setAccessibleName(label)
        return box

    def _choose_language(self) -> None:
        self._preferences.change(language=str(self.language.currentData()))
        self._language_note.show()


class LoginCard(Card):
    """Whether the engine starts with the user's session, or with the computer before it."""

    def __init__(self, viewmodel: StartAtLoginViewModel, window: WindowAtLoginViewModel) -> None:
        super().__init__("settings.login")
        self._viewmodel = viewmodel
        self.at_login = CheckBox(self.tr("Start the engine when I log in to this computer"))
        self.at_login.setObjectName("settings.at-login")
        self.at_login.setEnabled(False)  # until the system has said how it is
        self.at_login.clicked.connect(viewmodel.turn)
        self.window_at_login = CheckBox(self.tr("Open the window when I log in to this computer"))
        self.window_at_login.setObjectName("settings.window-at-login")
        self.window_at_login.setEnabled(False)
        self.window_at_login.clicked.connect(window.turn)
        self._before = WrappedLabel(role="muted")
        self._before.setObjectName("settings.before-login")
        self._command = CopyField(
            "settings.before-login.command", "settings.before-login.copy", self.tr("Command for a terminal")
        )
        self._command.hide()
        before = column(self._before, self._command, spacing=6)
        self.setLayout(
            card_layout(
                self.tr("Start"),
                SettingLine(self.tr("Start at login"), self.at_login, None),
                SettingLine(self.tr("Start before login"), before),
                SettingLine(self.tr("Window"), self.window_at_login, None),
            )
        )
        viewmodel.changed.connect(self._show)
        window.changed.connect(self._show_window)

    def event(self, event: QEvent) -> bool:
        """Look again when the user comes back to the window: the command is run in a terminal."""
        if event.type() == QEvent.Type.WindowActivate and self.isVisible():
            self._viewmodel.load()
        return super().event(event)

    def _show_window(self, is_on: bool) -> None:
        self.window_at_login.setEnabled(True)
        self.window_at_login.setChecked(is_on)

    def _show(self, state: StartState) -> None:
        self.at_login.setEnabled(True)
        self.at_login.setChecked(state.at_login)
        self._before.setText(self._before_text(state))
        wanted = state.undo_command or (state.boot_command if state.at_login else "")
        self._command.show_text(wanted)

    def _before_text(self, state: StartState) -> str:
        if state.before_login:
            return self.tr(
                "The engine starts with the computer, before anybody logs in, with the containers whose "
                "restart policy says so. This command in a terminal takes that back:"
            )
        if state.undo_command:
            return self.tr(
                "The start at login is off, so the engine waits until it is asked for. Other programs that "
                "you start at login start with the computer; this command takes that back:"
            )
        if not state.boot_command:
            return self.tr("This system starts nothing of a user's before the login.")
        if not state.at_login:
            return self.tr("Needs the start at login.")
        return self.tr(
            "The engine can start with the computer, before anybody logs in, with the containers whose "
            "restart policy says so. This command in a terminal has the system start all that you start at "
            "login that early. Most systems ask for no administrator:"
        )


def build_privacy_card() -> Card:
    """Return what Marina sends to whom."""
    card = Card("settings.privacy")
    text = QCoreApplication.translate(
        "PrivacyCard",
        "No account, no telemetry, no advertisement. Marina asks the network only for what you ask of it: "
        "pulls, pushes, searches, builds, and for newer versions if you have switched that on.",
    )
    words = WrappedLabel(text)
    words.setObjectName("settings.privacy.text")
    title = QCoreApplication.translate("PrivacyCard", "Privacy")
    card.setLayout(card_layout(title, SettingLine(title, words)))
    return card
