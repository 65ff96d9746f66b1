"""The public keys of an issuer: fetched in the background, never lost to a fetch that fails.

What a token carries of keys (`jwk`, `jku`, `x5u`) is never looked at: whoever writes the token writes that.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import InvalidKeyError
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from contracts.values.immutable import Immutable

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey | Ed448PublicKey
SMALLEST_RSA: Final = 2_048
MOST: Final = 100
"""Keys of one issuer that are read."""
_CURVES: Final = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
_READERS: Final = {"RSA": RSAAlgorithm.from_jwk, "EC": ECAlgorithm.from_jwk, "OKP": OKPAlgorithm.from_jwk}


class TokenKey(Immutable):
    """A key with what its issuer says that it is for. ``algorithm`` None: any that fits its kind."""

    id: str
    key: PublicKey
    algorithm: str | None = None

    def fits(self, algorithm: str) -> bool:
        """Whether a token that says so may be signed by this key."""
        if self.algorithm not in (None, algorithm):
            return False
        if isinstance(self.key, RSAPublicKey):
            return algorithm[:2] in ("RS", "PS") and self.key.key_size >= SMALLEST_RSA
        if isinstance(self.key, EllipticCurvePublicKey):
            return _CURVES.get(algorithm) == self.key.curve.name
        return algorithm == "EdDSA"


def read_keys(document: bytes) -> Mapping[str, TokenKey]:
    """The keys of a JWK Set by their ids: public ones for signatures; what else it holds is passed over.

    Raises ValueError if there is none: such an answer is no reason to forget those that are known.
    """
    found: Any = json.loads(document)
    rows = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no JWK Set")  # noqa: TRY004 - what was fetched is wrong, not what was called
    keys = {key.id: key for key in map(_key, rows[:MOST]) if key is not None}
    if not keys:
        raise ValueError("no key for signatures in it")
    return keys


def _key(row: object) -> TokenKey | None:
    if not isinstance(row, dict) or row.get("use", "sig") != "sig" or "d" in row:
        return None
    id_, kind, algorithm = row.get("kid"), row.get("kty"), row.get("alg")
    if not isinstance(id_, str) or not id_ or not isinstance(kind, str) or kind not in _READERS:
        return None
    try:
        key = _READERS[kind](row)
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        return None
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey | Ed448PublicKey):
        return None
    return TokenKey(id_, key, algorithm if isinstance(algorithm, str) else None)
