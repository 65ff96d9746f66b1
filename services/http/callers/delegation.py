"""A console asks on behalf of whoever is logged in there: with their name, and no more than they may.

Two headers beside the key, which must have the scope ``delegate``: ``On-Behalf-Of: <name> <shown name>``, each
percent-encoded, and ``Scopes: <what this person may>``, words with blanks between them.
"""

from hashlib import sha256
from typing import Final
from urllib.parse import unquote

from starlette.requests import Request

from contracts.values.text import is_blank, tidy
from services.http.callers.caller import Caller
from services.http.callers.issued import LONGEST_ACTOR
from services.http.telling.problem import Fault, fault

DELEGATE: Final = "people:delegate"
ON_BEHALF_OF: Final = "on-behalf-of"
SCOPES_HEADER: Final = "scopes"
_LONGEST: Final = 600


def on_behalf(request: Request, caller: Caller) -> Caller:
    """The person that the key speaks for; the caller itself if it speaks for nobody. Raises ``Problem``: 403 for a key
    without the scope, 400 for a name that none can have.
    """
    named = request.headers.getlist(ON_BEHALF_OF)
    if not named:
        return caller
    if DELEGATE not in caller.scopes:
        raise fault(Fault.SCOPE_MISSING, f"only a key with the scope {DELEGATE} speaks for others")
    name, _, shown = named[0][:_LONGEST].partition(" ")
    person, actor = unquote(name), tidy(unquote(shown))
    if len(named) > 1 or is_blank(person) or is_blank(actor) or len(actor) > LONGEST_ACTOR or len(person) > 100:
        raise fault(Fault.PARAMETER_INVALID, "On-Behalf-Of is a name and how it is shown", parameter="On-Behalf-Of")
    allowed = frozenset(request.headers.get(SCOPES_HEADER, "").split()) & caller.scopes - {DELEGATE}
    whose = sha256(person.encode()).hexdigest()[:16]  # it stands in what is kept of each request: no name of a person
    return Caller(f"{caller.owner}:{whose}", actor, allowed, caller.source, f"{caller.name}:{whose}", caller.test)
