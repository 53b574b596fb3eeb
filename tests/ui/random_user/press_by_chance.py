"""Nothing that is pressed by chance, in any order and with any trouble, breaks the window.

No test of the suite: what threads do meanwhile differs from run to run, and so may what is found.
`MARINA_RANDOM_STEPS=10000` presses more, `MARINA_RANDOM_SEED=7` something else; what was done stands in the
failure, and `-o log_cli=true --log-level=INFO` tells it as it goes on, which is what is left when it crashes.
"""

import logging
import os
import random

import pytest
from PySide6.QtWidgets import QApplication

from tests.fakes.demo import DemoWorld
from tests.ui.random_user.sandbox import sandboxed
from tests.ui.random_user.session import Session
from tests.ui.random_user.watch import watching

STEPS = int(os.environ.get("MARINA_RANDOM_STEPS", "150"))
FIRST_SEED = int(os.environ.get("MARINA_RANDOM_SEED", "1"))
_SETTLE_EVERY = 250
_TOLD = 40
_LONGEST_TURN = 3.0  # seconds: another size is given to each widget of each page that was ever looked at
log = logging.getLogger(__name__)


@pytest.mark.timeout(max(300, STEPS))
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + 2))
def test_nothing_that_is_pressed_by_chance_breaks_the_window(qapp: QApplication, seed: int) -> None:
    chance = random.Random(seed)
    with DemoWorld() as world, sandboxed(world.folder, chance) as sandbox, watching(_LONGEST_TURN) as watch:
        session = Session(qapp, world, watch, chance)
        try:
            for number in range(1, STEPS + 1):
                log.info("%d %s", number, session.step())
                if number % _SETTLE_EVERY == 0 or number == STEPS:
                    session.settle()
                findings = watch.findings + sandbox.escapes
                told = "\n".join(session.done[-_TOLD:])
                assert not findings, f"step {number} of seed {seed}, after\n{told}\n\n" + "\n".join(findings)
        finally:
            session.close()
