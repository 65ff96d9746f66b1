"""The two answers that any request to orders may get (``services/engine/inbox.py`` says when)."""

from typing import Final

from contracts.orders import RequestRefused, RequestRepeated
from services.engine.inbox import Answers

ANSWERS: Final = Answers(RequestRefused, RequestRepeated)
