"""A failure as a view shows it."""

import re
from dataclasses import dataclass

from app.services.errors import ErrorCode, Task
from app.services.explain import VAGUE, explain
from app.viewmodels.wording.service_texts import say
from app.viewmodels.wording.wording import join_sentences

_COMMANDS = re.compile(
    r"\s*[(（]`(?:marina |--)[^()（）]*[)）]"
)  # how to do it in a terminal: the window has buttons
_WORDS_TOLD = 200
_PASSING = (ErrorCode.CONNECTION_LOST, ErrorCode.ENGINE_NOT_RUNNING, ErrorCode.ENGINE_TIMEOUT)


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened, the evidence, what to do; `code` names the kind (`ErrorCode`'s words)."""

    summary: str
    details: str = ""
    what_to_do: str = ""
    code: str = ErrorCode.OTHER.value

    @property
    def passes_by_itself(self) -> bool:
        """Return whether the engine only has to come back: what follows it tries again meanwhile."""
        return self.code in _PASSING

    @property
    def is_about_a_taken_port(self) -> bool:
        """Return whether another port of the computer would do."""
        return self.code == ErrorCode.PORT_TAKEN.value

    @property
    def advice(self) -> str:
        """Return what happened and what to do, without the evidence, in one line."""
        return join_sentences(self.summary, self.what_to_do)

    @property
    def sentences(self) -> str:
        """Return everything in one line."""
        return join_sentences(self.summary, self.details, self.what_to_do)

    @property
    def sentence(self) -> str:
        """Return what happened; where that is no more than "it failed", with the engine's own words."""
        is_vague = self.code == ErrorCode.OTHER.value or self.summary == say(VAGUE)
        words = self.details.partition("\n")[0][:_WORDS_TOLD].rstrip(".")
        return f"{self.summary} ({words})" if is_vague and words else self.summary

    @property
    def lines(self) -> str:
        """Return everything, a part a line: for where a failure has a place of its own."""
        return "\n".join(part for part in (self.summary, self.details, self.what_to_do) if part)

    @property
    def text(self) -> str:
        """Return everything, for the clipboard."""
        return "\n\n".join(part for part in (self.summary, self.details, self.what_to_do) if part)


def describe_failure(error: BaseException, subject: str = "", task: str = "other") -> Failure:
    """Return the sentence for `error`; `task` is "pull", "run" or "other"."""
    told = explain(error, subject, Task(task))
    what_to_do = _COMMANDS.sub("", say(told.what_to_do))
    return Failure(say(told.summary), say(told.details), what_to_do, told.code.value)
