"""The smallest programs that say which processor they are for and end with 7: whole ELF files, made here.

Sources: System V ABI, "ELF header"; Linux system call numbers; Arm A64 and Intel 64 instruction sets.
"""

import struct

HEADERS = 64 + 56  # bytes of the ELF header and one program header
ADDRESS = 0x400000
EXIT_CODE = 7
MACHINES = {"amd64": 62, "arm64": 183}


def hello_programs() -> dict[str, bytes]:
    """Return a program for each architecture, by Docker's name."""
    return {
        "amd64": _elf("amd64", _amd64_code(b"hello from amd64\n")),
        "arm64": _elf("arm64", _arm64_code(b"hello from arm64\n")),
    }


def _arm64_code(text: bytes) -> bytes:
    def set_register(number: int, value: int) -> int:
        return 0xD2800000 | value << 5 | number  # movz

    call, address = 0xD4000001, 0x10000001 | 7 << 5  # svc 0; adr x1, 28 bytes ahead: behind the code
    code = [set_register(0, 1), address, set_register(2, len(text)), set_register(8, 64), call]
    code += [set_register(0, EXIT_CODE), set_register(8, 93), call]
    return struct.pack("<8I", *code) + text


def _amd64_code(text: bytes) -> bytes:
    def set_register(opcode: int, value: int) -> bytes:
        return bytes([opcode]) + struct.pack("<I", value)  # mov r32, imm32

    eax, edx, edi, call = 0xB8, 0xBA, 0xBF, b"\x0f\x05"
    ending = set_register(edx, len(text)) + set_register(eax, 1) + call
    ending += set_register(edi, EXIT_CODE) + set_register(eax, 60) + call
    address = b"\x48\x8d\x35" + struct.pack("<i", len(ending))  # lea rsi, [rip + what follows]
    return set_register(edi, 1) + address + ending + text


def _elf(architecture: str, code: bytes) -> bytes:
    size = HEADERS + len(code)
    start = b"\x7fELF\x02\x01\x01" + bytes(9)
    entry = ADDRESS + HEADERS
    numbers = (2, MACHINES[architecture], 1, entry, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    header = start + struct.pack("<HHIQQQIHHHHHH", *numbers)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, ADDRESS, ADDRESS, size, size, 0x1000)
    return header + segment + code
