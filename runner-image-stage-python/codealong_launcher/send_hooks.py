"""In the learner's process: records which line sends which bytes, and the calls that led there.

Every way that Python code has to a TCP socket is covered: `send`, `sendall`, `sendmsg`, `sendfile`
and `makefile` (which end in those), asyncio's transports, and `os.write` on the socket's
descriptor. The functions keep their meaning, and `socket.socket` stays the class it is.
`tests/bench_lines.py` measures the cost, and holds it against a goal of 5 % of a run.
"""

import os
import socket
import sys
import threading
from _socket import socket as PlainSocket

from codealong_protocol.shared_memory import CALLERS_MAX

from .imports import ModulePatches
from .wrapper import copy_identity

_getframe = sys._getframe

#: How far a send looks for the learner's calls: endless recursion must not make it expensive.
_FRAMES_MAX = 60
_NUMBERS_MAX = 2 * (1 + CALLERS_MAX)


class SendHooks:
    """Wraps the functions that send, once per process."""

    def __init__(self, writer, main_file, write_output):
        self._writer = writer
        self._main_file = main_file
        #: What `os.write` does on standard output and standard error.
        self._write_output = write_output
        #: Bytes sent, by the client's port.
        self._sent = {}
        self._thread = threading.local()
        # What runs a callback or a handler is not what sends: the search for lines stops there. By
        # its identity, because the hash of code is expensive.
        self._boundaries = {}
        self._add_boundary(threading.Thread._bootstrap)
        # A send by a transport is recorded when the learner's code writes to it, not when the event
        # loop gets round to it.
        self._transport_code = set()
        self._patches = ModulePatches(asyncio=self._wrap_asyncio, socketserver=self._add_handler_boundaries)
        #: Called with the client's port and the bytes that it was sent before, at each send.
        self.on_send = None

    def install(self):
        self._wrap_socket()
        self._wrap_os_write()
        self.patch_imported()

    def patch_imported(self):
        """Wraps also what has been imported since."""
        self._patches.apply()

    def last_port(self):
        """The port of the client that the present thread sent to last, or 0."""
        return getattr(self._thread, "port", 0)

    def _frames(self, frame):
        """The lines of the learner's main module that led here, as `RecordWriter.sent` takes them."""
        main_file, found, depth = self._main_file, [], 0
        while frame is not None and depth < _FRAMES_MAX:
            code = frame.f_code
            if code.co_filename == main_file:
                found.append(frame.f_lineno)
                if code.co_name == "<module>":
                    found.append(0)
                    break
                found.append(code.co_firstlineno)
                if len(found) == _NUMBERS_MAX:
                    break
            elif id(code) in self._boundaries:
                break
            frame = frame.f_back
            depth += 1
        return found

    def _record(self, peer, frame):
        """Records that a line is about to send to `peer`; returns the client's port, or 0."""
        try:
            port = peer[1]
            offset = self._sent.get(port, 0)
            frames = self._frames(frame)
            if frames:
                self._writer.sent(port, offset, frames)
            self._thread.port = port
            if self.on_send is not None:
                self.on_send(port, offset)
            return port
        except Exception:
            return 0

    def _wrap_socket(self):
        record, sent, getpeername = self._record, self._sent, PlainSocket.getpeername
        plain_send, plain_sendall, plain_sendmsg = PlainSocket.send, PlainSocket.sendall, PlainSocket.sendmsg
        transport_code = self._transport_code

        def peer_of(self, frame):
            if frame.f_code in transport_code:
                return None
            try:
                return getpeername(self)
            except OSError:
                return None

        def send(self, *arguments):
            frame = _getframe(1)
            port = record(peer_of(self, frame), frame)
            count = plain_send(self, *arguments)
            if port:
                sent[port] = sent.get(port, 0) + count
            return count

        def sendall(self, *arguments):
            frame = _getframe(1)
            port = record(peer_of(self, frame), frame)
            plain_sendall(self, *arguments)
            if port:
                sent[port] = sent.get(port, 0) + memoryview(arguments[0]).nbytes

        def sendmsg(self, *arguments):
            frame = _getframe(1)
            port = record(peer_of(self, frame), frame)
            count = plain_sendmsg(self, *arguments)
            if port:
                sent[port] = sent.get(port, 0) + count
            return count

        for wrapper, plain in ((send, plain_send), (sendall, plain_sendall), (sendmsg, plain_sendmsg)):
            copy_identity(wrapper, plain)
            setattr(socket.socket, plain.__name__, wrapper)

    def _add_boundary(self, function):
        self._boundaries[id(function.__code__)] = function.__code__

    def _add_handler_boundaries(self, socketserver):
        self._add_boundary(socketserver.BaseServer._handle_request_noblock)
        self._add_boundary(socketserver.ThreadingMixIn.process_request_thread)

    def _wrap_asyncio(self, asyncio):
        record, sent = self._record, self._sent
        self._add_boundary(asyncio.events.Handle._run)
        transport = asyncio.selector_events._SelectorSocketTransport
        for name in ("write", "writelines", "_write_ready", "_write_send", "_write_sendmsg"):
            code = getattr(getattr(transport, name, None), "__code__", None)
            if code is not None:
                self._transport_code.add(code)
        plain_write = transport.write

        def write(self, data):
            port = record(self.get_extra_info("peername"), _getframe(1))
            plain_write(self, data)
            if port:
                sent[port] = sent.get(port, 0) + len(data)

        copy_identity(write, plain_write)
        transport.write = write

    def _wrap_os_write(self):
        record, sent, write_output = self._record, self._sent, self._write_output
        plain_write = os.write

        def write(descriptor, data, /):
            if descriptor in (1, 2):
                return write_output(descriptor, data)
            port = 0
            try:
                probe = PlainSocket(fileno=descriptor)
            except (OSError, TypeError, ValueError):
                pass
            else:
                try:
                    port = record(probe.getpeername(), _getframe(1))
                except OSError:
                    pass
                finally:
                    probe.detach()
            count = plain_write(descriptor, data)
            if port:
                sent[port] = sent.get(port, 0) + count
            return count

        copy_identity(write, plain_write)
        os.write = write
