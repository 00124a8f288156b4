"""The cause over the symptom: why a connection failed, closed, or stayed quiet."""

import errno
from time import monotonic

from . import listening, outcome
from .outcome import Failed, LauncherLost

#: The traceback may be on its way when the connection has closed already: for so long at most,
#: and while the program does anything at all.
_CAUSE_SECONDS = 0.3

_FLOOD_BYTES = 512 * 1024

#: These symptoms may have a cause elsewhere; a wrong reply is its own cause.
_MAY_HAVE_A_CAUSE = {"silent", "closed", "reset", "incomplete", "refused"}


def failure(attempt, symptom, request, replies, port, offset):
    """What a failed expectation of the client at `port` raises.

    `offset` is where in the connection the wrong byte is, where there is one.
    """
    span = None
    if attempt.final:
        if symptom["kind"] in _MAY_HAVE_A_CAUSE:
            found = _cause(attempt, symptom["kind"], request, replies, port)
            if found is not None:
                return Failed(found)
        if offset is not None:
            span = span_of(attempt.line_of(port, offset))
        elif symptom["kind"] == "silent":
            receipt = listening.receipt(attempt.port, port)
            line, is_busy = _standstill(attempt)
            return Failed({**symptom, "receipt": receipt, "line": line, "is_busy": is_busy}, span_of(line))
    return Failed(symptom, span)


def no_connection(attempt, waited_ms, is_hanging):
    """What a client raises that was refused until its patience ended."""
    if not attempt.final:
        return Failed(outcome.refused(attempt.port, waited_ms))
    program, notes = attempt.program, attempt.notes
    fresh = program.connections == 0
    found = _limit_hit(attempt) or _syntax_error(notes)
    if found is not None:
        return Failed(found)
    crash = _crash(notes, None)
    if crash is not None:
        code = 1 if program.status is None else program.status
        return Failed(outcome.exited(code, crash) if fresh else outcome.crashed(crash, 0, None))
    if program.status is not None:
        code = program.status
        return Failed(outcome.exited(code, None) if fresh else outcome.stopped(code, None))
    on_ipv4, on_ipv6 = attempt.programs.listening_ports()
    others = sorted({*on_ipv4, *on_ipv6} - {attempt.port})
    if is_hanging and attempt.port in (*on_ipv4, *on_ipv6):
        where = span_of(attempt.programs.ask_whereabouts())
        return Failed(outcome.silent(waited_ms, None, None, 0), where)
    if attempt.port in on_ipv6:
        return Failed(outcome.ipv6_only(attempt.port), span_of(notes.bind_line([attempt.port])))
    if others:
        return Failed(outcome.other_port(attempt.port, others), span_of(notes.bind_line(others)))
    if notes.ended():
        line = notes.ended_line()
        # A client may have come in the moment in which it listened: that makes no difference.
        served = attempt.was_answered
        return Failed(outcome.ended(line, None) if served else outcome.exited(0, None), span_of(line))
    if program.printed_bytes > _FLOOD_BYTES:
        return Failed(outcome.output_flood(_FLOOD_BYTES // 1024))
    line, is_busy = _standstill(attempt)
    return Failed(outcome.refused(attempt.port, waited_ms, line, is_busy), span_of(line))


def _standstill(attempt):
    """The line that the program is at, or None, and whether it is busy there."""
    # Looked at before the question wakes it.
    is_busy = not attempt.programs.is_asleep()
    return attempt.programs.ask_whereabouts(), is_busy


def _cause(attempt, kind, request, replies, port):
    """The outcome that explains the symptom, or None."""
    program, notes = attempt.program, attempt.notes
    until = monotonic() + (_CAUSE_SECONDS if kind in ("closed", "reset") else 0)
    quiet = 0
    while True:
        attempt.programs.check()
        found = _limit_hit(attempt)
        if found is not None:
            return found
        crash = _crash(notes, port)
        if crash is not None:
            return outcome.crashed(crash, replies, request)
        if program.status is not None and not attempt.programs.others():
            return outcome.stopped(program.status, request)
        quiet = quiet + 1 if attempt.programs.is_asleep() else 0
        if quiet == 3 or monotonic() >= until:
            break
        attempt.pump.sleep(0.001)
    if kind == "silent" and program.printed_bytes > _FLOOD_BYTES:
        return outcome.output_flood(_FLOOD_BYTES // 1024)
    if notes.ended() and not attempt.programs.others():
        return outcome.ended(notes.ended_line(), request)
    return None


def _limit_hit(attempt):
    killed, refused = attempt.counters.refusals()
    killed_before, refused_before = attempt.program.refusals_before
    mib = (attempt.counters.memory_bytes or 128 << 20) >> 20
    if killed > killed_before:
        if not attempt.counters.was_full():
            raise LauncherLost("the host has run out of memory")
        return outcome.out_of_memory(mib)
    noted = [content for _, content in attempt.notes.crashes()]
    # Python's compiler raises it too, for a program that is nested too deeply; no line runs then.
    if any(content.get("exception") == "MemoryError" and content.get("traceback") for content in noted):
        return outcome.out_of_memory(mib)
    limit = attempt.counters.processes or 50
    if refused > refused_before or any(_is_process_limit(content) for content in noted):
        return outcome.too_many_processes(limit)
    return None


def _is_process_limit(content):
    exception, detail = content.get("exception"), content.get("detail")
    if exception == "RuntimeError":
        return detail == "can't start new thread"
    return exception == "BlockingIOError" and detail == (
        f"[Errno {errno.EAGAIN}] Resource temporarily unavailable"
    ) and "fork" in str(content.get("traceback"))


def _syntax_error(notes):
    for _, content in notes.crashes():
        span = _checked_span(content.get("span"))
        if content.get("where") == "syntax" and span is not None:
            return outcome.syntax_error(span, _text(content.get("detail")), _text(content.get("text")))
    return None


def _crash(notes, port):
    """The exception to blame, or None.

    One in the main thread is to blame for everything after it. Another one is where nobody knows
    that it was about another client than the one at `port`.
    """
    noted = [content for _, content in notes.crashes()]
    main = [content for content in noted if content.get("where") in ("main", "syntax")]
    other = [content for content in noted if port is None or port in (_ports(content) or [port])]
    for content in (*main, *other):
        return {
            "exception": _text(content.get("exception") or "SyntaxError"),
            "detail": _text(content.get("detail")),
            "span": _checked_span(content.get("span")),
            "traceback": _traceback(content.get("traceback")),
        }
    return None


def _ports(content):
    """The ports of the clients that an exception was about, as far as the note says."""
    ports = content.get("ports")
    return ports if isinstance(ports, list) else []


def _traceback(frames):
    checked = []
    for frame in frames if isinstance(frames, list) else ():
        if isinstance(frame, dict) and _is_line(frame.get("line")):
            checked.append(
                {
                    "file": _text(frame.get("file")),
                    "line": frame["line"],
                    "function": _text(frame.get("function")),
                    "text": _text(frame.get("text")),
                }
            )
    return checked[:40]


def _checked_span(span):
    if not isinstance(span, dict) or not _is_line(span.get("line")):
        return None
    column, end_column = span.get("column"), span.get("end_column")
    return {
        "file": _text(span.get("file")),
        "line": span["line"],
        "column": column if _is_line(column) else None,
        "end_column": end_column if _is_line(end_column) else None,
    }


def span_of(line):
    """The `lesson::SourceSpan` of a line of the main module, or None."""
    if line is None:
        return None
    return {"file": "main.py", "line": line, "column": None, "end_column": None}


def _is_line(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1_000_000


def _text(value):
    return value[:2000] if isinstance(value, str) else ""
