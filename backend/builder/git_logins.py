"""What git servers are shown of a login.

Source: RFC 7617; gitcredentials(7).
"""

from base64 import b64encode
from urllib.parse import urlsplit


def basic_authorization(user: str, password: str) -> str:
    """Return the header `Authorization` that shows a name and a password."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def server_of(url: str) -> tuple[str, str]:
    """Return which server an address is of: its protocol, name and port."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def same_server(url: str, other: str) -> bool:
    """Return whether what is shown to one server may be shown to the other."""
    return server_of(url) == server_of(other)
