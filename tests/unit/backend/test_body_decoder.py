"""Bodies as Go's decoder takes them: names in any case, and its words for what is of a wrong type."""

import json
from typing import Any

import pytest

from backend.api.body_decoder import decode
from backend.api.json_errors import explain
from backend.errors import InvalidParameterError

CREATE = "runconfig.ContainerConfigWrapper"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ([], "array into Go value of type runconfig.ContainerConfigWrapper"),
        ({"Image": 5}, "number into Go struct field ContainerConfigWrapper.Config.Image of type string"),
        ({"hostconfig": {"memory": 1.5}},
         "number 1.5 into Go struct field HostConfig.HostConfig.Resources.Memory of type int64"),
        ({"HostConfig": {"BlkioWeight": 70_000}},
         "number 70000 into Go struct field HostConfig.HostConfig.Resources.BlkioWeight of type uint16"),
        ({"Cmd": [5]}, "array into Go struct field ContainerConfigWrapper.Config.Cmd of type string"),
        ({"Env": "A=b"}, "string into Go struct field ContainerConfigWrapper.Config.Env of type []string"),
        ({"HostConfig": {"Ulimits": [None, {"Soft": True}]}},
         "bool into Go struct field Ulimit.HostConfig.Resources.Ulimits.Soft of type int64"),
        ({"HostConfig": {"PortBindings": {"80/tcp": {}}}},
         "object into Go struct field HostConfig.HostConfig.PortBindings of type []nat.PortBinding"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_told(body: Any, complaint: str) -> None:
    with pytest.raises(InvalidParameterError) as refusal:
        decode(body, CREATE)
    assert refusal.value.message == f"invalid JSON: json: cannot unmarshal {complaint}"


def test_what_is_right_is_passed_on_under_its_own_names() -> None:
    body = {"image": "a", "CMD": "b c", "Labels": {"x": None}, "New": {"y": 1}, "tty": None}
    assert decode(body, CREATE) == {
        "Image": "a",
        "Cmd": ["b c"],
        "Labels": {"x": ""},
        "New": {"y": 1},
        "Tty": None,
    }
    assert decode({"a": 1, "Image": "a", "image": "b"}, CREATE) == {"a": 1, "Image": "b"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "invalid JSON: unexpected EOF"),
        ("{}x", "unexpected content after JSON"),
        ("{'a':1}", r"invalid JSON: invalid character '\'' looking for beginning of object key string"),
        ("{1:1}", "invalid JSON: invalid character '1' looking for beginning of object key string"),
    ],
)
def test_what_is_no_json_is_told(text: str, complaint: str) -> None:
    with pytest.raises(json.JSONDecodeError) as failure:
        json.loads(text)
    assert explain(failure.value) == complaint
