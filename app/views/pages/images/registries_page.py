"""The Registries page: where the user is signed in, signing in and out."""

from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.images.registries import RegistriesViewModel, SignIn
from app.views.dialogs.sign_in_dialog import SignInDialog
from app.views.icons import themed_pixmap
from app.views.pages.cards_page import CardsPage
from app.views.theme import Theme
from app.views.widgets.buttons import Button
from app.views.widgets.layouts import Card, row
from app.views.widgets.text import ElidedLabel, PlainLabel

_WIDTH = 760


class RegistriesPage(CardsPage):
    """Needs the engine for signing in only."""

    def __init__(self, viewmodel: RegistriesViewModel) -> None:
        super().__init__("registries", _WIDTH)
        self.set_title(self.tr("Registries"))
        self._registries = viewmodel
        self.sign_in_button = Button(self.tr("Sign in"), "registries.sign-in", "primary", "plus")
        self.sign_in_button.clicked.connect(self.ask_sign_in)
        self.tools.addWidget(self.sign_in_button)
        self._first = Button(self.tr("Sign in at a registry"), "registries.empty.sign-in", "primary", "plus")
        self._first.clicked.connect(self.ask_sign_in)
        self.fill_empty_card(
            self.tr("Not signed in anywhere"),
            self.tr(
                "Public images need no sign-in. Sign in for private ones, for pushing, "
                "and for more pulls from Docker Hub."
            ),
            6,
            row(self._first, None),
        )
        viewmodel.changed.connect(self._show)
        viewmodel.failed.connect(self.tell)
        self._show()

    @property
    def can_list(self) -> bool:
        """Sign-ins are kept on this computer."""
        return True

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
        super().on_engine_state(view)
        for button in (self.sign_in_button, self._first):
            button.setEnabled(view.can_be_used)
            hint = "" if view.can_be_used else self.tr("The engine asks the registry: start it first.")
            button.setToolTip(hint)

    def _show(self) -> None:
        model = self._registries
        count = self.tr("Signed in at %n registry(s)", "", len(model.logins))
        self.show_cards(model.logins, self._card, is_loaded=model.is_loaded, count=count)
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
        icon = PlainLabel()
        icon.setPixmap(themed_pixmap(self, "registries", Theme.current().tokens.muted, 22))
        words = self.tr("Signed in as {0}").format(login.user)
        if not login.is_kept:
            words += " · " + self.tr("until Marina is closed")
        user = ElidedLabel(words, "muted")
        user.setObjectName(f"{name}.user")
        leave = Button(self.tr("Sign out"), f"{name}.sign-out")
        leave.clicked.connect(lambda: self._registries.sign_out(login.registry))
        return self.build_card(name, icon, login.registry, user, leave)
