"""Calls an engine and keeps each answer under a name."""

import json
from typing import Any

from tests.support.api_client import Answer, ApiClient


class Recorder:
    """The answers of one engine to a story, by name."""

    def __init__(self, client: ApiClient) -> None:
        self.client = client
        self.answers: dict[str, Answer] = {}

    def __call__(self, name: str, method: str, path: str, body: Any = None, /, **query: Any) -> Answer:
        """Make a call and keep its answer; query values that are no text go as JSON."""
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in query.items()}
        answer = self.client.request(method, path, body=body, query=texts or None)
        assert name not in self.answers, name
        self.answers[name] = answer
        return answer
