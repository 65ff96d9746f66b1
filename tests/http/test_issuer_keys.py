"""The issuer's keys are never lost to a fetch that fails, and never asked for more often than every 30 s."""

import json
import re
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key

from services.http.callers.issuer import Issuer
from services.http.callers.key_fetching import IssuerKeys, get
from services.http.callers.token_keys import read_keys
from services.http.callers.tokens import IssuedTokens
from services.http.telling.problem import Problem
from tests.http.issuer import AUDIENCE, LocalIssuer, jwk, rsa


@pytest.fixture
def local() -> Iterator[LocalIssuer]:
    with LocalIssuer() as found:
        yield found


class Process:
    """A process with the issuer's keys, and its clock."""

    def __init__(self, local: LocalIssuer, keys: str | None = None) -> None:
        self.issuer = Issuer(local.address, (AUDIENCE,), keys=keys)
        self.failed: list[str] = []
        self.seconds = 0.0
        self.keys = IssuerKeys(
            self.issuer, lambda error: self.failed.append(type(error).__name__), clock=lambda: self.seconds
        )
        self.tokens = IssuedTokens(self.issuer, self.keys)


async def test_they_are_found_by_the_issuers_own_description(local: LocalIssuer) -> None:
    process = Process(local)
    assert await process.keys.find("rsa") is not None
    assert local.asked == {"/.well-known/openid-configuration": 1, "/keys": 1}


async def test_or_at_the_address_of_the_settings(local: LocalIssuer) -> None:
    process = Process(local, f"{local.address}/keys")
    assert await process.keys.find("rsa") is not None
    assert local.asked == {"/keys": 1}


async def test_no_redirect_is_followed(local: LocalIssuer) -> None:
    process = Process(local, f"{local.address}/elsewhere")
    assert await process.keys.find("rsa") is None
    assert local.asked == {"/elsewhere": 1}
    assert process.failed


async def test_a_flood_of_unknown_keys_is_one_question_in_thirty_seconds(local: LocalIssuer) -> None:
    process = Process(local)
    for number in range(50):
        process.seconds = number * 0.59
        assert await process.keys.find(f"unknown-{number}") is None
        assert await process.keys.find("rsa") is not None
    assert local.asked["/keys"] == 1
    process.seconds = 30
    await process.keys.find("unknown")
    assert local.asked["/keys"] == 2


async def test_a_new_key_is_known_at_the_next_question_and_an_old_one_no_more(local: LocalIssuer) -> None:
    process = Process(local)
    await process.keys.find("rsa")
    local.shown = {"keys": [jwk(rsa(), "new")]}
    process.seconds = 31
    assert await process.keys.find("new") is not None
    assert await process.keys.find("rsa") is None


@pytest.mark.parametrize("shown", [{}, {"keys": []}, {"keys": "x"}, [], 7, {"keys": [{"kty": "oct", "kid": "a"}]}])
async def test_an_answer_without_a_key_takes_nothing_away(local: LocalIssuer, shown: object) -> None:
    process = Process(local)
    await process.keys.find("rsa")
    local.shown = shown  # type: ignore[assignment]  # what no issuer should say
    process.seconds = 31
    assert await process.keys.find("new") is None
    assert process.failed == ["ValueError"]
    assert await process.keys.find("rsa") is not None


async def test_an_issuer_that_is_away_takes_nothing_away(local: LocalIssuer) -> None:
    process = Process(local)
    await process.keys.find("rsa")
    local.status = 500
    for process.seconds in (31, 62, 86_400):
        assert await process.keys.find("new") is None
        assert await process.tokens.find(local.token()) is not None
    assert len(process.failed) == 3


async def test_while_no_key_is_known_a_token_is_not_wrong_but_unknown(local: LocalIssuer) -> None:
    local.status = 500
    process = Process(local)
    with pytest.raises(Problem) as told:
        await process.tokens.find(local.token())
    assert told.value.document.status == 503
    assert told.value.headers == {"Retry-After": "30"}
    local.status, process.seconds = 200, 31
    assert await process.tokens.find(local.token()) is not None


async def test_a_description_of_another_issuer_is_none(local: LocalIssuer) -> None:
    process = Process(local)
    other = IssuerKeys(
        Issuer(local.address.replace("127.0.0.1", "localhost"), (AUDIENCE,)),
        lambda error: process.failed.append(str(error)),
    )
    assert await other.find("rsa") is None
    assert "does not describe" in process.failed[0]


@pytest.mark.parametrize(
    "address", ["http://issuer.example/keys", "file:///etc/passwd", "ftp://127.0.0.1/", "https://", "", "//x"]
)
def test_keys_are_taken_only_from_where_nobody_on_the_way_can_answer(address: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(address)}$"):
        get(address)


def test_only_public_keys_for_signatures_are_read() -> None:
    private = {**jwk(rsa(), "private"), "d": "AQAB"}
    rows: list[object] = [
        jwk(rsa(), "good"),
        jwk(rsa(), "for-encryption", use="enc"),
        private,
        {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"},
        {**jwk(rsa(), ""), "kid": ""},
        {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
        {"kty": ["RSA"], "kid": "strange"},
        "text",
        None,
        7,
    ]
    assert set(read_keys(json.dumps({"keys": rows}).encode())) == {"good"}


def test_a_key_is_good_for_the_algorithm_that_its_issuer_says() -> None:
    keys = read_keys(json.dumps({"keys": [jwk(rsa(), "a", alg="PS256"), jwk(rsa(), "b")]}).encode())
    assert [keys["a"].fits(name) for name in ("PS256", "RS256", "ES256", "HS256")] == [True, False, False, False]
    assert [keys["b"].fits(name) for name in ("PS256", "RS256", "ES256", "HS256")] == [True, True, False, False]


def test_a_key_of_a_curve_is_good_for_the_algorithm_of_that_curve_alone() -> None:
    p256, p384 = generate_private_key(SECP256R1()), generate_private_key(SECP384R1())
    keys = read_keys(json.dumps({"keys": [jwk(p256, "a"), jwk(p384, "b")]}).encode())
    assert [keys["a"].fits(name) for name in ("ES256", "ES384", "EdDSA")] == [True, False, False]
    assert [keys["b"].fits(name) for name in ("ES256", "ES384", "EdDSA")] == [False, True, False]


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "AUDIENCE is not set"),
        ({"LEASELINE_OIDC_AUDIENCE": " , "}, "AUDIENCE is not set"),
        ({"LEASELINE_OIDC_AUDIENCE": "a", "LEASELINE_OIDC_ISSUER": "http://issuer.example"}, "https"),
        ({"LEASELINE_OIDC_AUDIENCE": "a", "LEASELINE_OIDC_ALGORITHMS": "HS256"}, "ALGORITHMS"),
        ({"LEASELINE_OIDC_AUDIENCE": "a", "LEASELINE_OIDC_ALGORITHMS": "RS256,none"}, "ALGORITHMS"),
        ({"LEASELINE_OIDC_AUDIENCE": "a", "LEASELINE_OIDC_KEYS": "http://issuer.example/keys"}, "KEYS"),
    ],
)
def test_settings_that_would_believe_anybody_stop_the_process(environment: dict[str, str], why: str) -> None:
    with pytest.raises(SystemExit, match=why):
        Issuer.read({"LEASELINE_OIDC_ISSUER": "https://issuer.example", **environment})


def test_an_issuer_by_its_settings() -> None:
    assert Issuer.read({}) is None
    found = Issuer.read(
        {
            "LEASELINE_OIDC_ISSUER": "https://issuer.example",
            "LEASELINE_OIDC_AUDIENCE": "a, b",
            "LEASELINE_OIDC_ALGORITHMS": "EdDSA",
            "LEASELINE_OIDC_SCOPES_CLAIM": "scp",
        }
    )
    assert found == Issuer("https://issuer.example", ("a", "b"), ("EdDSA",), scopes_claim="scp")
