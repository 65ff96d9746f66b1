"""What a key may be like, and who asks with it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from services.http.callers.issued import IssuedKey, NotGranted, check_grant
from services.http.callers.scopes import SCOPES, WHOLE

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Like:
    """A key of the office, but for what a test says."""

    owner: str = "office"
    actor: str = "Ada"
    scopes: tuple[str, ...] = ("orders:read",)
    source: str | None = None
    test: bool = False
    expires: datetime = NOW + timedelta(days=1)
    revoked: datetime | None = None

    @property
    def key(self) -> IssuedKey:
        return IssuedKey(
            name="key-1", owner=self.owner, actor=self.actor, scopes=self.scopes, created=NOW, expires=self.expires,
            source=self.source, test=self.test, revoked=self.revoked,
        )  # fmt: skip


def test_who_asks_is_what_the_key_says() -> None:
    caller = Like(source="shop-a", test=True).key.caller()
    assert (caller.owner, caller.actor, caller.source, caller.name, caller.test) == (
        "office", "Ada", "shop-a", "key-1", True,
    )  # fmt: skip
    assert caller.scopes == {"orders:read"}


def test_a_scope_of_another_version_allows_nothing() -> None:
    assert Like(scopes=("orders:read", "moon:write")).key.caller().scopes == {"orders:read"}


@pytest.mark.parametrize(
    ("like", "state"),
    [
        (Like(), "live"),
        (Like(expires=NOW), "expired"),
        (Like(expires=NOW - timedelta(seconds=1)), "expired"),
        (Like(revoked=NOW - timedelta(days=1)), "revoked"),
        (Like(expires=NOW, revoked=NOW), "revoked"),
    ],
)
def test_a_key_opens_something_until_it_expires_or_is_revoked(like: Like, state: str) -> None:
    assert like.key.state(NOW) == state


@pytest.mark.parametrize(
    "like",
    [
        Like(),
        Like(owner="a"),
        Like(owner="Shop_1.test-2"),
        Like(actor="Frau Dr. Müller"),
        Like(scopes=tuple(SCOPES)),
        Like(source="shop-a"),
        Like(source="http://shop.example/orders"),
        Like(source="urn:shop:a", scopes=tuple(SCOPES.keys() - WHOLE)),
    ],
)
def test_what_may_be_made(like: Like) -> None:
    check_grant(like.key)


@pytest.mark.parametrize(
    ("like", "why"),
    [
        (Like(owner=""), "owner"),
        (Like(owner="ada@example.org"), "never a person"),
        (Like(owner="oidc:ada"), "owner"),
        (Like(owner="a b"), "owner"),
        (Like(owner="-a"), "owner"),
        (Like(owner="x" * 65), "owner"),
        (Like(owner="{$ne: 1}"), "owner"),
        (Like(actor=""), "actor"),
        (Like(actor=" \u2800"), "actor"),
        (Like(actor="a\nb"), "actor"),
        (Like(actor="x" * 201), "actor"),
        (Like(source=""), "source"),
        (Like(source="a b"), "source"),
        (Like(source="http:office"), "source"),
        (Like(source="oidc:ada"), "source"),
        (Like(source="x" * 201), "source"),
        (Like(scopes=()), "scope"),
        (Like(scopes=("orders:read", "moon:write")), "moon:write"),
        *((Like(scopes=(scope,), source="shop-a"), scope) for scope in sorted(WHOLE)),
    ],
)
def test_what_may_not_be_made_is_told_why(like: Like, why: str) -> None:
    with pytest.raises(NotGranted, match=why):
        check_grant(like.key)


@pytest.mark.parametrize("scope", sorted(WHOLE))
def test_who_is_bound_to_a_source_never_may_what_belongs_to_no_shop_alone(scope: str) -> None:
    # A token may say so, whoever made it; or a key of before.
    assert not Like(scopes=(scope,), source="shop-a").key.caller().may(scope)
    assert Like(scopes=(scope,)).key.caller().may(scope)
