"""The card of the Settings page about docker's own command and other programs that look for Docker."""

from app.viewmodels.engine.docker_command import (
    USUAL_SOCKET,
    DockerCommandState,
    DockerCommandViewModel,
    Holder,
)
from app.views.pages.settings.settings_parts import CopyField, SettingLine
from app.views.widgets.check_box import CheckBox
from app.views.widgets.layouts import Card, column
from app.views.widgets.text import WrappedLabel


class DockerCard(Card):
    """Says where the docker command goes, and leads it here when asked."""

    def __init__(self, viewmodel: DockerCommandViewModel) -> None:
        super().__init__("settings.docker")
        self._chosen = CheckBox(self.tr("Use Marina for the docker command"))
        self._chosen.setObjectName("settings.docker.use")
        self._chosen.setEnabled(False)  # until it is known how it is
        self._chosen.clicked.connect(viewmodel.turn)
        self._context = WrappedLabel(role="muted")
        self._context.setObjectName("settings.docker.context")
        self._usual = WrappedLabel(role="muted")
        self._usual.setObjectName("settings.docker.usual")
        self._usual_line = SettingLine(self.tr("Programs without contexts"), self._usual)
        self._command = CopyField(
            "settings.docker.command", "settings.docker.copy", self.tr("Command for an administrator")
        )
        self._command_line = SettingLine("", self._command)
        self._socket = CopyField(
            "settings.docker.socket", "settings.docker.socket.copy", self.tr("Path of the engine's socket")
        )
        self.setLayout(
            column(
                WrappedLabel(self.tr("Docker command"), "heading"),
                4,
                SettingLine(self.tr("Terminal"), self._chosen, None),
                SettingLine("", self._context),
                self._usual_line,
                self._command_line,
                SettingLine(
                    self.tr("Socket of the engine"),
                    self._socket,
                    hint=self.tr("For programs that ask for DOCKER_HOST or a socket."),
                ),
                spacing=10,
                margins=(20, 16, 20, 18),
            )
        )
        for line in (self._usual_line, self._command_line):
            line.hide()
        viewmodel.changed.connect(self._show)

    def _show(self, state: DockerCommandState) -> None:
        self._chosen.setEnabled(True)
        self._chosen.setChecked(state.is_marina)
        self._context.setText(self._context_text(state))
        self._context.set_role("warn" if state.shadowed_by else "muted")
        self._usual_line.setVisible(state.usual is not None)
        if state.usual is not None:
            self._usual.setText(self._usual_text(state.usual))
        self._command.show_text(state.usual_command)
        self._command_line.setVisible(bool(state.usual_command))
        self._socket.show_text(state.socket)

    def _context_text(self, state: DockerCommandState) -> str:
        if state.shadowed_by:
            text = self.tr("{0} is set: the docker command obeys that, whatever is chosen here.")
            return text.format(state.shadowed_by)
        if not state.program:
            return self.tr("There is no docker command on this computer yet. Marina's own is called marina.")
        if state.is_marina:
            return self.tr("docker, compose and what knows docker contexts come to Marina.")
        text = self.tr("The current context is “{0}”. A single call comes here by: docker --context marina …")
        return text.format(state.context)

    def _usual_text(self, holder: Holder) -> str:
        texts = {
            Holder.MARINA: self.tr("{0} leads to Marina."),
            Holder.OTHER: self.tr("{0} belongs to another program; Marina leaves it alone."),
            Holder.NOBODY: self.tr(
                "Some look only at {0}, which nobody has now. An administrator can let it lead to Marina:"
            ),
        }
        return texts[holder].format(USUAL_SOCKET)
