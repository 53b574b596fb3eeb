"""What is asked again and again: the last answer is the newest."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.viewmodels.background import Background
from app.viewmodels.question import Question


class Held:
    """Workers that end when the test says so."""

    def __init__(self) -> None:
        self.calls: list[tuple[Callable[[], Any], Callable[[Any], object], Callable[[Any], object]]] = []

    def run(self, *call: Callable[..., Any]) -> None:
        """Begin a piece of work."""
        self.calls.append(cast(Any, call))


@pytest.fixture
def asked(qapp: QApplication) -> Iterator[tuple[Question, Held, list[Any]]]:
    """A question, those who look, what was answered."""
    del qapp
    held, told, parent = Held(), list[Any](), QObject()
    question = Question(cast(Background, held), told.append, told.append, parent)
    yield question, held, told
    del parent


def test_asked_meanwhile_it_is_asked_once_more_at_the_end(asked: tuple[Question, Held, list[Any]]) -> None:
    question, held, told = asked
    numbers = count()
    for _ in range(3):
        question.ask(lambda: next(numbers))
    assert len(held.calls) == 1, "two at once could end in any order"
    work, answered, _ = held.calls.pop()
    answered(work())
    work, answered, _ = held.calls.pop()
    answered(work())
    assert (told, held.calls) == ([0, 1], [])
    question.ask(lambda: 0)
    assert len(held.calls) == 1


def test_after_a_failure_what_waits_is_asked(asked: tuple[Question, Held, list[Any]]) -> None:
    """It may be about something else, or the engine may be back."""
    question, held, told = asked
    question.ask(lambda: "first")
    question.ask(lambda: "second")
    error = ValueError("lost")
    held.calls.pop()[2](error)
    work, answered, _ = held.calls.pop()
    answered(work())
    assert (told, held.calls) == ([error, "second"], [])
