from backend.buildkit.protocol import control_pb2 as _control_pb2
from google.protobuf import any_pb2 as _any_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class APICap(_message.Message):
    __slots__ = ["deprecated", "disabled_alternative", "disabled_reason", "disabled_reason_msg", "enabled", "id"]
    DEPRECATED_FIELD_NUMBER: _ClassVar[int]
    DISABLED_ALTERNATIVE_FIELD_NUMBER: _ClassVar[int]
    DISABLED_REASON_FIELD_NUMBER: _ClassVar[int]
    DISABLED_REASON_MSG_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    deprecated: bool
    disabled_alternative: str
    disabled_reason: str
    disabled_reason_msg: str
    enabled: bool
    id: str
    def __init__(self, id: _Optional[str] = ..., enabled: bool = ..., deprecated: bool = ..., disabled_reason: _Optional[str] = ..., disabled_reason_msg: _Optional[str] = ..., disabled_alternative: _Optional[str] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ["ref"]
    REF_FIELD_NUMBER: _ClassVar[int]
    ref: str
    def __init__(self, ref: _Optional[str] = ...) -> None: ...

class EvaluateResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class PingRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class PongResponse(_message.Message):
    __slots__ = ["frontend_api_caps", "llb_caps", "workers"]
    FRONTEND_API_CAPS_FIELD_NUMBER: _ClassVar[int]
    LLB_CAPS_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    frontend_api_caps: _containers.RepeatedCompositeFieldContainer[APICap]
    llb_caps: _containers.RepeatedCompositeFieldContainer[APICap]
    workers: _containers.RepeatedCompositeFieldContainer[_control_pb2.WorkerRecord]
    def __init__(self, frontend_api_caps: _Optional[_Iterable[_Union[APICap, _Mapping]]] = ..., llb_caps: _Optional[_Iterable[_Union[APICap, _Mapping]]] = ..., workers: _Optional[_Iterable[_Union[_control_pb2.WorkerRecord, _Mapping]]] = ...) -> None: ...

class Ref(_message.Message):
    __slots__ = ["definition", "id"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    definition: _control_pb2.Definition
    id: str
    def __init__(self, id: _Optional[str] = ..., definition: _Optional[_Union[_control_pb2.Definition, _Mapping]] = ...) -> None: ...

class RefMap(_message.Message):
    __slots__ = ["refs"]
    class RefsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Ref
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Ref, _Mapping]] = ...) -> None: ...
    REFS_FIELD_NUMBER: _ClassVar[int]
    refs: _containers.MessageMap[str, Ref]
    def __init__(self, refs: _Optional[_Mapping[str, Ref]] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ["metadata", "ref", "ref_deprecated", "refs"]
    class MetadataEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: bytes
        def __init__(self, key: _Optional[str] = ..., value: _Optional[bytes] = ...) -> None: ...
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    REF_DEPRECATED_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    metadata: _containers.ScalarMap[str, bytes]
    ref: Ref
    ref_deprecated: str
    refs: RefMap
    def __init__(self, ref_deprecated: _Optional[str] = ..., ref: _Optional[_Union[Ref, _Mapping]] = ..., refs: _Optional[_Union[RefMap, _Mapping]] = ..., metadata: _Optional[_Mapping[str, bytes]] = ...) -> None: ...

class ReturnRequest(_message.Message):
    __slots__ = ["error", "result"]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    error: Status
    result: Result
    def __init__(self, result: _Optional[_Union[Result, _Mapping]] = ..., error: _Optional[_Union[Status, _Mapping]] = ...) -> None: ...

class ReturnResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class SolveRequest(_message.Message):
    __slots__ = ["allow_result_array_ref", "allow_result_return", "cache_imports", "definition", "evaluate", "exporter_attr", "final", "frontend", "frontend_inputs", "frontend_opt"]
    class FrontendInputsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _control_pb2.Definition
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_control_pb2.Definition, _Mapping]] = ...) -> None: ...
    class FrontendOptEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ALLOW_RESULT_ARRAY_REF_FIELD_NUMBER: _ClassVar[int]
    ALLOW_RESULT_RETURN_FIELD_NUMBER: _ClassVar[int]
    CACHE_IMPORTS_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    EVALUATE_FIELD_NUMBER: _ClassVar[int]
    EXPORTER_ATTR_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    FRONTEND_FIELD_NUMBER: _ClassVar[int]
    FRONTEND_INPUTS_FIELD_NUMBER: _ClassVar[int]
    FRONTEND_OPT_FIELD_NUMBER: _ClassVar[int]
    allow_result_array_ref: bool
    allow_result_return: bool
    cache_imports: _containers.RepeatedCompositeFieldContainer[_control_pb2.CacheOptionsEntry]
    definition: _control_pb2.Definition
    evaluate: bool
    exporter_attr: bytes
    final: bool
    frontend: str
    frontend_inputs: _containers.MessageMap[str, _control_pb2.Definition]
    frontend_opt: _containers.ScalarMap[str, str]
    def __init__(self, definition: _Optional[_Union[_control_pb2.Definition, _Mapping]] = ..., frontend: _Optional[str] = ..., frontend_opt: _Optional[_Mapping[str, str]] = ..., allow_result_return: bool = ..., allow_result_array_ref: bool = ..., final: bool = ..., exporter_attr: _Optional[bytes] = ..., cache_imports: _Optional[_Iterable[_Union[_control_pb2.CacheOptionsEntry, _Mapping]]] = ..., frontend_inputs: _Optional[_Mapping[str, _control_pb2.Definition]] = ..., evaluate: bool = ...) -> None: ...

class SolveResponse(_message.Message):
    __slots__ = ["ref", "result"]
    REF_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ref: str
    result: Result
    def __init__(self, ref: _Optional[str] = ..., result: _Optional[_Union[Result, _Mapping]] = ...) -> None: ...

class Status(_message.Message):
    __slots__ = ["code", "details", "message"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: int
    details: _containers.RepeatedCompositeFieldContainer[_any_pb2.Any]
    message: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., details: _Optional[_Iterable[_Union[_any_pb2.Any, _Mapping]]] = ...) -> None: ...

class WarnRequest(_message.Message):
    __slots__ = ["detail", "digest", "info", "level", "ranges", "short", "url"]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    SHORT_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    detail: _containers.RepeatedScalarFieldContainer[bytes]
    digest: str
    info: _control_pb2.SourceInfo
    level: int
    ranges: _containers.RepeatedCompositeFieldContainer[_control_pb2.Range]
    short: bytes
    url: str
    def __init__(self, digest: _Optional[str] = ..., level: _Optional[int] = ..., short: _Optional[bytes] = ..., detail: _Optional[_Iterable[bytes]] = ..., url: _Optional[str] = ..., info: _Optional[_Union[_control_pb2.SourceInfo, _Mapping]] = ..., ranges: _Optional[_Iterable[_Union[_control_pb2.Range, _Mapping]]] = ...) -> None: ...

class WarnResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...
