"""What keeps a scan from its end, in sentences."""

from app.services.errors import ErrorCode, UserError
from app.services.images.scan.scanner_image import SCANNER_NAME, SCANNER_VERSION


def missing_scanner() -> UserError:
    """Return the failure of an engine without the scanner."""
    return UserError(
        "The scanner is not on this engine",
        f"It is {SCANNER_NAME} {SCANNER_VERSION}, an image of its own.",
        "Let Marina fetch it (`marina scan --fetch IMAGE`).",
        ErrorCode.IMAGE_NOT_FOUND,
    )


def missing_database() -> UserError:
    """Return the failure of a scanner that knows no vulnerabilities."""
    return UserError(
        "The scanner has no list of vulnerabilities yet",
        "",
        "Let Marina fetch it (`marina scan --fetch IMAGE`).",
        ErrorCode.IMAGE_NOT_FOUND,
    )


def fetch_failed(reason: str) -> UserError:
    """Return the failure of a download, with what to do about the usual causes."""
    words = reason.lower()
    if "no space left" in words:
        return UserError(
            "The engine's disk is full",
            reason,
            "Delete images that you no longer need, then try again.",
            ErrorCode.DISK_FULL,
        )
    if "x509" in words or "certificate" in words:
        return UserError(
            "The list of vulnerabilities could not be fetched",
            reason,
            "The connection is opened on its way by a proxy whose certificate the engine does not know. "
            "Add the certificate of its authority in the settings, then try again.",
            ErrorCode.PULL_TLS,
        )
    if "toomanyrequests" in words:
        what_to_do = "Its servers are busy. Try again in some minutes."
    else:
        what_to_do = (
            "Check the network connection and the proxy, then try again. What was fetched before is kept."
        )
    return UserError(
        "The list of vulnerabilities could not be fetched", reason, what_to_do, ErrorCode.PULL_NO_NETWORK
    )
