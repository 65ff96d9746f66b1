"""The two answers that any request to billing may get (``services/engine/core/inbox.py`` says when)."""

from typing import Final

from contracts.messages.billing import RequestRefused, RequestRepeated
from services.engine.core.inbox import Answers

ANSWERS: Final = Answers(RequestRefused, RequestRepeated)
REMEMBERED: Final = 256
"""Requests that are remembered of one subject, whether they took effect or not."""
