"""Who asks with a key: looked up once for some seconds, revoked for everybody within 30."""

from datetime import datetime, timedelta

import pytest
from pymongo.errors import ConnectionFailure, PyMongoError

from services.http.callers import api_keys
from services.http.callers.api_keys import ApiKeys
from services.http.callers.issued import IssuedKey
from services.http.callers.key import digest, make_key
from services.http.callers.key_store import KeyStore
from tests.http.test_issued import NOW, Like

KEY = make_key(test=False)


class Fake(KeyStore):
    """The store, as a dictionary."""

    def __init__(self, **keys: IssuedKey) -> None:
        self.keys = keys
        self.looked: list[str] = []
        self.noted: list[tuple[str, datetime]] = []
        self.away: PyMongoError | None = None

    async def find(self, digest: str) -> IssuedKey | None:
        self.looked.append(digest)
        if self.away is not None:
            raise self.away
        return self.keys.get(digest)

    async def note_use(self, digest: str, now: datetime) -> None:
        if self.away is not None:
            raise self.away
        self.noted.append((digest, now))


class Told:
    """A process with its keys and its clocks."""

    def __init__(self, key: IssuedKey | None) -> None:
        self.store = Fake(**({} if key is None else {digest(KEY): key}))
        self.seconds = 0.0
        self.failed: list[Exception] = []
        self.keys = ApiKeys(self.store, self.now, self.failed.append, lambda: self.seconds)

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)


async def test_a_key_that_is_known_is_its_holders() -> None:
    told = Told(Like().key)
    found = await told.keys.find(KEY)
    assert found is not None
    assert found.owner == "office"


@pytest.mark.parametrize("key", [None, Like(expires=NOW).key, Like(revoked=NOW).key])
async def test_one_that_nobody_made_or_that_is_over_is_nobodys(key: IssuedKey | None) -> None:
    assert await Told(key).keys.find(KEY) is None


async def test_a_slip_costs_no_look_up() -> None:
    told = Told(Like().key)
    assert await told.keys.find(KEY[:-1] + ("a" if KEY[-1] != "a" else "b")) is None
    assert told.store.looked == []


async def test_it_is_looked_up_again_only_after_some_seconds() -> None:
    told = Told(Like().key)
    for told.seconds in (0, 5, 19.9):
        await told.keys.find(KEY)
    assert len(told.store.looked) == 1
    told.seconds = 20
    await told.keys.find(KEY)
    assert len(told.store.looked) == 2


async def test_a_revoked_one_opens_nothing_thirty_seconds_later() -> None:
    told = Told(Like().key)
    assert await told.keys.find(KEY) is not None
    told.store.keys[digest(KEY)] = Like(revoked=NOW).key
    told.seconds = 30
    assert await told.keys.find(KEY) is None


async def test_it_expires_at_its_moment_whatever_is_remembered() -> None:
    told = Told(Like(expires=NOW + timedelta(seconds=10)).key)
    assert await told.keys.find(KEY) is not None
    told.seconds = 10
    assert await told.keys.find(KEY) is None


async def test_nobody_is_let_in_on_what_was_known_while_the_database_is_away() -> None:
    told = Told(Like().key)
    await told.keys.find(KEY)
    told.seconds, told.store.away = 20, ConnectionFailure()
    with pytest.raises(ConnectionFailure):
        await told.keys.find(KEY)


async def test_its_use_is_noted_once_a_minute() -> None:
    told = Told(Like().key)
    for told.seconds in (0, 10, 59, 60, 61, 119, 120):
        await told.keys.find(KEY)
        await told.keys.close()
    moments = [NOW + timedelta(minutes=minutes) for minutes in (0, 1, 2)]
    assert told.store.noted == [(digest(KEY), moment) for moment in moments]


async def test_a_use_that_cannot_be_noted_turns_nobody_away() -> None:
    told = Told(Like().key)
    await told.keys.find(KEY)
    await told.keys.close()
    told.store.away, told.seconds = ConnectionFailure(), 19
    told.keys._seen[digest(KEY)].noted = -100
    assert await told.keys.find(KEY) is not None
    await told.keys.close()
    assert [type(error) for error in told.failed] == [ConnectionFailure]


async def test_a_flood_of_keys_that_nobody_made_is_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "MOST", 10)
    told = Told(Like().key)
    for _ in range(50):
        assert await told.keys.find(make_key(test=True)) is None
    assert len(told.keys._seen) == 10
    assert await told.keys.find(KEY) is not None
