"""What can be done with a container or a compose project: the icons of its row, and its menu."""

from PySide6.QtCore import QCoreApplication

from app.viewmodels.containers.containers import ContainerRow, ContainerState, GroupRow
from app.views import keys
from app.views.widgets.table import Action

translate = QCoreApplication.translate

_ACTIONS = {
    keys.START_STOP: ("unpause", "stop", "start"),
    keys.RESTART: ("restart",),
    keys.LOGS: ("logs",),
    keys.TERMINAL: ("terminal",),
    keys.BROWSER: ("open",),
}
KEYS = {key.sequences[0].toString(): _ACTIONS[key] for key in keys.CONTAINERS}
"""What a letter does with the row that is selected: the first of these that can be done."""


def key_of(action: str) -> str:
    """Return the letter that does an action, "" for none."""
    return next((key for key, names in KEYS.items() if action in names), "")


def container_icons(row: ContainerRow) -> list[Action]:
    """Return the actions that are beside a container."""
    actions = {action.name: action for action in container_menu(row)}
    toggle = next(actions[name] for name in ("unpause", "stop", "start") if name in actions)
    more = Action("more", "more", translate("ContainerActions", "More…"))
    return [actions["open"], toggle, actions["logs"], actions["delete"], more]


def container_menu(row: ContainerRow, has_code: bool = False) -> list[Action]:
    """Return all that can be done with a container now, in the order of its menu.

    `has_code` says that Visual Studio Code is installed.
    """
    free, running = not row.busy, row.is_running
    paused = row.container.state is ContainerState.PAUSED
    actions = [
        Action("open", "external", translate("ContainerActions", "Open in the browser"), bool(row.url))
    ]
    if not running:
        actions.append(Action("start", "play", translate("ContainerActions", "Start"), free))
    if paused:
        actions.append(Action("unpause", "play", translate("ContainerActions", "Resume"), free))
    if running:
        actions += [
            Action("stop", "stop", translate("ContainerActions", "Stop"), free),
            Action("restart", "restart", translate("ContainerActions", "Restart"), free),
        ]
    if running and not paused:
        actions.append(Action("pause", "pause", translate("ContainerActions", "Pause"), free))
    if running:
        # Also while something goes on: it is what helps against a stop that takes for ever.
        actions.append(Action("kill", "power", translate("ContainerActions", "Force stop…")))
    if has_code:
        label = translate("ContainerActions", "Open in VS Code")
        actions.append(Action("code", "external", label, running and not paused))
    return [
        *actions,
        Action("logs", "logs", translate("ContainerActions", "Logs")),
        Action("terminal", "terminal", translate("ContainerActions", "Terminal"), running and not paused),
        Action("files", "folder", translate("ContainerActions", "Files")),
        Action("inspect", "search", translate("ContainerActions", "Inspect")),
        Action("edit", "edit", translate("ContainerActions", "Edit…"), free),
        Action("renew", "download", translate("ContainerActions", "Update the image…"), free),
        Action("rename", "edit", translate("ContainerActions", "Rename…"), free),
        Action("save-image", "save", translate("ContainerActions", "Save as image…"), free),
        Action("export", "download", translate("ContainerActions", "Export its files…"), free),
        Action("copy-run", "copy", translate("ContainerActions", "Copy as docker run")),
        Action("copy-id", "copy", translate("ContainerActions", "Copy the id")),
        Action("delete", "trash", translate("ContainerActions", "Delete"), free),
    ]


def group_icons(group: GroupRow) -> list[Action]:
    """Return what can be done with all containers of a project."""
    free, running = not group.busy, group.running
    some_stopped = running < len(group.members)
    return [
        Action("start", "play", translate("ContainerActions", "Start all"), free and some_stopped),
        Action("stop", "stop", translate("ContainerActions", "Stop all"), free and running > 0),
        Action("logs", "logs", translate("ContainerActions", "Logs of all")),
        Action("delete", "trash", translate("ContainerActions", "Delete all"), free),
        Action("more", "more", translate("ContainerActions", "More…")),
    ]
