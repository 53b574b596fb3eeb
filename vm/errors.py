"""The one error that `vm` shows to people."""


class UserError(Exception):
    """A failure as a person reads it: what happened, the evidence, what to do about it."""

    def __init__(self, summary: str, details: str = "", what_to_do: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.details = details
        self.what_to_do = what_to_do

    def __str__(self) -> str:
        return "\n".join(part for part in (self.summary, self.details, self.what_to_do) if part)
