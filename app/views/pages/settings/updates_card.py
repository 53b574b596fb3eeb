"""The card of the Settings page about newer versions of Marina, and the way back to the former one."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from app.viewmodels.frame.updates import BUSY, UpdateState, UpdatesView, UpdatesViewModel
from app.views.pages.settings.settings_parts import SettingLine
from app.views.theme import monospace_font
from app.views.widgets.buttons import Button
from app.views.widgets.check_box import CheckBox
from app.views.widgets.flow_row import flow
from app.views.widgets.layouts import Card, column, row
from app.views.widgets.text import PlainLabel, WrappedLabel


class UpdatesCard(Card):
    """Says where this Marina stands, what is new, and what the next start does."""

    restart_requested = Signal()

    def __init__(self, viewmodel: UpdatesViewModel) -> None:
        super().__init__("settings.updates")
        self._updates = viewmodel
        self._version = PlainLabel()
        self._version.setObjectName("settings.updates.version")
        self._check = Button(self.tr("Look for updates"), "settings.updates.check", icon="restart")
        self._check.clicked.connect(viewmodel.check)
        self._status = WrappedLabel(role="muted")
        self._status.setObjectName("settings.updates.status")
        self._restart = Button(self.tr("Restart now"), "settings.updates.restart", icon="restart")
        self._restart.clicked.connect(self.restart_requested)
        self._automatic = CheckBox(self.tr("Look for updates once a day"))
        self._automatic.setObjectName("settings.updates.automatic")
        self._automatic.clicked.connect(viewmodel.set_automatic)
        automatic_hint = self.tr("Only the list of versions is fetched; a download begins when you say so.")
        self._automatic_line = SettingLine(
            self.tr("Automatically"),
            self._automatic,
            None,
            hint=automatic_hint,
            name="settings.updates.automatic",
        )
        self._automatic_line.show_fixed(viewmodel.is_fixed, viewmodel.fixed_by)
        self._back_line = self._build_back_line()
        self._offer = self._build_offer()
        self.setLayout(
            column(
                PlainLabel(self.tr("Updates"), "heading"),
                4,
                SettingLine(self.tr("This version"), self._version, None, self._check),
                self._status,
                row(self._restart, None),
                self._offer,
                self._automatic_line,
                self._back_line,
                spacing=10,
                margins=(20, 16, 20, 18),
            )
        )
        self._passing = (self._check, self._fetch, self._cancel, self._back, self._stay)
        viewmodel.changed.connect(self._show)
        self._show()

    def _build_offer(self) -> Card:
        self._title = PlainLabel(role="strong")
        self._title.setObjectName("settings.updates.title")
        self._notes = WrappedLabel(role="muted")
        self._notes.setObjectName("settings.updates.notes")
        self._fetch = Button(self.tr("Download"), "settings.updates.fetch", "primary", "download")
        self._fetch.clicked.connect(self._updates.fetch)
        self._cancel = Button(self.tr("Cancel"), "settings.updates.cancel")
        self._cancel.clicked.connect(self._updates.cancel)
        self._bar = QProgressBar()
        self._bar.setObjectName("settings.updates.progress")
        self._bar.setAccessibleName(self.tr("Download of the update"))
        self._bar.setTextVisible(False)
        self._amount = PlainLabel(role="muted")
        self._amount.setObjectName("settings.updates.amount")
        self._command = QLineEdit()
        self._command.setObjectName("settings.updates.command")
        self._command.setAccessibleName(self.tr("Command that installs the update"))
        self._command.setReadOnly(True)
        self._command.setFont(monospace_font())
        self._copy = Button(self.tr("Copy"), "settings.updates.copy", icon="copy")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._command.text()))
        head = flow(self._title, None, self._fetch, self._cancel)
        command = row(self._command, self._copy)
        command.setStretch(0, 1)
        offer = Card("settings.updates.offer", "inset")
        offer.setLayout(column(head, self._notes, self._bar, self._amount, command, margins=(14, 10, 12, 12)))
        return offer

    def _build_back_line(self) -> QWidget:
        self._former = PlainLabel()
        self._former.setObjectName("settings.updates.former")
        self._back = Button(self.tr("Go back to it"), "settings.updates.back")
        self._back.clicked.connect(lambda: self._updates.go_back())
        self._stay = Button(self.tr("Stay with this version"), "settings.updates.stay")
        self._stay.clicked.connect(lambda: self._updates.go_back(wanted=False))
        return SettingLine(
            self.tr("Former version"),
            self._former,
            None,
            self._back,
            self._stay,
            hint=self.tr("It is kept until the next update. Your data stays as it is."),
        )

    def _show(self) -> None:
        view = self._updates.view
        state = view.state
        focus = self.window().focusWidget()
        pressed = focus if focus in self._passing else None
        self._version.setText(view.current)
        self._check.setEnabled(view.has_server and state not in BUSY)
        self._status.setText(self._status_text(view))
        self._status.set_role("error" if view.failure is not None else "muted")
        is_due = view.state is UpdateState.READY or view.is_going_back
        self._restart.setVisible(is_due and view.state not in BUSY and view.is_known)
        self._automatic.setChecked(self._updates.is_automatic)
        wanted = view.has_server or self._updates.is_automatic
        self._automatic.setEnabled(wanted and not self._updates.is_fixed)
        self._show_offer(view)
        self._former.setText(view.former)
        self._back.setVisible(not view.is_going_back)
        self._stay.setVisible(view.is_going_back)
        self._back_line.setVisible(bool(view.former))
        if pressed is not None and not (pressed.isVisible() and pressed.isEnabled()):
            self._take_focus(self._cancel, self._stay, self._back, self._check)

    def _take_focus(self, *buttons: Button) -> None:
        """Let the keyboard stay here when the button that it was on goes."""
        for button in buttons:
            if button.isVisible() and button.isEnabled():
                button.setFocus()
                return

    def _show_offer(self, view: UpdatesView) -> None:
        state = view.state
        under_way = state in (UpdateState.FETCHING, UpdateState.UNPACKING)
        title = self.tr("Marina {0}").format(view.version)
        self._title.setText(f"{title} · {view.size}" if view.size else title)
        self._notes.setText(view.notes)
        self._notes.setVisible(bool(view.notes))
        can_fetch = view.has_file and not view.from_source
        self._fetch.setVisible(state is UpdateState.OFFERED and can_fetch)
        self._cancel.setVisible(under_way)
        self._cancel.setEnabled(state is UpdateState.FETCHING)
        self._bar.setVisible(under_way)
        self._bar.setRange(0, 100 if state is UpdateState.FETCHING else 0)
        self._bar.setValue(view.percent)
        self._amount.setVisible(under_way)
        self._amount.setText(view.amount)
        for widget in (self._command, self._copy):
            widget.setVisible(state is UpdateState.HANDED_OVER)
        if self._command.text() != view.command:
            self._command.setText(view.command)
        self._offer.setVisible(bool(view.version) and state is not UpdateState.CHECKING)

    def _status_text(self, view: UpdatesView) -> str:
        if view.failure is not None:
            return "\n".join(filter(None, (view.failure.summary, view.failure.what_to_do)))
        if not view.is_known:
            return ""
        if not view.has_server:
            return self.tr(
                "This build of Marina knows no update server. Get new versions from where you got this one."
            )
        if view.is_going_back and view.state not in BUSY:
            return self._at_next_start(view.former)
        texts = {
            UpdateState.UNASKED: self.tr("Nobody has looked yet."),
            UpdateState.CHECKING: self.tr("Looking…"),
            UpdateState.NEWEST: self.tr("This is the newest version."),
            UpdateState.OFFERED: self._offer_text(view),
            UpdateState.FETCHING: self.tr("Downloading. You can go on working."),
            UpdateState.UNPACKING: self.tr("Checking the download and putting it beside the program…"),
            UpdateState.READY: self._at_next_start(view.version),
            UpdateState.HANDED_OVER: self.tr(
                "The download is checked. Quit Marina, then install it with this command in a terminal:"
            ),
        }
        return texts[view.state]

    def _at_next_start(self, version: str) -> str:
        return self.tr(
            "Marina {0} takes the place of this version when Marina is started again while the engine is "
            "stopped."
        ).format(version)

    def _offer_text(self, view: UpdatesView) -> str:
        if view.from_source:
            return self.tr("This Marina runs from its source: update it as you got it, with git pull.")
        if not view.has_file:
            return self.tr("This version has no file for your kind of installation.")
        if view.was_refused:
            return self.tr("This version did not start here, or you went back from it.")
        return self.tr("A newer version is there.")
