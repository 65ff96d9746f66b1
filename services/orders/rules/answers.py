"""The two answers that any request to orders may get (``services/engine/core/inbox.py`` says when)."""

from typing import Final

from contracts.messages.orders import RequestRefused, RequestRepeated
from services.engine.core.inbox import Answers

ANSWERS: Final = Answers(RequestRefused, RequestRepeated)
