"""Bytes and commands as a person reads them."""

import re

#: From a byte to how it is written between the quotes of `b"…"`.
_ESCAPES = {
    byte: {0x5C: "\\\\", 0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t"}.get(byte, f"\\x{byte:02x}")
    for byte in range(256)
    if byte == 0x5C or not 0x20 <= byte <= 0x7E
}
#: From a character to how it is written between double quotes.
_TEXT_ESCAPES = {
    code: {0x22: '\\"', 0x5C: "\\\\", 0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t"}.get(code, f"\\x{code:02x}")
    for code in [*range(32), 0x22, 0x5C, *range(0x7F, 0xA0)]
}
_PLAIN_WORD = re.compile(rb"[A-Za-z0-9_.:/@*+-]+\Z")

#: How many bytes of a value a sentence quotes.
_QUOTED_BYTES_MAX = 60

#: Sentences mark code by backticks, so none may stand in what they quote.
_BACKTICK = "\\x60"


def byte_string(data):
    """`data` in the written form of `protocol::ByteString`."""
    return bytes(data).decode("latin-1").translate(_ESCAPES)


def quoted(data):
    """`data` between double quotes, as text where it is UTF-8: `"hé"`, `"a\\r\\nb"`.

    Long values are shortened: `"abc…" (4096 bytes)`.
    """
    shown = data[:_QUOTED_BYTES_MAX]
    is_cut = len(data) > _QUOTED_BYTES_MAX
    try:
        # The cut may go through a character.
        text = shown.decode("utf-8", "ignore" if is_cut else "strict").translate(_TEXT_ESCAPES)
        if is_cut:
            data.decode("utf-8")
    except UnicodeDecodeError:
        text = byte_string(shown).replace('"', '\\"')
    if is_cut:
        return f'"{text}…" ({len(data)} bytes)'.replace("`", _BACKTICK)
    return f'"{text}"'.replace("`", _BACKTICK)


def command(words):
    """A command as a person types it: `ECHO "hello world"`, `SET k "a\\r\\nb"`."""
    return " ".join(
        word.decode("ascii") if len(word) <= _QUOTED_BYTES_MAX and _PLAIN_WORD.match(word) else quoted(word)
        for word in words
    )
