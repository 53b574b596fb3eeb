"""What holds for all tests: examples made by Hypothesis are the same ones in each run, however slow it is."""

from hypothesis import HealthCheck, settings

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
