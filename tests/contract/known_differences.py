"""Where an answer may differ from dockerd's, and why; all others fail tests/contract/test_shapes.py.

A line is a difference (`path: what`) wherever it is found, or the name of a call whose answer may differ.
"""

ANYWHERE = {
    # newer than the dockerd that we compare with (API 1.45), part of the reference (API 1.47)
    ".Config.ArgsEscaped: not there in dockerd",
    # after a rename dockerd tells names on the default bridge too, where nobody is found by name
    ".NetworkSettings.Networks.*.DNSNames: null instead of array",
    # dockerd turns false into null at the first start where cgroup v2 has no such switch
    ".HostConfig.OomKillDisable: boolean instead of null",
}
"""Differences that are right."""

NOT_YET: set[str] = set()
"""Differences that are wrong, until they are gone."""
