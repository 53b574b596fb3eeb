"""What newer clients read of `docker build --check`: findings as JSON, in BuildKit's form."""

import base64

from backend.buildkit import subrequests
from backend.buildkit.frontend_options import read_frontend_options


def test_findings_in_buildkits_form() -> None:
    text = "FROM busybox\nCMD true\n"
    answer = subrequests.ANSWERS["frontend.lint"]
    assert answer(text, read_frontend_options({"filename": "sub/Dockerfile"})) == {
        "warnings": [
            {
                "ruleName": "JSONArgsRecommended",
                "description": "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior "
                "related to OS signals",
                "url": "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/",
                "detail": "JSON arguments recommended for CMD to prevent unintended behavior related to OS "
                "signals",
                "location": {"ranges": [{"start": {"line": 2}, "end": {"line": 2}}]},
            }
        ],
        "sources": [
            {
                "filename": "sub/Dockerfile",
                "data": base64.b64encode(text.encode()).decode(),
                "language": "Dockerfile",
            }
        ],
    }
