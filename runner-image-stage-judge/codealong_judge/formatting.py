"""Bytes in the forms of the crate `protocol`."""

#: From a byte to how it is written between the quotes of `b"…"`.
_ESCAPES = {
    byte: {0x5C: "\\\\", 0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t"}.get(byte, f"\\x{byte:02x}")
    for byte in range(256)
    if byte == 0x5C or not 0x20 <= byte <= 0x7E
}

#: How many bytes of a value are passed on.
_EXCERPT_BYTES_MAX = 60


def byte_string(data):
    """`data` in the written form of `protocol::ByteString`."""
    return bytes(data).decode("latin-1").translate(_ESCAPES)


def excerpt(data):
    """The beginning of `data` as a `protocol::Excerpt`."""
    shown = data[:_EXCERPT_BYTES_MAX]
    return {"bytes": byte_string(shown), "cut_bytes": len(data) - len(shown)}
