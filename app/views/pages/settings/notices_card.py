"""The card of the Settings page about notices: which kinds are kept behind the bell, and which are shown."""

from PySide6.QtWidgets import QComboBox

from app.viewmodels.frame.notifications import KINDS, Level
from app.viewmodels.frame.preferences import Preferences
from app.views.pages.settings.settings_parts import SettingLine, card_layout, hold_fixed
from app.views.widgets.check_box import CheckBox
from app.views.widgets.combo_box import ComboBox
from app.views.widgets.layouts import Card


class NoticesCard(Card):
    """Two switches for all, and what becomes of each kind."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__("settings.notices-card")
        self._preferences = preferences
        self.kept = CheckBox(self.tr("Keep a list of what happened"))
        self.kept.setObjectName("settings.notices")
        self.kept.setChecked(preferences.notifications)
        self.shown = CheckBox(self.tr("Let the system show it while the window is not in front"))
        self.shown.setObjectName("settings.notices.system")
        self.shown.setChecked(preferences.system_notifications)
        self.kept.toggled.connect(lambda on: preferences.change(notifications=on))
        self.shown.toggled.connect(lambda on: preferences.change(system_notifications=on))
        self._levels = {kind: self._level_box(kind, text) for kind, text in self._kinds().items()}
        behind = SettingLine(self.tr("Behind the bell"), self.kept, None, name="settings.notices")
        messages = SettingLine(self.tr("As messages"), self.shown, None, name="settings.notices.system")
        self.setLayout(
            card_layout(
                self.tr("Notifications"),
                behind,
                messages,
                *(SettingLine(self._kinds()[kind], box, None) for kind, box in self._levels.items()),
            )
        )
        preferences.changed_elsewhere.connect(self.show_choices)
        self.kept.toggled.connect(self._follow)
        self.shown.toggled.connect(self._follow)
        self._follow()
        hold_fixed(behind, self.kept, preferences, "notifications")
        hold_fixed(messages, self.shown, preferences, "system_notifications")

    def reset(self) -> None:
        """Bring the defaults back, at once."""
        self.kept.setChecked(True)
        self.shown.setChecked(True)
        for kind, box in self._levels.items():
            box.setCurrentIndex(box.findData(KINDS[kind]))
            self._preferences.choose_notice_level(kind, KINDS[kind])

    def show_choices(self) -> None:
        """Show what was chosen elsewhere."""
        self.kept.setChecked(self._preferences.notifications)
        self.shown.setChecked(self._preferences.system_notifications)
        for kind, box in self._levels.items():
            box.setCurrentIndex(box.findData(self._preferences.notice_level(kind, KINDS[kind])))

    def _kinds(self) -> dict[str, str]:
        return {
            "died": self.tr("A container ended by itself"),
            "memory": self.tr("A container ran out of memory"),
            "disk": self.tr("The engine's disk is nearly full"),
            "engine": self.tr("The engine was lost, or is back"),
            "task-failed": self.tr("A pull, a build or another task failed"),
            "task": self.tr("A task that took long has ended"),
            "update": self.tr("A newer Marina is there"),
        }

    def _level_box(self, kind: str, label: str) -> QComboBox:
        box = ComboBox()
        box.setObjectName(f"settings.notices.{kind}")
        box.setAccessibleName(label)
        for level, text in (
            (Level.OFF, self.tr("Off")),
            (Level.LIST, self.tr("Behind the bell")),
            (Level.MESSAGE, self.tr("Behind the bell and as a message")),
        ):
            box.addItem(text, level)
        box.setCurrentIndex(box.findData(self._preferences.notice_level(kind, KINDS[kind])))
        box.activated.connect(lambda: self._preferences.choose_notice_level(kind, box.currentData()))
        return box

    def _follow(self) -> None:
        self.shown.setEnabled(
            self.kept.isChecked() and not self._preferences.is_fixed("system_notifications")
        )
        for box in self._levels.values():
            box.setEnabled(self.kept.isChecked())
