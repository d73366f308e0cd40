"""The commands of one client, which are answered in the order in which they were asked."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from wsgen_runtime.command import CommandContext
from wsgen_runtime.commands.desk import CommandDesk
from wsgen_runtime.commands.outcomes import FAILED, Outcome, refused, unavailable
from wsgen_runtime.commands.performance import Performance, Serve
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.events import AskCommand, Fault
from wsgen_runtime.protocol.frames import command_frame
from wsgen_runtime.protocol.payloads import ErrorCode


@dataclass(slots=True, eq=False)
class CommandTurns:
    """The commands that one client has asked, of which one at a time is carried out, in a task of its own.

    What was asked with a key is carried out also when the client has gone, unless the server has closed its
    connection.
    """

    client: Client
    desk: CommandDesk
    serve: Serve
    _asked: deque[tuple[AskCommand, str | None]] = field(default_factory=deque)
    _serving: "asyncio.Task[None] | None" = None

    def ask(self, asked: AskCommand) -> None:
        """Answer `asked` when its turn comes, or at once if too many wait already."""
        if not self.desk.take(len(self._asked), asked.size):
            self._answer(asked, unavailable("Too many commands wait for an answer"))
            return
        self._asked.append((asked, self.client.user_id))
        if self._serving is None:
            self._serving = self.desk.begin(self._serve())

    async def _serve(self) -> None:
        try:
            while self._asked:
                asked, user_id = self._asked[0]
                if not self._is_dropped(asked):
                    outcome = await self._outcome(asked, user_id)
                    if outcome is not None:
                        self._answer(asked, outcome)
                self._asked.popleft()
                self.desk.give_back(asked.size)
        finally:
            while self._asked:
                self.desk.give_back(self._asked.popleft()[0].size)
            self._serving = None

    def _is_dropped(self, asked: AskCommand) -> bool:
        client = self.client
        return client.closing or (client.lost and asked.key is None)

    async def _outcome(self, asked: AskCommand, user_id: str | None) -> Outcome | None:
        client = self.client
        if self.desk.stopping:
            return unavailable("The server is shutting down")
        if client.user_id != user_id:  # a renewal has changed it
            return refused(ErrorCode.UNAUTHORIZED, "Not authorized to use this command")
        context = CommandContext(client, client.user, user_id, asked.key)
        command = self.desk.commands[asked.name]
        performance = Performance(command, asked.request, context, self.serve)
        try:
            return await self.desk.outcome(performance, asked.digest, gone=lambda: client.lost)
        except Exception as error:  # the store of keys may be that of a broker of the user
            self.desk.clients.note_failure(client, error)
            return FAILED

    def _answer(self, asked: AskCommand, outcome: Outcome) -> None:
        clients, error = self.desk.clients, outcome.error
        self.desk.counters.commands += 1
        if error is None:
            frame = command_frame(asked.name, outcome.response, asked.id)
            clients.answer(self.client, frame)
        else:
            fault = Fault(
                error.code, error.message, error.details, asked.id, retry_after=error.retry_after
            )
            clients.refuse(self.client, fault)
