"""What an engine says about itself, and what it answers where there is no swarm."""

from tests.support.api_client import ApiClient


def test_ping(engine: ApiClient) -> None:
    for method, body in (("GET", b"OK"), ("HEAD", b"")):
        answer = engine.request(method, "/_ping")
        assert (answer.status, answer.body) == (200, body)
        assert answer.headers["Docker-Experimental"] == "false"
        assert answer.headers["Ostype"] == "linux"
        assert answer.headers["Swarm"] == "inactive"
        assert answer.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
        assert answer.headers["Pragma"] == "no-cache"
