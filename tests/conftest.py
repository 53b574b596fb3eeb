"""What holds for all tests: Ctrl+C is heard, Hypothesis makes the same examples in each run, however slow."""

import signal

from hypothesis import HealthCheck, settings

# Whoever starts the tests in the background of a script lets them, and all that they start, ignore Ctrl+C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# by default an example may take 0.2 s and making them a second: on a loaded machine that is chance.
# New examples: `pytest --hypothesis-profile=default`
settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")
