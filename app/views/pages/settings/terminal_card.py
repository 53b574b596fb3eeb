"""The card of the Settings page about Marina's own command: whether terminals find it."""

from app.viewmodels.engine.own_command import OwnCommandState, OwnCommandViewModel
from app.views.pages.settings.settings_parts import CopyField, SettingLine, card_layout
from app.views.widgets.check_box import CheckBox
from app.views.widgets.layouts import Card, column
from app.views.widgets.text import WrappedLabel


class TerminalCard(Card):
    """Lets terminals find `marina`, and no longer, when asked."""

    def __init__(self, viewmodel: OwnCommandViewModel) -> None:
        super().__init__("settings.terminal")
        self._chosen = CheckBox(self.tr("Let terminals find the command marina"))
        self._chosen.setObjectName("settings.own-command")
        self._chosen.setEnabled(False)  # until it is known how it is
        self._chosen.clicked.connect(viewmodel.turn)
        self._where = WrappedLabel(role="muted")
        self._where.setObjectName("settings.own-command.where")
        self._command = CopyField(
            "settings.own-command.command", "settings.own-command.copy", self.tr("Command for a terminal")
        )
        self._command.hide()
        fields = column(self._chosen, self._where, self._command, spacing=6)
        self.setLayout(
            card_layout(
                self.tr("Marina's own command"),
                SettingLine(self.tr("Terminal"), fields, name="settings.own-command"),
            )
        )
        viewmodel.changed.connect(self._show)

    def _show(self, state: OwnCommandState) -> None:
        self._chosen.setEnabled(True)
        self._chosen.setChecked(state.is_on)
        self._chosen.setVisible(state.is_on or bool(state.place and not state.found))
        self._where.setText(self._where_text(state))
        self._command.show_text(state.command)

    def _where_text(self, state: OwnCommandState) -> str:
        if state.found:
            return self.tr("A terminal finds marina at {0}.").format(state.found)
        if not state.place:
            return self.tr("A terminal does not find marina: this Marina has no program for it.")
        if not state.is_on:
            return self.tr(
                "A terminal does not find marina. No administrator is needed for that: {0}"
            ).format(state.place)
        if state.command:
            text = self.tr(
                "It is at {0}, where terminals of this system do not look. Run this once in a terminal, then "
                "log in anew:"
            )
        elif state.waits:
            text = self.tr("It is at {0}. Terminals find it once you have logged in anew.")
        else:
            text = self.tr("It is at {0}. Terminals that are opened from now on find it.")
        return text.format(state.place)
