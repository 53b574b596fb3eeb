"""Frees a kernel module of its hooks for the function tracer, which take most of the time of loading it."""

import struct
from dataclasses import dataclass

SHT_RELA = 4
SHF_ALLOC = 2
HOOK_LISTS = ("__mcount_loc", "__patchable_function_entries")
"""The sections that list the hooks, on x86 and on arm64."""

TRACER = "__fentry__"
CALL, NOTHING = b"\xe8\0\0\0\0", b"\x0f\x1f\x44\0\0"
"""A call whose target the loader fills in, and what the kernel would put in its place."""

SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
RELOCATION = struct.Struct("<QQq")


@dataclass(frozen=True, slots=True)
class Section:
    """A row of an ELF file's table of sections; `header` is where the row stands in the file."""

    header: int
    name: int
    kind: int
    offset: int
    size: int
    link: int
    info: int


def without_tracing(module: bytes) -> bytes:
    """Return a module whose functions the tracer does not know. What is no ELF file stays as it is.

    For each hook the kernel walks through all symbols (kernel/trace/ftrace.c, `test_for_valid_rec`).
    """
    if not module.startswith(b"\x7fELF\x02\x01"):
        return module
    data = bytearray(module)
    sections = _sections(module)
    (names_index,) = struct.unpack_from("<H", module, 62)
    names = sections[names_index].offset
    lists = [section for section in sections if _string(module, names + section.name) in HOOK_LISTS]
    for section in lists:
        # the loader ignores a section without this flag, and what would be filled in there
        _, _, flags, *_ = SECTION.unpack_from(module, section.header)
        struct.pack_into("<Q", data, section.header + 8, flags & ~SHF_ALLOC)
        data[section.offset : section.offset + section.size] = bytes(section.size)
    for section in sections:
        if section.kind == SHT_RELA:
            if sections[section.info] in lists:
                data[section.offset : section.offset + section.size] = bytes(section.size)
            else:
                _drop_calls(data, module, sections, section)
    return bytes(data)


def _drop_calls(data: bytearray, module: bytes, sections: list[Section], relocations: Section) -> None:
    """Replace the calls of the tracer, which the kernel does itself with hooks that it knows of."""
    symbols = sections[relocations.link]
    strings = sections[symbols.link]
    target = sections[relocations.info]
    tracer: dict[int, bool] = {}
    for place in range(relocations.offset, relocations.offset + relocations.size, RELOCATION.size):
        offset, info, _ = RELOCATION.unpack_from(module, place)
        symbol = info >> 32
        if symbol not in tracer:
            name, *_ = SYMBOL.unpack_from(module, symbols.offset + symbol * SYMBOL.size)
            tracer[symbol] = _string(module, strings.offset + name) == TRACER
        call = target.offset + offset - 1
        if tracer[symbol] and module[call : call + len(CALL)] == CALL:
            data[call : call + len(CALL)] = NOTHING
            RELOCATION.pack_into(data, place, offset, 0, 0)  # a relocation of the kind “none”


def _sections(module: bytes) -> list[Section]:
    (start,) = struct.unpack_from("<Q", module, 40)
    size, count = struct.unpack_from("<HH", module, 58)
    found = []
    for header in range(start, start + size * count, size):
        name, kind, _, _, offset, length, link, info, _, _ = SECTION.unpack_from(module, header)
        found.append(Section(header, name, kind, offset, length, link, info))
    return found


def _string(data: bytes, offset: int) -> str:
    return data[offset : data.index(b"\0", offset)].decode("ascii", "replace")
