"""The Registries page: where the user is signed in, signing in and out."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.viewmodels.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.registries import RegistriesViewModel, SignIn
from app.views.dialogs.sign_in_dialog import SignInDialog
from app.views.icons import icon_pixmap
from app.views.pages.page import Page
from app.views.theme import Theme
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card, clear, column, row
from app.views.widgets.text import ElidedLabel, PlainLabel, WrappedLabel

_WIDTH = 760


class RegistriesPage(Page):
    """Needs the engine for signing in only."""

    def __init__(self, viewmodel: RegistriesViewModel) -> None:
        super().__init__("registries", "")
        self.title.setText(self.tr("Registries"))
        self.setAccessibleName(self.tr("Registries"))
        self._registries, self._engine = viewmodel, EngineView()
        self.sign_in_button = Button(self.tr("Sign in"), "registries.sign-in", "primary", "plus")
        self.sign_in_button.clicked.connect(self.ask_sign_in)
        self.tools.addWidget(self.sign_in_button)
        self._empty = Card("registries.empty")
        first = Button(self.tr("Sign in at a registry"), "registries.empty.sign-in", "primary", "plus")
        first.clicked.connect(self.ask_sign_in)
        self._first = first
        self._empty.setLayout(
            column(
                PlainLabel(self.tr("Not signed in anywhere"), "heading"),
                WrappedLabel(
                    self.tr(
                        "Public images need no sign-in. Sign in for private ones, for pushing, "
                        "and for more pulls from Docker Hub."
                    ),
                    "muted",
                ),
                6,
                row(first, None),
                margins=(20, 18, 20, 18),
            )
        )
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        content = QWidget()
        content.setObjectName("scrolled")
        content.setMaximumWidth(_WIDTH)
        content.setLayout(column(self._empty, self._list, None))
        scroll = QScrollArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(content)
        self.body.addWidget(scroll, 1)
        viewmodel.changed.connect(self._show)
        viewmodel.failed.connect(self._failed)
        self._show()

    def ask_sign_in(self, registry: str = "") -> None:
        """Open the dialog."""
        SignInDialog(self._registries, registry if isinstance(registry, str) else "", self.window()).open()

    def resume(self) -> None:
        """Read the sign-ins when the page comes into sight."""
        self._registries.load()

    def refresh(self) -> None:
        """Read them anew."""
        self._registries.load()

    def on_engine_state(self, view: EngineView) -> None:
        """Signing in needs the engine."""
        self._engine = view
        for button in (self.sign_in_button, self._first):
            button.setEnabled(view.can_be_used)
            hint = "" if view.can_be_used else self.tr("The engine asks the registry: start it first.")
            button.setToolTip(hint)

    def _show(self) -> None:
        model = self._registries
        clear(self._list)
        for login in model.logins:
            self._list.addWidget(self._card(login))
        self._empty.setVisible(model.is_loaded and not model.logins)
        count = len(model.logins)
        if not model.is_loaded:
            self.count.setText(self.tr("Loading…"))
        elif count:
            self.count.setText(self.tr("Signed in at %n registry(s)", "", count))
        else:
            self.count.setText(self.tr("None yet"))
        if model.is_loaded and not model.has_key_store:
            self.banner.say(
                self.tr(
                    "This computer has no key store that Marina can use, so a sign-in lasts until Marina is "
                    "closed: a password is never written to a file. On Linux, install and unlock GNOME "
                    "Keyring or KWallet."
                ),
                "warn",
            )
        else:
            self.banner.hide()

    def _card(self, login: SignIn) -> Card:
        name = f"registries.{login.registry}"
        card = Card(name)
        icon = PlainLabel()
        icon.setPixmap(icon_pixmap("registries", Theme.current().tokens.muted, 22, self.devicePixelRatioF()))
        title = ElidedLabel(login.registry, "strong")
        words = self.tr("Signed in as {0}").format(login.user)
        if not login.is_kept:
            words += " · " + self.tr("until Marina is closed")
        user = ElidedLabel(words, "muted")
        user.setObjectName(f"{name}.user")
        leave = Button(self.tr("Sign out"), f"{name}.sign-out")
        leave.clicked.connect(lambda: self._registries.sign_out(login.registry))
        line = row(icon, column(title, user, spacing=2), leave, spacing=14, margins=(18, 12, 14, 12))
        line.setStretch(1, 1)
        card.setLayout(line)
        return card

    def _failed(self, failure: Failure) -> None:
        text = ". ".join(filter(None, (failure.summary, failure.details)))
        self.notice.say(text, "err", self.tr("Dismiss"))
