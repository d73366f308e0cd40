"""Commands of the harness: each order that is carried out is logged before it is answered."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping

from pydantic import BaseModel

from tests.continuity.truth import Made, Truth
from wsgen_runtime import Command, CommandContext, WsCommands

TOPIC = "orders"


class Order(BaseModel):
    id: str


class Done(BaseModel):
    id: str


class Ordering:
    """Carries out orders."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    async def place(self, request: Order, context: CommandContext) -> Done:
        self._truth.log(TOPIC, Made(request.id, 1))
        await asyncio.sleep(random.choice((0, 0.001, 0.05)))
        return Done(id=request.id)


def commands(truth: Truth) -> WsCommands:
    """Return the commands of the harness."""
    place = Ordering(truth).place
    return WsCommands(
        Command(name="orders.place", request_type=Order, response_type=Done, run=place)
    )


def judge(outcomes: Mapping[str, str | None], done: Counter[str], *, forgetful: bool) -> list[str]:
    """Return what is wrong: `outcomes` is what applications were told, `done` how often each was carried out.

    Where Redis has lost its data, keys are `forgetful`: an order may be carried out again.
    """
    wrong = []
    for order, outcome in outcomes.items():
        count = done[order]
        if outcome is None:
            wrong.append(f"order {order} has no outcome")
        elif outcome == "done" and count == 0:
            wrong.append(f"order {order} is done, and was never carried out")
        elif outcome not in {"done", "OutcomeUnknown"} and count > 0:
            wrong.append(f"order {order} has failed with {outcome}, and was carried out")
        elif count > 1 and not forgetful:
            wrong.append(f"order {order} was carried out {count} times")
    return wrong
