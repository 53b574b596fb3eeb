"""A kernel module loses its hooks for the tracer, and nothing else."""

import struct

from vm.image.kernel_module import SECTION, SHF_ALLOC, SYMBOL, without_tracing

CALL_TRACER = b"\xe8\0\0\0\0"
RETURN = b"\xc3"
NAMES = (
    b"\0.text\0.rela.text\0__mcount_loc\0.rela__mcount_loc\0.symtab\0.strtab\0.shstrtab\0.modinfo\0__patchable"
    b"_function_entries\0"
)
STRINGS = b"\0__fentry__\0printk\0"
TEXT = CALL_TRACER + RETURN + CALL_TRACER + RETURN
RELA, PROGRAM, SYMBOLS, TEXTS = 4, 1, 2, 3


def relocation(offset: int, symbol: int, kind: int) -> bytes:
    return struct.pack("<QQq", offset, symbol << 32 | kind, -4)


def make_module(list_name: bytes = b"__mcount_loc") -> bytes:
    """Make a module of two calls, one of them of the tracer, and the list that names it."""
    symbols = b"".join(SYMBOL.pack(name, 0, 0, 0, 0, 0) for name in (0, 1, STRINGS.index(b"printk")))
    parts = (
        # name, kind, flags, bytes, link, info
        (b"", 0, 0, b"", 0, 0),
        (b".text", PROGRAM, SHF_ALLOC | 4, TEXT, 0, 0),
        (b".rela.text", RELA, 0, relocation(1, 1, 4) + relocation(7, 2, 4), 5, 1),
        (list_name, PROGRAM, SHF_ALLOC | 1, b"L" * 8, 0, 0),
        (b".rela__mcount_loc", RELA, 0, relocation(0, 1, 1), 5, 3),
        (b".symtab", SYMBOLS, 0, symbols, 6, 0),
        (b".strtab", TEXTS, 0, STRINGS, 0, 0),
        (b".shstrtab", TEXTS, 0, NAMES, 0, 0),
        (b".modinfo", PROGRAM, SHF_ALLOC, b"license=GPL\0", 0, 0),
    )
    body, rows = b"", []
    for name, kind, flags, data, link, info in parts:
        at = NAMES.index(b"\0" + name + b"\0") + 1 if name else 0
        rows.append(SECTION.pack(at, kind, flags, 0, 64 + len(body), len(data), link, info, 1, 0))
        body += data
    head = b"\x7fELF\x02\x01" + bytes(34) + struct.pack("<Q", 64 + len(body)) + bytes(10)
    return head + struct.pack("<HHH", SECTION.size, len(rows), 7) + body + b"".join(rows)


def section(module: bytes, index: int) -> tuple[int, bytes]:
    """Return flags and bytes of a section."""
    (start,) = struct.unpack_from("<Q", module, 40)
    row = SECTION.unpack_from(module, start + index * SECTION.size)
    return row[2], module[row[4] : row[4] + row[5]]


def test_calls_of_the_tracer_become_nothing_and_others_stay() -> None:
    lean = without_tracing(make_module())
    assert section(lean, 1)[1] == b"\x0f\x1f\x44\0\0" + RETURN + CALL_TRACER + RETURN
    assert section(lean, 2)[1] == struct.pack("<QQq", 1, 0, 0) + relocation(7, 2, 4)


def test_the_loader_does_not_see_the_list_of_hooks() -> None:
    for name in (b"__mcount_loc", b"__patchable_function_entries"):
        flags, data = section(without_tracing(make_module(name)), 3)
        assert flags == 1
        assert data == bytes(8)


def test_nothing_else_is_changed() -> None:
    module, lean = make_module(), without_tracing(make_module())
    assert len(lean) == len(module)
    for index in (5, 6, 7, 8):
        assert section(lean, index) == section(module, index)
    assert without_tracing(lean) == lean


def test_what_is_no_module_stays_as_it_is() -> None:
    assert without_tracing(b"no module") == b"no module"
