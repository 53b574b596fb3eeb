"""BuildKit's messages: what protoc made of the .proto files says the same as they do."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from backend.buildkit.protocol import content_pb2, control_pb2, gateway_pb2, session_pb2

FOLDER = Path(control_pb2.__file__).parent
SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT32: "uint32",
}


@pytest.mark.parametrize("module", [content_pb2, control_pb2, gateway_pb2, session_pb2])
def test_the_modules_are_up_to_date(module: ModuleType) -> None:
    name = Path(module.__file__ or "").name.replace("_pb2.py", ".proto")
    written = _statements((FOLDER / name).read_text())
    package = re.findall(r"package ([\w.]+)", " ".join(written))[0]
    made = [
        statement
        for message in module.DESCRIPTOR.message_types_by_name.values()
        for statement in _message(message, package)
    ]
    assert sorted(made) == sorted(s for s in written if not s.startswith(("syntax", "package", "import")))


def _statements(text: str) -> list[str]:
    """Return a file's statements, without comments and layout."""
    bare = re.sub(r"//[^\n]*", "", text)
    return [" ".join(part.split()) for part in re.split(r"[;{}]", bare) if part.split()]


def _message(message: Descriptor, package: str) -> Iterator[str]:
    yield f"message {message.name}"
    for enum in message.enum_types:
        yield from _enum(enum)
    for oneof in message.oneofs:
        yield f"oneof {oneof.name}"
    for field in message.fields:
        yield f"{_type(field, package)} {field.name} = {field.number}"


def _enum(enum: EnumDescriptor) -> Iterator[str]:
    yield f"enum {enum.name}"
    for value in enum.values:
        yield f"{value.name} = {value.number}"


def _type(field: FieldDescriptor, package: str) -> str:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        key, value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
        return f"map<{_type(key, package)}, {_type(value, package)}>"
    if field.message_type is not None:
        name = field.message_type.full_name.removeprefix(f"{package}.").removeprefix("marina.buildkit.")
    elif field.enum_type is not None:
        name = field.enum_type.name
    else:
        name = SCALARS[field.type]
    return f"repeated {name}" if field.is_repeated else name
