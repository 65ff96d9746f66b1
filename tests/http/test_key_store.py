"""Keys as they are kept, in a real MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from services.engine.adapters.mongo_client import connect
from services.engine.core.document import replace
from services.http.callers.issued import IssuedKey, NotGranted
from services.http.callers.key import digest, make_key, name_of
from services.http.callers.key_store import KEYS, KeyStore
from tests.http.test_issued import NOW, Like


class Kept:
    """The store, with a short way to fill it."""

    def __init__(self, store: KeyStore) -> None:
        self.store = store

    async def add(self, like: Like, now: datetime = NOW) -> IssuedKey:

        kept = digest(make_key(test=like.test))
        key = replace(like.key, name=name_of(kept))
        await self.store.add(kept, key, now)
        found = await self.store.find(kept)
        assert found == key
        return key


@pytest.fixture
async def kept(mongo: str, database: str) -> AsyncIterator[Kept]:
    async with connect(mongo) as client:
        yield Kept(KeyStore(client[f"{database}_http"]))


async def test_what_is_kept_is_read_as_it_was(kept: Kept) -> None:
    await kept.add(Like(source="shop-a", test=True, scopes=("orders:read", "orders:write")))


async def test_the_key_itself_is_nowhere(kept: Kept, mongo: str, database: str) -> None:
    text = make_key(test=False)
    await kept.store.add(digest(text), Like().key, NOW)
    async with connect(mongo) as client:
        documents = [each async for each in client[f"{database}_http"][KEYS].find()]
    assert len(documents) == 1
    assert text not in str(documents)
    assert text[8:-6] not in str(documents)


async def test_an_owner_has_two_live_keys_at_most(kept: Kept) -> None:
    first = await kept.add(Like())
    await kept.add(Like())
    with pytest.raises(NotGranted, match="two live keys"):
        await kept.add(Like())
    await kept.add(Like(owner="another"))
    await kept.store.revoke(first.name, NOW)
    await kept.add(Like())
    assert len(await kept.store.every("office")) == 3
    assert len(await kept.store.every()) == 4


async def test_however_many_ask_for_one_at_once(kept: Kept) -> None:
    made = await asyncio.gather(*(kept.add(Like()) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(each, IssuedKey) for each in made) == 2
    assert sum(isinstance(each, NotGranted) for each in made) == 6


async def test_one_that_expired_takes_no_place(kept: Kept) -> None:
    for _ in range(2):
        await kept.add(Like())
    await kept.add(Like(expires=NOW + timedelta(days=9)), now=NOW + timedelta(days=1))


async def test_a_revoked_one_is_revoked_for_ever_at_its_first_moment(kept: Kept) -> None:
    key = await kept.add(Like())
    for later in (0, 5):
        found = await kept.store.revoke(key.name, NOW + timedelta(seconds=later))
        assert found is not None
        assert found.revoked == NOW
    assert await kept.store.revoke("key-of-nobody", NOW) is None


async def test_its_last_use_is_true_to_a_minute_whoever_notes_it(kept: Kept) -> None:
    text = make_key(test=False)
    await kept.store.add(digest(text), Like().key, NOW)
    for seconds in (0, 30, 59):
        await kept.store.note_use(digest(text), NOW + timedelta(seconds=seconds))
    found = await kept.store.find(digest(text))
    assert found is not None
    assert found.last_used == NOW
    await kept.store.note_use(digest(text), NOW + timedelta(seconds=60))
    found = await kept.store.find(digest(text))
    assert found is not None
    assert found.last_used == NOW + timedelta(seconds=60)


async def test_no_owner_has_the_name_of_somebody_elses_shop(kept: Kept) -> None:
    await kept.add(Like(owner="partner", source="shop-a"))
    with pytest.raises(NotGranted, match="shop-a"):
        await kept.add(Like(owner="shop-a"))
    await kept.add(Like(owner="shop-a", source="shop-a"))
    await kept.add(Like(owner="office"))
    with pytest.raises(NotGranted, match="office"):
        await kept.add(Like(owner="partner", source="office"))
    await kept.add(Like(owner="office", source="office"))


async def test_whether_anything_opens_the_doors(kept: Kept) -> None:
    assert not await kept.store.any_live(NOW)
    key = await kept.add(Like())
    assert await kept.store.any_live(NOW)
    assert not await kept.store.any_live(NOW + timedelta(days=1))
    await kept.store.revoke(key.name, NOW)
    assert not await kept.store.any_live(NOW)
