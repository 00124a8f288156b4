"""What the program's records say of exceptions, checked: they are the program's own word."""

#: What an exception ends, a `protocol::CrashPlace`, by where it was met.
_CRASH_PLACES = {name: name for name in ("thread", "task", "callback", "handler")} | {"future": "thread"}


def blamed(records, port):
    """The record of the exception to blame, or None.

    One in the main thread is to blame for everything after it. Any other is to blame unless its
    record says that it was about other clients than the one at `port`.
    """
    crashes = records.crashes()
    in_main = [crash for crash in crashes if crash.get("where") in ("main", "syntax")]
    about_client = [crash for crash in crashes if port is None or port in (ports_of(crash) or [port])]
    return next(iter((*in_main, *about_client)), None)


def crash_of(records, port):
    """The `protocol::Crash` to blame, or None."""
    crash = blamed(records, port)
    return crash and checked_crash(crash)


def checked_crash(crash):
    """The `protocol::Crash` that a record tells of."""
    return {
        "exception": text_of(crash.get("exception") or "SyntaxError"),
        "detail": text_of(crash.get("detail")),
        "suggestion": text_of(crash.get("suggestion"))[:60] or None,
        "span": checked_span(crash.get("span")),
        "traceback": _traceback(crash.get("traceback")),
        "place": _CRASH_PLACES.get(str(crash.get("where")), "main"),
    }


def ports_of(crash):
    """The ports of the clients that an exception was about, as far as its record says."""
    ports = crash.get("ports")
    return ports if isinstance(ports, list) else []


def _traceback(frames):
    checked = []
    for frame in frames if isinstance(frames, list) else ():
        if isinstance(frame, dict) and is_position(frame.get("line")):
            checked.append(
                {
                    "file": text_of(frame.get("file")),
                    "line": frame["line"],
                    "function": text_of(frame.get("function")),
                    "text": text_of(frame.get("text")),
                }
            )
    return checked[:40]


def checked_span(span):
    if not isinstance(span, dict) or not is_position(span.get("line")):
        return None
    column, end_column = span.get("column"), span.get("end_column")
    return {
        "file": text_of(span.get("file")),
        "line": span["line"],
        "column": column if is_position(column) else None,
        "end_column": end_column if is_position(end_column) else None,
    }


def span_of(line):
    """The `protocol::SourceSpan` of a line of the main module, or None."""
    if line is None:
        return None
    return {"file": "main.py", "line": line, "column": None, "end_column": None}


def is_position(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1_000_000


def text_of(value):
    return value[:2000] if isinstance(value, str) else ""
