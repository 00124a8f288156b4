"""A session: a program that runs on, and clients that the server's frames make speak to it."""

import signal
import subprocess
import textwrap
import time
import unittest
from types import SimpleNamespace

import judging
from judging import NONCE, free_port
from codealong_judge.attempt import Attempt

SERVER = """
    import socket, threading

    def serve(client):
        while data := client.recv(65536):
            client.sendall(b"got " + data)

    with socket.create_server(("localhost", 6379)) as server:
        print("ready", flush=True)
        while True:
            client, _ = server.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()
"""


class Session(judging.Judge):
    """A judge with a session in it."""

    def __init__(self, program=SERVER, cpu_limit_ms=30_000, **options):
        super().__init__(**options)
        self.port = free_port()
        self.send({
            "frame": "session", "protocol": judging.PROTOCOL, "nonce": NONCE, "port": self.port,
            "cpu_limit_ms": cpu_limit_ms, "files": {"main.py": self.text(program)},
        })
        assert self.read()["frame"] == "started"
        self.until("launched")

    def text(self, program):
        return textwrap.dedent(program).replace("6379", str(self.port))

    def until(self, *kinds):
        """The next frame of one of these kinds; output on the way is kept."""
        self.printed = ""
        while True:
            frame = self.read()
            assert frame is not None, f"no {kinds}"
            if frame["frame"] == "output":
                self.printed += frame["text"]
            if frame["frame"] in kinds:
                return frame

    def ask(self, client, data):
        self.send({"frame": "send", "client": client, "bytes": data})

    def connect(self, client):
        self.send({"frame": "connect", "client": client})
        return self.until("connected", "not-connected")


class Sessions(unittest.TestCase):
    def test_a_client_is_answered_with_the_line_that_sent(self):
        with Session() as session:
            self.assertEqual(session.connect(1)["frame"], "connected")
            session.ask(1, "a\xff\r\n")
            received = session.until("received")
            self.assertEqual(received["bytes"], "got a\\xff\\r\\n")
            self.assertEqual(received["line"], 6)
            self.assertEqual(received["dropped_bytes"], 0)
            self.assertGreater(received["took_us"], 0)

    def test_clients_are_apart_and_leave_when_asked(self):
        with Session() as session:
            session.connect(1)
            session.connect(2)
            session.ask(2, "two")
            self.assertEqual(session.until("received")["client"], 2)
            session.send({"frame": "disconnect", "client": 2})
            session.ask(2, "nobody")
            session.ask(1, "one")
            self.assertEqual(session.until("received")["bytes"], "got one")
            self.assertEqual(session.connect(2)["frame"], "connected")

    def test_output_comes_as_it_is_printed(self):
        with Session() as session:
            frame = session.until("output")
            self.assertEqual((frame["text"], frame["stream"]), ("ready\n", "stdout"))

    def test_a_restart_has_the_new_program_and_no_clients(self):
        with Session() as session:
            session.connect(1)
            files = {"main.py": session.text(SERVER.replace("got", "new"))}
            session.send({"frame": "restart", "files": files})
            self.assertEqual(session.until("launched")["launch"], 2)
            session.connect(1)
            session.ask(1, "x")
            self.assertEqual(session.until("received")["bytes"], "new x")

    def test_a_program_that_crashes_is_told_and_the_session_goes_on(self):
        with Session("import socket\nserver = socket.create_server(('localhost', 6379))\n"
                     "server.accept()\nprint('here')\n1 / 0\n") as session:
            session.connect(1)
            exited = session.until("exited")
            self.assertEqual(exited["outcome"]["kind"], "crashed")
            self.assertEqual(exited["span"]["line"], 5)
            self.assertIn("ZeroDivisionError", session.printed)
            self.assertEqual(session.connect(1)["frame"], "not-connected")
            session.send({"frame": "restart", "files": {"main.py": session.text(SERVER)}})
            session.until("launched")
            self.assertEqual(session.connect(1)["frame"], "connected")

    def test_a_program_that_ends_is_told(self):
        with Session("print('done')\n") as session:
            exited = session.until("exited")
            self.assertEqual(exited["outcome"]["kind"], "exited")

    def test_a_main_module_that_leaves_a_daemon_thread_has_ended(self):
        program = SERVER.replace("with socket.create_server((\"localhost\", 6379)) as server:", "def main():").replace(
            'print("ready", flush=True)', 'server = socket.create_server(("localhost", 6379))')
        program = textwrap.dedent(program) + "\nthreading.Thread(target=main, daemon=True).start()\n"
        with Session(program) as session:
            exited = session.until("exited")
            self.assertIn(exited["outcome"]["kind"], ("exited", "ended"))

    def test_a_program_that_does_not_listen_is_told(self):
        with Session("import time\ntime.sleep(60)\n") as session:
            answer = session.connect(1)
            self.assertEqual(answer["outcome"]["kind"], "refused")
            self.assertEqual(answer["span"]["line"], 2)
            waited = [session.connect(2)["outcome"]["waited_ms"] for _ in range(2)]
            self.assertLess(max(waited), answer["outcome"]["waited_ms"], "it is known by then")

    def test_a_client_that_the_program_leaves_is_told(self):
        with Session(SERVER.replace("client.sendall", "client.close(); return client.sendall")) as session:
            session.connect(1)
            session.ask(1, "x")
            self.assertEqual(session.until("disconnected")["how"], "closed")

    def test_a_flood_is_counted_and_the_next_reply_is_whole(self):
        program = SERVER.replace('b"got " + data', 'b"x" * 20_000_000 if data == b"flood" else data')
        with Session(program) as session:
            session.connect(1)
            session.ask(1, "flood")
            shown = dropped = 0
            while shown + dropped < 20_000_000:
                frame = session.until("received")
                shown, dropped = shown + len(frame["bytes"]), dropped + frame["dropped_bytes"]
            self.assertLess(shown, 1_000_000)
            session.ask(1, "after")
            self.assertEqual(session.until("received")["bytes"], "after")

    def test_what_is_printed_without_end_is_bounded_and_the_session_answers(self):
        program = SERVER.replace("while True:", "threading.Thread(target=flood, daemon=True).start()\n        while True:")
        program = textwrap.dedent(program).replace("def serve", "def flood():\n    while True: print('x' * 1000)\n\ndef serve")
        with Session(program) as session:
            session.connect(1)
            session.ask(1, "x")
            self.assertEqual(session.until("received")["bytes"], "got x")
            self.assertLess(len(session.printed), 300_000)

    def test_a_client_whose_bytes_nobody_reads_is_cut_off(self):
        program = SERVER.replace("client.recv(65536)", "threading.Event().wait()")
        with Session(program) as session:
            session.connect(1)
            for _ in range(40):
                session.ask(1, "x" * 200_000)
            self.assertEqual(session.until("disconnected")["how"], "unread")

    def test_unasked_bytes_have_no_time(self):
        program = SERVER.replace("while data", "client.sendall(b'hello')\n        while data")
        with Session(program) as session:
            session.connect(1)
            received = session.until("received")
            self.assertEqual((received["bytes"], received["took_us"]), ("hello", None))

    def test_what_is_printed_before_a_reply_comes_before_it(self):
        program = SERVER.replace("client.sendall", "print('asked', flush=True); client.sendall")
        with Session(program) as session:
            session.connect(1)
            for _ in range(5):
                session.ask(1, "x")
                session.until("received")
                self.assertIn("asked", session.printed)

    def test_a_port_is_given_back(self):
        records = SimpleNamespace(new_sends=lambda: (), new_paths=lambda: ())
        attempt = Attempt(
            event_loop=None, launcher=None, records=records, counters=None, port=1, timeouts=None, is_final=True,
            random_values=None, right_replies=None, shortest_script=[],
        )
        self.assertTrue(attempt.claim_port(2))
        self.assertFalse(attempt.claim_port(2))
        attempt.release_port(2)
        self.assertTrue(attempt.claim_port(2))

    def test_what_was_printed_before_a_restart_comes_before_it(self):
        with Session("while True: print('old')\n") as session:
            session.until("output")
            session.send({"frame": "restart", "files": {"main.py": "import time\nprint('new')\ntime.sleep(60)\n"}})
            session.until("launched")
            session.until("output")
            self.assertNotIn("old", session.printed)

    def test_a_command_that_is_none_ends_the_judge(self):
        for bad in ({"frame": "send", "client": 1}, {"frame": "connect"}, {"frame": "restart", "files": {}}, {"frame": "x"}):
            with Session(stderr=subprocess.PIPE) as session:
                session.send(bad)
                while session.read():
                    pass
                code, complaint = session.end()
                self.assertEqual(code, 1)
                self.assertIn("no command", complaint)

    def test_what_is_dropped_is_told_once_a_second(self):
        program = "import sys\nwhile True: sys.stdout.write('x' * 1000)\n"
        with Session(program) as session:
            told = []
            while len(told) < 2:
                frame = session.until("output")
                if frame["dropped_bytes"]:
                    told.append(frame["dropped_bytes"])
            self.assertGreater(min(told), 32 * 1024)

    def test_finish_ends_the_program(self):
        with Session() as session:
            session.connect(1)
            below = judging.descendants(session.launcher.pid)
            session.send({"frame": "finish"})
            self.assertEqual(session.until("finished")["reason"], "finished")
            self.assertTrue(below)
            # They end while they are looked at, one after the other.
            deadline = time.monotonic() + 10
            while not set(filter(judging.lives, below)) <= set(judging.descendants(session.launcher.pid)):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)

    def test_too_many_clients_are_refused(self):
        with Session() as session:
            for number in range(1, 17):
                self.assertEqual(session.connect(number)["frame"], "connected")
            self.assertIsNone(session.connect(17)["outcome"])

    def test_a_killed_program_is_told(self):
        with Session() as session:
            session.connect(1)
            session.ask(1, "x")
            session.until("received")
            session.send({"frame": "restart", "files": {"main.py": "import os\nos.kill(os.getpid(), 9)\n"}})
            exited = session.until("exited")
            self.assertEqual(exited["outcome"]["code"], -signal.SIGKILL)

    def test_the_end_of_the_server_ends_the_judge(self):
        session = Session()
        with session:
            session.connect(1)
        self.assertFalse(judging.lives(session.launcher.pid))


if __name__ == "__main__":
    unittest.main()
