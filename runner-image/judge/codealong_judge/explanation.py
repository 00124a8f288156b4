"""Why a test failed: the cause where one is known, else the symptom that the client saw."""

import errno
from time import monotonic

from . import outcome, tcp_table
from .crash import blamed, checked_crash, checked_span, crash_of, is_position, ports_of, span_of, text_of
from .outcome import Failed, LauncherLost, Misuse

#: A connection may close before its traceback is recorded. It is waited for while the program is not
#: asleep, and for so long at most.
_CAUSE_SECONDS = 0.3

_FLOOD_BYTES = 512 * 1024

#: These symptoms may have a cause elsewhere; a wrong reply is its own cause.
_MAY_HAVE_A_CAUSE = {"silent", "closed", "reset", "incomplete", "refused", "wrong-output"}

#: Symptoms of a program that did not come to the branch that it should have.
_MAY_BE_WARNED_OF = {"silent", "closed", "wrong-type"}


def failure(attempt, symptom, request, replies, port, offset):
    """What a failed expectation of the client at `port` raises.

    `offset` is where in the connection the wrong byte is, where there is one.
    """
    if attempt.program is None:
        raise Misuse("the test has ended the program itself, and expects something of it")
    span, sent, is_decided = None, None, True
    if attempt.is_final:
        if symptom["kind"] in _MAY_HAVE_A_CAUSE:
            found = _cause(attempt, symptom["kind"], request, replies, port)
            if found is not None:
                if found["kind"] in ("ended", "stopped") and (symptom.get("after_bytes") or "missing" in symptom):
                    # Half a reply came before.
                    found["reply"] = symptom.get("reply")
                return Failed(found)
        if offset is not None:
            line, is_decided = attempt.deciding_line(port, offset)
            span, sent = span_of(line), (port, offset)
        elif symptom["kind"] == "silent":
            receipt = tcp_table.receipt(attempt.port, port)
            line, is_busy = _current_line(attempt)
            symptom = {**symptom, "receipt": receipt, "line": line, "is_busy": is_busy}
            span = span_of(line)
            # The calls tell nothing of a reply without a byte; the lines that led to it may.
            sent = attempt.empty_send(port)
            is_decided = sent is None
        if symptom["kind"] in _MAY_BE_WARNED_OF:
            warning = _warning(attempt)
            symptom = {**symptom, "warning": warning}
            if warning is not None and warning["line"] is not None:
                span, is_decided = span_of(warning["line"]), True
    return Failed(symptom, span, sent, is_decided)


def no_connection(attempt, waited_ms, is_unanswered):
    """What a client raises that could not connect in time.

    `is_unanswered` says whether its last try was neither taken nor refused.
    """
    if not attempt.is_final:
        return Failed(outcome.refused(attempt.port, waited_ms))
    program, records = attempt.program, attempt.records
    was_accepted = _has_accepted(attempt)
    found = _limit_hit(attempt) or _syntax_error(records)
    if found is not None:
        return Failed(found)
    crash = crash_of(records, None)
    if crash is not None:
        code = 1 if program.status is None else program.status
        return Failed(outcome.crashed(crash, 0, None) if was_accepted else outcome.exited(code, crash))
    if program.status is not None:
        code, end = program.status, _end(records)
        replies = _replies(attempt)
        return Failed(
            outcome.stopped(code, None, replies, end) if was_accepted else outcome.exited(code, None, end)
        )
    on_ipv4, on_ipv6 = attempt.launcher.listening_ports()
    other_ports = sorted({*on_ipv4, *on_ipv6} - {attempt.port} - attempt.own_ports)
    if is_unanswered and attempt.port in (*on_ipv4, *on_ipv6):
        span = span_of(attempt.launcher.probe_stack())
        return Failed(outcome.silent(waited_ms, None, None, 0), span)
    if attempt.port in on_ipv6:
        return Failed(outcome.ipv6_only(attempt.port), span_of(records.bind_line([attempt.port])))
    if other_ports:
        span = span_of(records.bind_line(other_ports))
        return Failed(outcome.other_port(attempt.port, other_ports), span)
    if records.has_ended():
        return _ended_without_listener(attempt)
    if program.printed_bytes > _FLOOD_BYTES:
        return Failed(outcome.output_flood(_FLOOD_BYTES // 1024))
    line, is_busy = _current_line(attempt)
    return Failed(outcome.refused(attempt.port, waited_ms, line, is_busy), span_of(line))


def require_standing(attempt):
    """Fails the test where the program has ended by now, however quick the test was."""
    if attempt.program is None:
        return  # The test has ended it itself.
    attempt.settle()
    # By chance alone the look from time to time would find what it has done by now.
    attempt.launcher.check_limits()
    found = end_of_program(attempt)
    if found is not None:
        raise Failed(found)
    failed = stopped_listening(attempt)
    if failed is not None:
        raise failed


def came_to_its_end(attempt):
    """The failure of a program whose main module has come to its end, and that is only held; or None."""
    if attempt.records.has_ended() and not attempt.launcher.descendant_pids():
        return _ended_without_listener(attempt)
    return None


def not_ended(attempt, waited_ms):
    """What a program is told that was asked to end, and still runs or has not ended as it should; None where it has."""
    code = attempt.program.status
    if not attempt.launcher.has_first_process_ended():
        line, is_busy = _current_line(attempt)
        return Failed(outcome.not_ended(waited_ms, None, line, is_busy), span_of(line))
    if code == 0:
        return None
    found = _limit_hit(attempt)
    crash = crash_of(attempt.records, None)
    if found is None and crash is not None:
        found = outcome.crashed(crash, _replies(attempt), None)
    return Failed(found or outcome.not_ended(waited_ms, code, None, False))


def wrong_file(attempt, symptom):
    """What a program is told of a file that it has stored otherwise than it should: where it has come to
    grief, that."""
    if not attempt.is_final:
        return Failed(symptom)
    found = None if attempt.program is None else _limit_hit(attempt)
    crash = crash_of(attempt.records, None)
    if found is None and crash is not None:
        found = outcome.crashed(crash, _replies(attempt), None)
    found = found or end_of_program(attempt)
    if found is not None:
        return Failed(found)
    ended = None if attempt.program is None or attempt.may_end else came_to_its_end(attempt)
    return ended or Failed(symptom)


def stopped_listening(attempt):
    """The failure of a program whose main module has ended, and took the listening socket along, or None.

    A client that came before and was not taken is reset by the kernel then. The process itself is held;
    another of the program's may listen, and may have reset a client for reasons of its own.
    """
    if not attempt.records.has_ended() or attempt.may_end or attempt.launcher.descendant_pids():
        return None
    if not any(client.was_reset() for client in attempt.clients):
        return None
    if attempt.port in set().union(*attempt.launcher.listening_ports()):
        return None
    return _ended_without_listener(attempt)


def _ended_without_listener(attempt):
    line, end = attempt.records.last_line(), _end(attempt.records)
    # Whether a client came in the moment in which the program listened makes no difference.
    result = outcome.exited(0, None, end)
    if _has_accepted(attempt):
        result = outcome.ended(line, None, _clients(attempt), _replies(attempt), end)
    # The line that took the socket, where one is known.
    held = end["listener"] and end["listener"]["line"]
    return Failed(result, span_of(held or line))


def end_of_program(attempt):
    """The outcome of a program whose process has ended after all that a test asked for, or None."""
    program = attempt.program
    if program is None or program.status is None or attempt.launcher.descendant_pids():
        return None
    if attempt.may_end:
        return None
    found = _limit_hit(attempt)
    if found is not None:
        return found
    # No request is named: each was answered.
    crash = crash_of(attempt.records, None)
    replies = _replies(attempt)
    # Whether a client came in the moment in which the program listened makes no difference.
    was_accepted = _has_accepted(attempt)
    if crash is None:
        end = _end(attempt.records)
        if was_accepted:
            return outcome.stopped(program.status, None, replies, end)
        return outcome.exited(program.status, None, end)
    return outcome.crashed(crash, replies, None) if was_accepted else outcome.exited(program.status, crash)


def cause_of_loss(counters, refusals_before):
    """The outcome of a program that had its launcher killed by its memory, or None where it had not."""
    was_killed = counters.refusals()[0] > refusals_before[0]
    if not (was_killed and counters.has_reached_memory_limit()):
        return None
    if counters.limit_reached(refusals_before) == "processes":
        return outcome.too_many_processes(counters.process_limit)
    return outcome.out_of_memory(counters.memory_limit_mib)


def end_in_session(attempt):
    """The failure of a program that has ended, or will when its main module's sockets are let go; or None."""
    found = end_of_program(attempt)
    if found is not None:
        return Failed(found, span_of_result(found))
    return came_to_its_end(attempt)


def _warning(attempt):
    """What Python has warned of since the last request, a `protocol::ProgramWarning`, or None."""
    asked_ns = max((client.asked_ns for client in attempt.clients), default=0)
    compared = _line_in(attempt.records.note("comparison", asked_ns))
    if asked_ns and compared is not None:
        return {"what": "bytes-compared-with-text", "line": compared}
    thrown_away = attempt.records.note("coroutine", asked_ns)
    if text_of(thrown_away.get("function")):
        function = text_of(thrown_away["function"])[:60]
        return {"what": "never-awaited", "function": function, "line": _line_in(thrown_away)}
    return None


def _has_accepted(attempt):
    """Whether the program has taken a client in this test, as far as the kernel shows that."""
    return any(client.was_accepted() for client in attempt.clients)


def _may_have_read(attempt, port):
    """Whether the program may have read what the client at `port` asked.

    With a client before it in the test, one that was not taken has nothing to do with an exception.
    One that was reset may have been taken and read in part: then the exception's record names it.
    """
    first, *_ = attempt.clients
    is_named = any(port in ports_of(crash) for crash in attempt.records.crashes())
    clients = [client for client in attempt.clients if client.port == port]
    return first.port == port or is_named or any(client.was_accepted() for client in clients)


def _first_asked_ns(attempt, port):
    """When the client at `port`, which has had no reply, first asked.

    What happened before had another cause: the program is let come to rest before that. Before a later
    request it may be chance which of both came first.
    """
    return max((client.unanswered_since_ns for client in attempt.clients if client.port == port), default=0)


def _clients(attempt):
    """How many clients have come in this test, and how many of them the program has taken."""
    return len(attempt.clients), sum(client.was_accepted() for client in attempt.clients)


def _replies(attempt):
    return max((client.replies for client in attempt.clients), default=0)


def _end(records):
    """The `protocol::ProgramEnd`: how the program ended itself, and what its socket's end was."""
    exit_call, listener = records.note("exit"), records.note("listener")
    text = exit_call.get("text")
    fact = None
    if listener.get("how") in ("closed", "block", "dropped"):
        fact = {
            "how": listener["how"],
            "line": _line_in(listener),
            "function": text_of(listener.get("function"))[:60] or None,
        }
    return {
        "exit_line": _line_in(exit_call),
        "exit_text": text_of(text)[:200] if isinstance(text, str) else None,
        "listener": fact,
    }


def _line_in(note):
    return note["line"] if is_position(note.get("line")) else None


def _current_line(attempt):
    """The line that the program is at, or None, and whether it is busy there."""
    # Looked at before the probe wakes it.
    is_busy = not attempt.launcher.is_program_asleep()
    return attempt.launcher.probe_stack(), is_busy


def _cause(attempt, kind, request, replies, port):
    """The outcome that explains the symptom, or None."""
    program, records = attempt.program, attempt.records
    until = monotonic() + (_CAUSE_SECONDS if kind in ("closed", "reset", "wrong-output") else 0)
    times_asleep = 0
    while True:
        attempt.launcher.check()
        found = _limit_hit(attempt)
        if found is not None:
            return found
        crash = blamed(records, port)
        if crash is not None:
            is_earlier = not replies and crash["at_ns"] < _first_asked_ns(attempt, port)
            is_of_request = _may_have_read(attempt, port) and not is_earlier
            return outcome.crashed(checked_crash(crash), replies, request if is_of_request else None)
        if program.status is not None and not attempt.launcher.descendant_pids():
            return outcome.stopped(program.status, request, replies, _end(records))
        times_asleep = times_asleep + 1 if attempt.launcher.is_program_asleep() else 0
        if times_asleep == 3 or monotonic() >= until:
            break
        attempt.event_loop.sleep(0.001)
    if kind == "silent" and program.printed_bytes > _FLOOD_BYTES:
        return outcome.output_flood(_FLOOD_BYTES // 1024)
    if records.has_ended() and not attempt.launcher.descendant_pids():
        return outcome.ended(records.last_line(), request, _clients(attempt), replies, _end(records))
    return None


def _limit_hit(attempt):
    counters, before = attempt.counters, attempt.program.refusals_before
    limit = counters.limit_reached(before)
    if counters.refusals()[0] > before[0] and not counters.has_reached_memory_limit():
        raise LauncherLost("the host has run out of memory")
    crashes = attempt.records.crashes()
    # Python's compiler raises it too, for a program that is nested too deeply; no line runs then.
    lacks_memory = any(crash.get("exception") == "MemoryError" and crash.get("traceback") for crash in crashes)
    if limit == "memory" or lacks_memory:
        return outcome.out_of_memory(counters.memory_limit_mib)
    if limit == "processes" or any(_is_process_limit(crash) for crash in crashes):
        return outcome.too_many_processes(counters.process_limit)
    return None


def _is_process_limit(crash):
    exception, detail = crash.get("exception"), crash.get("detail")
    if exception == "RuntimeError":
        return detail == "can't start new thread"
    return exception == "BlockingIOError" and detail == (
        f"[Errno {errno.EAGAIN}] Resource temporarily unavailable"
    ) and "fork" in str(crash.get("traceback"))


def _syntax_error(records):
    for crash in records.crashes():
        span = checked_span(crash.get("span"))
        if crash.get("where") == "syntax" and span is not None:
            return outcome.syntax_error(span, text_of(crash.get("detail")), text_of(crash.get("text")))
    return None


def span_of_result(result):
    """The line that a test's outcome itself names, or None."""
    if result["kind"] == "syntax-error":
        return result["span"]
    end = result.get("end") or {}
    listener = end.get("listener") or {}
    line = listener.get("line") or end.get("exit_line") or result.get("line")
    if result["kind"] in ("exited", "stopped", "ended") and line is not None:
        return span_of(line)
    crash = result.get("crash")
    return crash["span"] if crash else None
