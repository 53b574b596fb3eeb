"""What helps against a pull that failed, and which images here have a similar name."""

import difflib
import re
from collections.abc import Sequence
from enum import StrEnum

from app.services.errors import ErrorCode
from app.viewmodels.failure import Failure

_SIMILAR = 3  # names at most


class PullHelp(StrEnum):
    """Where somebody goes whose pull failed."""

    SEARCH = "search"
    SIGN_IN = "sign-in"
    PROXY = "proxy"
    INSECURE = "insecure"
    CERTIFICATES = "certificates.add"
    PLATFORM = "platform"
    CLEAN_UP = "clean-up"
    LOAD = "load"


_BY_CODE = {
    ErrorCode.PULL_NOT_FOUND.value: PullHelp.SEARCH,
    ErrorCode.PULL_NEEDS_SIGN_IN.value: PullHelp.SIGN_IN,
    ErrorCode.PULL_RATE_LIMIT.value: PullHelp.SIGN_IN,
    ErrorCode.PULL_NO_NETWORK.value: PullHelp.PROXY,
    ErrorCode.PULL_TLS.value: PullHelp.CERTIFICATES,
    ErrorCode.PULL_WRONG_PLATFORM.value: PullHelp.PLATFORM,
    ErrorCode.DISK_FULL.value: PullHelp.CLEAN_UP,
}


_PLAIN_HTTP = re.compile(r"HTTP response to HTTPS|WRONG_VERSION|RECORD_LAYER|not a TLS", re.IGNORECASE)
"""How it shows that a registry speaks HTTP only: no certificate helps there."""


def find_help(failure: Failure) -> PullHelp | None:
    """Return what helps against a failure; None where only another try can."""
    if failure.code == ErrorCode.PULL_TLS.value and _PLAIN_HTTP.search(failure.details):
        return PullHelp.INSECURE
    return _BY_CODE.get(failure.code)


def find_help_for_given(failure: Failure) -> PullHelp | None:
    """Return what helps to get an image that Marina has named itself: no other one will do."""
    what = find_help(failure)
    return None if what in (PullHelp.SEARCH, PullHelp.PLATFORM) else what


def is_of_a_pull(failure: Failure) -> bool:
    """Return whether an image did not come from its registry: it may come from a file instead."""
    return failure.code.startswith("pull-")


def find_similar(failure: Failure, reference: str, known: Sequence[str]) -> list[str]:
    """Return names of images here that were perhaps meant, when the registry has none of this name."""
    if failure.code != ErrorCode.PULL_NOT_FOUND.value:
        return []
    return difflib.get_close_matches(reference, known, _SIMILAR)
