"""docs/engine-api.md: what the engine does of the API. `python -m tests.contract.api_table` writes it.

That it is true is tested: tests/contract/test_api_table.py asks the running engine for every line.
"""

from pathlib import Path

from tests.contract.api_notes import AS_WITHOUT_SWARM, PARTIAL, REFUSED
from tests.support.api_reference import ReferenceCall, reference_calls

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "engine-api.md"

HEAD = """\
# The Docker Engine API, call by call

Made by `python -m tests.contract.api_table`; `tests/contract/test_api_table.py` asks an engine for each
line and fails when one is not true. The reference is 1.47; versions from 1.24 on are answered.

- **complete**: does what Docker documents
- **partial**: does it, but for what is named; that is refused with status 501 and a sentence, never ignored
- **refused**: always 501
- **no swarm**: answers as a Docker that is in no swarm: 503, or 400 for a request that makes no sense

| call | standing | |
|---|---|---|
"""


def standing(call: ReferenceCall) -> str:
    """Return a call's standing in one word."""
    name = str(call)
    if name in REFUSED:
        return "refused"
    if call.path.startswith(AS_WITHOUT_SWARM) or name == "PUT /volumes/{name}":
        return "no swarm"
    return "partial" if notes_of(call) else "complete"


def notes_of(call: ReferenceCall) -> list[str]:
    """Return what a call lacks."""
    return [note.text for note in PARTIAL.get(str(call), ())]


def render() -> str:
    """Return the document."""
    lines = []
    for call in reference_calls():
        notes = ", ".join(notes_of(call))
        remark = REFUSED.get(str(call)) or (f"without {notes}" if notes else "")
        lines.append(f"| `{call}` | {standing(call)} | {remark} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    DOCUMENT.write_text(render())
