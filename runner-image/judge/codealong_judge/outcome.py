"""Outcomes in the form of `protocol::Outcome`, and the exceptions that end a test or a run."""

_U32 = 0xFFFFFFFF

PASSED = {"kind": "passed"}
NOT_RUN = {"kind": "not-run"}


class Failed(BaseException):
    """A test's expectation did not hold.

    Not an `Exception`: a test that catches those must not turn a failure into a pass.
    """

    def __init__(self, outcome, span=None, wrong_byte=None, is_decided=True):
        super().__init__(outcome["kind"])
        self.outcome = outcome
        #: The learner's line to look at, where the outcome itself names none.
        self.span = span
        #: The client's port and the offset of the wrong byte, where there is one.
        self.wrong_byte = wrong_byte
        #: Whether a call led to that byte which led to no right reply.
        self.is_decided = is_decided


class EndlessTest(BaseException):
    """A test went on after the end of the run."""


class RunTimedOut(BaseException):
    """The run has used up its time."""


class LauncherLost(BaseException):
    """The launcher is gone, or breaks the protocol; `detail` says how."""

    def __init__(self, detail):
        super().__init__(detail)
        self.detail = detail


class MustBeAlone(BaseException):
    """A test that is made while another one waits asks for what the other can't bear."""


class Misuse(TypeError):
    """A test calls the judge with wrong arguments or at the wrong time: the course's fault."""


class Interference(BaseException):
    """The learner's program reached for the judge; `fact` is the `protocol::Interference`."""

    def __init__(self, what, **fields):
        self.fact = {"what": what, **fields}
        super().__init__(self.fact)


def u32(value):
    """`value` as a whole number, clamped to the range of a `u32`."""
    return max(0, min(int(value), _U32))


def refused(port, waited_ms, line=None, is_busy=False):
    return {"kind": "refused", "port": port, "waited_ms": u32(waited_ms), "line": line, "is_busy": is_busy}


def exited(code, crash, end=None):
    return {"kind": "exited", "code": code, "crash": crash, "end": end or {}}


def syntax_error(span, detail, text):
    return {"kind": "syntax-error", "span": span, "detail": detail, "text": text}


def other_port(port, found):
    return {"kind": "other-port", "port": port, "found": found}


def ipv6_only(port):
    return {"kind": "ipv6-only", "port": port}


def silent(waited_ms, request, expected, replies_before):
    return {
        "kind": "silent",
        "waited_ms": u32(waited_ms),
        "request": request,
        "expected": expected,
        "replies_before": u32(replies_before),
        "receipt": None,
        "line": None,
        "is_busy": False,
    }


def ended(line, request, clients, replies=0, end=None):
    """`clients` are those that came, and those of them that the program took."""
    came, accepted = clients
    return {
        "kind": "ended",
        "line": line,
        "request": request,
        "clients": u32(came),
        "accepted_clients": u32(accepted),
        "replies_before": u32(replies),
        "end": end or {},
        "reply": None,
    }


def closed(after_bytes, reply):
    return {"kind": "closed", "after_bytes": u32(after_bytes), "reply": reply}


def reset(after_bytes):
    return {"kind": "reset", "after_bytes": u32(after_bytes)}


def incomplete(reply, missing):
    return {"kind": "incomplete", "reply": reply, "missing": missing}


def invalid_byte(reply, rule):
    return {"kind": "invalid-byte", "reply": reply, "rule": rule}


def wrong_type(reply, expected_type, received_type):
    return {
        "kind": "wrong-type",
        "reply": reply,
        "expected_type": expected_type,
        "received_type": received_type,
    }


def wrong_value(reply, expected, received):
    return {"kind": "wrong-value", "reply": reply, "expected": expected, "received": received}


def differs(script, client, reply, expected, received):
    """The fields of a `protocol::Difference`."""
    return {
        "kind": "differs",
        "script": script,
        "client": client,
        "reply": reply,
        "expected": expected,
        "received": received,
    }


def extra_bytes(reply):
    return {"kind": "extra-bytes", "reply": reply}


def unasked(reply):
    return {"kind": "unasked", "reply": reply}


def wrong_output(tool, command, output, code):
    """A real client printed something else; `output` compares it with what was expected."""
    return {"kind": "wrong-output", "tool": tool, "command": command, "output": output, "code": code}


def wrong_file(file, fault):
    """A file of the program's is not as it should be; `fault` is a `protocol::FileFault`."""
    return {"kind": "wrong-file", "file": file, "fault": fault}


def disagrees(files, fault):
    """A real redis-server that was given these files answers otherwise; `fault` is a `protocol::Disagreement`."""
    return {"kind": "disagrees", "files": files, "fault": fault}


def too_slow(took_ms, limit_ms):
    return {"kind": "too-slow", "took_ms": u32(took_ms), "limit_ms": u32(limit_ms)}


def too_early(took_ms, at_least_ms, request):
    return {"kind": "too-early", "took_ms": u32(took_ms), "at_least_ms": u32(at_least_ms), "request": request}


def crashed(crash, replies_before, request):
    return {"kind": "crashed", "crash": crash, "replies_before": u32(replies_before), "request": request}


def stopped(code, request, replies=0, end=None):
    return {
        "kind": "stopped",
        "code": code,
        "request": request,
        "replies_before": u32(replies),
        "end": end or {},
        "reply": None,
    }


def not_ended(waited_ms, code, line, is_busy):
    """A program was asked to end, and runs on (`code` is None) or ended otherwise than it should."""
    return {"kind": "not-ended", "waited_ms": u32(waited_ms), "code": code, "line": line, "is_busy": is_busy}


def out_of_memory(limit_mib):
    return {"kind": "out-of-memory", "limit_mib": u32(limit_mib)}


def too_many_processes(limit):
    return {"kind": "too-many-processes", "limit": u32(limit)}


def too_many_sockets(sockets, limit):
    return {"kind": "too-many-sockets", "sockets": sockets, "limit": u32(limit)}


def output_flood(limit_kib):
    return {"kind": "output-flood", "limit_kib": u32(limit_kib)}


def timed_out(limit_ms):
    return {"kind": "timed-out", "limit_ms": u32(limit_ms)}


def interfered(interference):
    return {"kind": "interfered", "interference": interference}


def test_broken(detail):
    return {"kind": "test-broken", "detail": detail}
