"""The commands about sign-ins at registries, those of the window: kept in the system's key store."""

import argparse
import getpass
import sys

from app.commands.console import tell, write_json, write_table
from app.commands.session import Session, find_logins
from app.services.errors import ErrorCode, UserError


def login(options: argparse.Namespace) -> int:
    """Let the registry check user and password, and keep them."""
    logins = find_logins()
    if not logins.has_key_store:
        raise UserError(
            "This computer has no key store",
            "A password is never kept in a file, so the sign-in would end with this command.",
            "Sign in in the window, where it lasts until Marina is quit, or set up a Secret Service such as "
            "gnome-keyring.",
        )
    user = options.username or _ask("User: ")
    password = _read_password(options)
    with Session(options).engine() as client:
        kept = logins.sign_in(client, options.registry, user, password)
    tell(f"Signed in at {kept.registry} as {kept.user}.")
    return 0


def logout(options: argparse.Namespace) -> int:
    """Forget a registry's user and password."""
    find_logins().sign_out(options.registry)
    tell(f"Signed out of {options.registry}.")
    return 0


def logins(options: argparse.Namespace) -> int:
    """List where the user is signed in."""
    found = find_logins().list()
    if options.json:
        write_json([{"registry": login.registry, "user": login.user} for login in found])
    else:
        write_table(("REGISTRY", "USER"), [(login.registry, login.user) for login in found])
    return 0


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise UserError("Who signs in?", what_to_do="Add --username.", code=ErrorCode.BAD_INPUT)
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _read_password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        return sys.stdin.read().removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        raise UserError(
            "There is nobody to ask for the password",
            what_to_do="Hand it over with --password-stdin.",
            code=ErrorCode.BAD_INPUT,
        )
    return getpass.getpass("Password: ")
