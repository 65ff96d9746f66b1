"""Which of the differences that `leaseline verify` finds their owner can mend, and what to do about the others."""

from collections.abc import Sequence
from typing import Final

from contracts.values.immutable import Immutable
from operations.verify.books import Books
from operations.verify.judging import CONFIRMED

ACCOUNTS: Final = 6
"""The invariant about accounts."""
_SENTENCES: Final = f"SELECT DISTINCT number, key, sentence {CONFIRMED} ORDER BY number, key"
_DRIFTED: Final = "account "
_GONE: Final = ("was said, billing does not have it", "there is no account ")
_REBUILD: Final = (
    "billing cannot count this anew from what it holds: if the rest is whole, make it anew "
    "(leaseline rebuild billing; docs/operations.md, section 8)"
)
_INDEX: Final = "run: leaseline orders index"
_LOOK: Final = (
    "no owner can tell from its own documents what is right: compare the topics (leaseline story), restore "
    "(docs/operations.md, section 8)"
)


class Difference(Immutable):
    """Something wrong: the invariant, the sentence with what stands and what should stand, and how it is mended:
    by the ``payer`` whose accounts are counted anew, or else by what ``otherwise`` says.
    """

    invariant: int
    sentence: str
    payer: str | None = None
    account: str | None = None
    version: int = 0
    otherwise: str = ""


def differences(books: Books, look: int) -> Sequence[Difference]:
    """Every difference of the last look, not only those that a report names."""
    versions = {str(account): int(version) for account, version in books.rows("SELECT account, version FROM accounts")}
    found = []
    for number in range(1, 8):
        for _, key, sentence in books.rows(_SENTENCES, (look, number)):
            found.append(_difference(number, str(key), str(sentence), versions))
    return found


def _difference(number: int, key: str, sentence: str, versions: dict[str, int]) -> Difference:
    if number == ACCOUNTS and any(part in sentence for part in _GONE):
        return Difference(number, sentence, otherwise=_REBUILD)
    account = key.partition(" ")[0]
    if number == ACCOUNTS and sentence.startswith(_DRIFTED) and account in versions:
        return Difference(number, sentence, account.partition("/")[0], account, versions[account])
    if _INDEX.removeprefix("run: ") in sentence:
        return Difference(number, sentence, otherwise=_INDEX)
    return Difference(number, sentence, otherwise=_REBUILD if number == ACCOUNTS else _LOOK)
