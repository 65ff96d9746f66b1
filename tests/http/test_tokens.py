"""A token opens something only if the issuer signed it, for us, by an algorithm of our settings, and lately."""

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from services.http.callers.issuer import ALGORITHMS, Issuer
from services.http.callers.key_fetching import IssuerKeys
from services.http.callers.tokens import IssuedTokens, caller_of
from tests.http.issuer import AUDIENCE, LocalIssuer, by_hand, jwk, pem, rsa

Bad = Callable[[LocalIssuer], str]


@pytest.fixture(scope="module")
def local() -> Iterator[LocalIssuer]:
    with LocalIssuer() as found:
        yield found


@pytest.fixture
async def tokens(local: LocalIssuer) -> AsyncIterator[IssuedTokens]:
    issuer = Issuer(local.address, (AUDIENCE, "another"), ALGORITHMS)
    failed: list[Exception] = []
    yield IssuedTokens(issuer, IssuerKeys(issuer, failed.append))
    assert failed == []


async def test_who_asks_is_what_the_token_says(local: LocalIssuer, tokens: IssuedTokens) -> None:
    found = await tokens.find(local.token())
    assert found is not None
    assert (found.actor, found.scopes, found.source) == ("ada", frozenset({"orders:read", "orders:write"}), None)
    assert re.fullmatch("oidc:[0-9a-f]{24}", found.owner)
    assert found.name == found.owner


@pytest.mark.parametrize(
    ("kid", "algorithm"),
    [
        ("rsa", "RS256"),
        ("rsa", "RS512"),
        ("rsa", "PS256"),
        ("ec", "ES256"),
        ("ec384", "ES384"),
        ("ed", "EdDSA"),
    ],
)
async def test_any_algorithm_of_the_settings_is_good_by_a_key_of_its_kind(
    local: LocalIssuer, tokens: IssuedTokens, kid: str, algorithm: str
) -> None:
    assert await tokens.find(local.token(kid=kid, algorithm=algorithm)) is not None


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["somebody", AUDIENCE]},
        {"aud": "another"},
        {"scope": None},
        {"scope": ["orders:read"]},
        {"name": "Ada"},
    ],
)
async def test_claims_that_are_good(local: LocalIssuer, tokens: IssuedTokens, claims: dict[str, object]) -> None:
    assert await tokens.find(local.token(local.claims(**claims))) is not None


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -5), ("nbf", 25), ("iat", 25)])
async def test_clocks_may_differ_a_little(local: LocalIssuer, tokens: IssuedTokens, claim: str, seconds: int) -> None:
    await tokens.find(local.token())  # the keys are there: nothing slow comes between the token and its reading
    assert await tokens.find(local.token(local.claims(**{claim: int(time.time()) + seconds}))) is not None


def _with_its_own_key(issuer: LocalIssuer, kid: str | None = "rsa") -> str:
    other = rsa()
    return issuer.token(kid=kid, key=other, jwk=jwk(other, "rsa"))


BAD: dict[str, Bad] = {
    "nothing": lambda _: "",
    "no token": lambda _: "a.b.c",
    "too few parts": lambda i: i.token().rsplit(".", 1)[0],
    "unsigned, alg none": lambda i: by_hand({"alg": "none", "kid": "rsa"}, i.claims()),
    "unsigned, alg None": lambda i: by_hand({"alg": "None", "kid": "rsa"}, i.claims()),
    "unsigned, alg left out": lambda i: by_hand({"kid": "rsa"}, i.claims()),
    "unsigned, alg of ours": lambda i: by_hand({"alg": "RS256", "kid": "rsa"}, i.claims()),
    "HMAC with the public key as text": lambda i: by_hand(
        {"alg": "HS256", "kid": "rsa"},
        i.claims(),
        pem(i.keys["rsa"]),
    ),
    "HMAC with nothing": lambda i: by_hand({"alg": "HS256", "kid": "rsa"}, i.claims(), b""),
    "HMAC that says RS256": lambda i: by_hand(
        {"alg": "RS256", "kid": "rsa"},
        i.claims(),
        pem(i.keys["rsa"]),
    ),
    "signed by another key": lambda i: i.token(key=rsa()),
    "another key in its own header": _with_its_own_key,
    "another key in its own header without kid": lambda i: _with_its_own_key(i, kid=None),
    "the address of another key": lambda i: i.token(key=rsa(), jku=f"{i.address}/elsewhere"),
    "a certificate of its own": lambda i: i.token(key=rsa(), x5u=f"{i.address}/elsewhere"),
    "no kid": lambda i: i.token(kid=None, key=i.keys["rsa"]),
    "a kid that is no text": lambda i: by_hand({"alg": "RS256", "kid": {"$ne": None}}, i.claims(), b"x"),
    "an unknown kid": lambda i: i.token(kid="nobody", key=i.keys["rsa"]),
    "the kid of a key of another kind": lambda i: i.token(kid="ec", key=i.keys["rsa"]),
    "a key that is too short": lambda i: i.token(kid="small"),
    "a key of another curve": lambda i: i.token(kid="ec384", algorithm="ES256", key=i.keys["ec"]),
    "a critical header": lambda i: i.token(crit=["exp"], exp=1),
    "a changed claim": lambda i: _changed(i.token()),
    "a cut signature": lambda i: i.token()[:-4],
    "no iss": lambda i: i.token(i.claims(iss=None)),
    "another iss": lambda i: i.token(i.claims(iss="https://issuer.example")),
    "an iss that begins like ours": lambda i: i.token(i.claims(iss=i.address + "/evil")),
    "no aud": lambda i: i.token(i.claims(aud=None)),
    "another aud": lambda i: i.token(i.claims(aud="somebody")),
    "an aud that begins like ours": lambda i: i.token(i.claims(aud="leaseline-2")),
    "an empty list of aud": lambda i: i.token(i.claims(aud=[])),
    "no exp": lambda i: i.token(i.claims(exp=None)),
    "expired": lambda i: i.token(i.claims(exp=int(time.time()) - 31)),
    "an exp that is text": lambda i: i.token(i.claims(exp="tomorrow")),
    "not yet": lambda i: i.token(i.claims(nbf=int(time.time()) + 90)),
    "no sub": lambda i: i.token(i.claims(sub=None)),
    "an empty sub": lambda i: i.token(i.claims(sub="")),
    "a blank sub": lambda i: i.token(i.claims(sub="  ")),
    "a sub that is no text": lambda i: by_hand({"alg": "RS256", "kid": "rsa"}, i.claims(sub=7), b"x"),
    "a sub that is too long": lambda i: i.token(i.claims(sub="x" * 201)),
    "a source that is no text": lambda i: i.token(i.claims(leaseline_source={"$ne": None})),
    "a source that is empty": lambda i: i.token(i.claims(leaseline_source="")),
    "a source that is a list": lambda i: i.token(i.claims(leaseline_source=["shop-a"])),
    "a source that is one of ours": lambda i: i.token(i.claims(leaseline_source="http:office")),
}


def _changed(token: str) -> str:
    head, claims, signature = token.split(".")
    place = len(claims) // 2
    return ".".join([head, claims[:place] + ("A" if claims[place] != "A" else "B") + claims[place + 1 :], signature])


@pytest.mark.filterwarnings("ignore:The RSA key is 1024")  # so it is, and that is why
@pytest.mark.parametrize("name", BAD)
async def test_a_bad_token_opens_nothing(local: LocalIssuer, tokens: IssuedTokens, name: str) -> None:
    assert await tokens.find(local.token()) is not None  # so it is not for want of keys
    assert await tokens.find(BAD[name](local)) is None


@pytest.mark.parametrize("algorithm", ["RS512", "PS256", "ES384", "EdDSA"])
async def test_an_algorithm_that_the_settings_do_not_name_opens_nothing(local: LocalIssuer, algorithm: str) -> None:
    issuer = Issuer(local.address, (AUDIENCE,), ("RS256", "ES256"))
    tokens = IssuedTokens(issuer, IssuerKeys(issuer, lambda _: None))
    kid = {"RS": "rsa", "PS": "rsa", "ES": "ec384", "Ed": "ed"}[algorithm[:2]]
    assert await tokens.find(local.token(kid=kid, algorithm=algorithm)) is None
    assert await tokens.find(local.token()) is not None


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("orders:read", {"orders:read"}),
        (" orders:read  billing:run openid ", {"orders:read", "billing:run"}),
        (["orders:read", 7, None, "x"], {"orders:read"}),
        ("orders:*", set()),
        ("", set()),
        (None, set()),
        (7, set()),
        ({"orders:read": True}, set()),
        ("ORDERS:READ", set()),
    ],
)
def test_scopes_are_words_of_ours_and_nothing_else(scope: object, allowed: set[str]) -> None:
    found = caller_of({"sub": "ada", "scope": scope}, Issuer("https://x", ("y",)))
    assert found is not None
    assert found.scopes == allowed


def test_shop_and_actor_stand_where_the_settings_say() -> None:
    issuer = Issuer("https://x", ("y",), source_claim="shop", actor_claim="name", scopes_claim="scp")
    claims = {"sub": "ada", "shop": "shop-a", "name": "Ada Lovelace", "scp": ["orders:read"], "scope": "billing:run"}
    found = caller_of(claims, issuer)
    assert found is not None
    assert (found.actor, found.scopes, found.source) == ("Ada Lovelace", frozenset({"orders:read"}), "shop-a")


def test_a_subject_that_is_an_email_is_told_nowhere_but_in_the_history() -> None:
    claims = [{"sub": "ada@example.org", "name": "Ada"}, {"sub": "bo@example.org", "name": "Bo"}]
    issuer = Issuer("https://x", ("y",), actor_claim="name")
    found = [caller_of(each, issuer) for each in (*claims, *claims)]
    assert "example.org" not in str(found)
    assert [each.owner for each in found if each] == [each.owner for each in found[2:] if each] * 2
    assert len({each.owner for each in found if each}) == 2
    other = caller_of(claims[0], Issuer("https://z", ("y",)))
    assert other is not None
    assert found[0] is not None
    assert other.owner != found[0].owner


@pytest.mark.parametrize("actor", ["", "  ", 7, ["ada"], {"$gt": ""}, "x" * 201])
def test_an_actor_that_is_no_name_opens_nothing(actor: object) -> None:
    issuer = Issuer("https://x", ("y",), actor_claim="name")
    assert caller_of({"sub": "ada", "name": actor}, issuer) is None
