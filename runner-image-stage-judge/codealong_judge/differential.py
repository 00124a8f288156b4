"""Random scripts, answered by the learner's program and by a real redis-server, are to be answered alike.

Where one is not, the shortest script is looked for that shows a difference. Only what differs on a
program that has just started is shown: a learner who sends it will see the same.
"""

import sys
from time import monotonic

from . import outcome, resp
from .expectation import as_redis
from .formatting import excerpt
from .outcome import Failed, RunTimedOut
from .shrinking import Shrinking
from .timeouts import Timeouts

#: A whole reply has come that is another one than Redis's.
_DIFFERENCES = {"invalid-byte", "wrong-type", "wrong-value", "differs"}
#: For what else may go wrong: an answer that does not come is missed soon.
_TIMEOUTS = Timeouts(silence_ms=120, connect_ms=250, late_ms=0, extension_seconds=0.0)

#: So much of the run is kept for what comes after: of scripts, there are fewer on a very busy machine.
_SECONDS_KEPT, _SECONDS_KEPT_BY_SCRIPTS = 1.0, 4.0


class Differential:
    """The scripts of one test."""

    def __init__(self, attempt, connect):
        self._attempt = attempt
        self._connect = connect
        self._oracle = attempt.oracle
        self._word = attempt.random_values.word()
        # How many scripts were sent.
        self._scripts = 0
        # What was last sent, and how many of its turns were answered as Redis did.
        self._turns, self._answered = (), 0
        # By their numbers in scripts, those that wait for nothing and may go on to the next.
        self._clients = {}
        # Whether the program is to record the lines that it runs.
        self._is_recorded = False
        # Whether each client that has to wait is known to do so before another one asks. To know it takes
        # milliseconds, so only what is to be shown is sent so: a program may look for requests from time to
        # time, and meet two of them at once.
        self._is_careful = False
        # Who was asked last, and what should come, or None where it should wait.
        self._asked, self._expected = None, None

    def run(self, scripts):
        """Raises the failure of the shortest script found that is answered otherwise than by Redis."""
        attempt = self._attempt
        if attempt.is_traced:
            # The verdict is out: only the script that was shown is of interest.
            if attempt.shortest_script:
                self._send_apart(attempt.shortest_script)
            return
        before = attempt.snapshot()
        # Only what is shown is recorded: all would be far more than anybody can watch.
        self._is_recorded, attempt.launcher.is_recorded = attempt.launcher.is_recorded, False
        try:
            if self._is_recorded:
                attempt.launcher.start_afresh()
            self._send_all(scripts, before)
            if self._is_recorded:
                attempt.launcher.is_recorded = True
                attempt.launcher.start_afresh()
                self._return_to(before)
                self._scripts = 0
                self._send_all(scripts[:1], before)
        finally:
            attempt.launcher.is_recorded = self._is_recorded

    def _send_all(self, scripts, before):
        """Sends the scripts; of those that are answered as by Redis, the first is shown."""
        # An attempt before this one may have sent the same.
        self._oracle.empty()
        shown = None
        for script in scripts:
            if shown is not None and self._attempt.event_loop.seconds_left() < _SECONDS_KEPT_BY_SCRIPTS:
                break
            try:
                self._send(script)
            except Failed as failed:
                if not self._attempt.is_final:
                    raise
                self._take_apart(failed, script, before)
                return
            shown = self._attempt.trace.snapshot() if shown is None else shown
        # A reply too many after the last command has no later request that would find it.
        self._attempt.settle()
        for client in self._clients.values():
            client.refuse_extra_bytes()
            client.close()
        self._attempt.trace.return_to(shown)

    def _take_apart(self, failed, script, before):
        """Raises what a learner can see again.

        It returns where that is nothing: a difference that does not come again is no fault to show.
        Whatever else goes wrong in between is due to what was sent to find out more.
        """
        kind = failed.outcome["kind"]
        until_now = self._script_until_now()
        with_failure = self._attempt.snapshot()
        try:
            shortest = self._shortest(until_now, kind in _DIFFERENCES, before)
            for candidate, send in (
                (shortest, self._send_apart),
                (until_now, self._send_apart),
                # Where it takes more than one command at a time to see it.
                (script, self._send_at_once),
            ):
                again = self._failure_afresh(candidate, send, before)
                if again is not None:
                    raise again
        except RunTimedOut:
            if not any(command.may_wait for command in script):
                # What was found is true, though longer than it might be. Of clients that wait, that is
                # known only where the script was sent with care.
                kind = None
        if kind not in _DIFFERENCES:
            self._attempt.return_to(with_failure)
            raise failed
        self._return_to(before)
        words = [list(command.words) for command in script]
        sys.stderr.write(f"a difference to Redis did not come again: {words}\n")

    def _failure_afresh(self, script, send, before):
        """How the script fails on a program that has just started, or None where it does not."""
        self._return_to(before)
        self._attempt.collect_sends()
        self._attempt.launcher.is_recorded = self._is_recorded
        self._attempt.launcher.start_afresh()
        self._oracle.empty()
        turns = self._oracle.rehearse(script, "")
        self._is_careful = True
        try:
            send(turns)
        except Failed as failed:
            # One that takes all at once has no turn to look at.
            self._attempt.shortest_script[:] = turns if failed.outcome["kind"] == "differs" else ()
            return failed
        finally:
            self._is_careful = False
        return None

    def _shortest(self, script, is_difference, before):
        """The shortest script found that goes wrong: by another reply than Redis's, or otherwise."""
        attempt, timeouts = self._attempt, self._attempt.timeouts
        seconds = attempt.event_loop.seconds_left() - _SECONDS_KEPT
        attempt.is_final, attempt.timeouts = False, _TIMEOUTS
        try:
            self._heal()
            shrinking = Shrinking(script, lambda part: self._wrong_part(part, is_difference, before), seconds)
            shrinking.shrink()
            return shrinking.script
        finally:
            attempt.is_final, attempt.timeouts = True, timeouts

    def _wrong_part(self, script, is_difference, before):
        """The commands up to the first that goes wrong in this way, or None."""
        self._return_to(before)
        try:
            self._send(script)
        except Failed as failed:
            found = self._script_until_now()
            self._heal()
            is_alike = (failed.outcome["kind"] in _DIFFERENCES) is is_difference
            return found if found and is_alike else None
        return None

    def _heal(self):
        """Starts a program afresh that has broken down by what it was sent."""
        if self._attempt.records.crashes() or self._attempt.is_program_finished():
            self._attempt.launcher.start_afresh()

    def _script_until_now(self):
        return [turn.command for turn in self._turns[: self._answered + 1]]

    def _return_to(self, before):
        self._attempt.return_to(before)
        self._clients = {}

    def _send(self, script):
        """Sends a script on keys of its own: at once, where none of its clients has to wait."""
        self._turns, self._answered = (), 0
        self._scripts += 1
        self._turns = self._oracle.rehearse(script, f"{self._word}{self._scripts}:")
        if any(command.may_wait for command in script):
            self._send_in_turns()
        elif self._turns:
            self._send_together()

    def _send_at_once(self, turns):
        """Sends all at once; nothing where clients may have to wait.

        A reply that is wrong only then is told as any other one: sent one by one, as in a session, these
        commands show nothing.
        """
        self._turns, self._answered = turns, 0
        if not any(turn.command.may_wait for turn in turns):
            self._send_together()

    def _send_apart(self, turns):
        """Sends command by command, and says what differs."""
        self._turns, self._answered = turns, 0
        try:
            self._send_in_turns()
        except Failed as failed:
            self._raise_difference(failed, self._script_until_now())

    def _client(self, number):
        if number not in self._clients:
            self._clients[number] = self._connect()
        return self._clients[number]

    def _send_together(self):
        number = self._turns[0].command.client
        client = self._client(number)
        client.send_bytes(b"".join(resp.encode_command(turn.words) for turn in self._turns))
        for turn in self._turns:
            ((_, reply),) = turn.replies
            self._expect(number, reply)
            self._answered += 1

    def _send_in_turns(self):
        waiting = set()
        for turn in self._turns:
            asking, replies = turn.command.client, dict(turn.replies)
            self._client(asking).send(*turn.words)
            waiting = (waiting | {asking}) - set(replies)
            if asking in replies:
                self._expect(asking, replies.pop(asking))
            else:
                # It waits from now on, behind those who do so already.
                if self._is_careful:
                    self._clients[asking].let_it_be_read()
                self._attempt.settle()
                self._refuse_replies(waiting)
            if replies:
                # Where another one is served, that is sooner seen than that these are not.
                self._wait_for_any({*replies, *waiting})
                self._refuse_replies(waiting)
            for number, reply in replies.items():
                self._expect(number, reply)
            self._answered += 1
        self._attempt.settle()
        self._refuse_replies(waiting)
        for client in self._clients.values():
            client.refuse_extra_bytes()
        for number in waiting:
            self._clients.pop(number).close()

    def _wait_for_any(self, numbers):
        sockets = [self._clients[number].readable_socket() for number in numbers]
        until = monotonic() + self._attempt.timeouts.silence_ms / 1000
        self._attempt.event_loop.wait(until, [socket for socket in sockets if socket is not None])

    def _refuse_replies(self, numbers):
        """Fails where a client is answered that Redis lets wait."""
        for number in numbers:
            self._asked, self._expected = number, None
            try:
                self._clients[number].refuse_reply()
            except Failed as failed:
                raise self._difference(failed, self._script_until_now()) from None

    def _expect(self, number, reply):
        self._asked, self._expected = number, as_redis(reply)
        self._clients[number].expect(self._expected)

    def _raise_difference(self, failed, commands):
        """Raises a failure, where a reply was another one than Redis's as one of the script."""
        if failed.outcome["kind"] in _DIFFERENCES - {"differs"}:
            failed = self._difference(failed, commands)
        raise failed from None

    def _difference(self, failed, commands):
        # As in the trace: in the order in which they come.
        numbers = {}
        script = [_scripted(command, numbers.setdefault(command.client, len(numbers) + 1)) for command in commands]
        expected = None if self._expected is None else self._expected.fact
        received = self._clients[self._asked].received_fact()
        result = outcome.differs(script, numbers[self._asked], failed.outcome["reply"], expected, received)
        return Failed(result, failed.span, failed.wrong_byte, failed.is_decided)


def _scripted(command, client):
    """A command of a client as a `protocol::ScriptedCommand`."""
    words = [excerpt(word) for word in command.words_with("")]
    return {"client": client, "command": {"words": words, "cut_words": 0}}
