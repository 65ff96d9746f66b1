"""The two answers that any request to billing may get (``services/engine/inbox.py`` says when)."""

from typing import Final

from contracts.billing import RequestRefused, RequestRepeated
from services.engine.inbox import Answers

ANSWERS: Final = Answers(RequestRefused, RequestRepeated)
REMEMBERED: Final = 256
"""Requests that are remembered of one subject, whether they took effect or not."""
