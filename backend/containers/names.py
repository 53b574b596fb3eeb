"""Names and ids of containers.

Source: Docker Engine API, `POST /containers/create`, parameter `name`.
"""

import random
import re
import secrets
from collections.abc import Callable

from backend.errors import InvalidParameterError

ALLOWED = "[a-zA-Z0-9][a-zA-Z0-9_.-]"
NAME = re.compile(r"^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+\Z")

ADJECTIVES = (
    "agile amber bold brave bright brisk calm candid clear clever coral cosy crisp curious dapper deft "
    "eager early earnest fair fleet fond frank fresh gentle glad golden happy hardy honest humble jolly "
    "keen kind lively lucid lucky mellow merry mild neat nimble noble patient placid polite proud quick "
    "quiet ready rosy serene silent silver smooth snug solid sound spry stable steady still sunny swift "
    "tidy trusty upbeat vivid warm wise witty zesty"
)  # fmt: skip
SURNAMES = (
    "aldrin amundsen anning barents bering bougainville bowditch brahe cabot carson chandrasekhar "
    "columbus cook cousteau curie darwin davis drake earhart earle ellis erikson fitzroy flinders "
    "franklin galileo gama halley harrison hawking heyerdahl hubble hudson humboldt hypatia ibnmajid "
    "kepler kingsley knox laperouse lovelace magellan maury mawson mercator mitchell nansen nobile "
    "noether nordenskiold park parry peary piccard ptolemy ride ross sagan scoresby scott shackleton "
    "somerville tasman tereshkova torres vancouver vespucci wallace weddell wegener zheng"
)  # fmt: skip


def new_id() -> str:
    """Return 64 random hex digits; never all decimal, which some clients would take for a number."""
    while (identifier := secrets.token_hex(32))[:12].isdigit():
        pass
    return identifier


def check_name(name: str) -> str:
    """Return the name without its leading slash. Raises InvalidParameterError in Docker's words."""
    if not NAME.match(name):
        raise InvalidParameterError(f"Invalid container name ({name}), only {ALLOWED} are allowed")
    return name.removeprefix("/")


def random_name(taken: Callable[[str], bool]) -> str:
    """Return a name that nobody has: a quality and a traveller's name."""
    adjectives, surnames = ADJECTIVES.split(), SURNAMES.split()
    while True:
        name = f"{random.choice(adjectives)}_{random.choice(surnames)}"
        if not taken(name):
            return name
        name = f"{name}{secrets.randbelow(10_000)}"
        if not taken(name):
            return name
