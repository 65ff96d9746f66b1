"""A small issuer of tokens on this machine: it describes itself, gives its public keys, and signs what a test wants."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "leaseline"
PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey


def rsa(bits: int = 2048) -> RSAPrivateKey:
    return generate_rsa(public_exponent=65537, key_size=bits)


def jwk(key: PrivateKey, kid: str, **more: object) -> dict[str, Any]:
    """The public half as an issuer shows it."""
    if isinstance(key, RSAPrivateKey):
        found = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, EllipticCurvePrivateKey):
        found = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        found = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**found, "kid": kid, "use": "sig", **more}


def pem(key: PrivateKey) -> bytes:
    """The public key as text: what a careless reader would take for a shared secret."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class LocalIssuer:
    """Keys `rsa` (any algorithm), `ec` (P-256), `ec384`, `ed`, and `small`, which is too short to prove anything."""

    def __init__(self) -> None:
        self.keys: dict[str, PrivateKey] = {
            "rsa": rsa(),
            "ec": generate_ec(SECP256R1()),
            "ec384": generate_ec(SECP384R1()),
            "ed": Ed25519PrivateKey.generate(),
            "small": rsa(1024),
        }
        self.shown: dict[str, Any] = {"keys": [jwk(key, kid) for kid, key in self.keys.items()]}
        self.status = 200
        self.asked: Counter[str] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def claims(self, **changed: object) -> dict[str, Any]:
        """Claims of a good token; None leaves one out."""
        good = {
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": "ada",
            "exp": int(time.time()) + 300,
            "scope": "openid orders:read orders:write",
        }
        return {name: value for name, value in {**good, **changed}.items() if value is not None}

    def token(
        self,
        claims: Mapping[str, Any] | None = None,
        kid: str | None = "rsa",
        algorithm: str = "RS256",
        key: PrivateKey | None = None,
        **header: object,
    ) -> str:
        """Signed by the key of this id, or by ``key``, whatever the header says."""
        found = self.keys[str(kid)] if key is None else key
        headers = {**({} if kid is None else {"kid": kid}), **header}
        return jwt.encode(
            dict(self.claims() if claims is None else claims), found, algorithm=algorithm, headers=headers
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked[self.path] += 1
                described = {"issuer": issuer.address, "jwks_uri": f"{issuer.address}/keys"}
                found = {"/.well-known/openid-configuration": described, "/keys": issuer.shown}.get(self.path)
                if self.path == "/elsewhere":
                    self.send_response(302)
                    self.send_header("Location", f"{issuer.address}/keys")
                    self.end_headers()
                    return
                body = json.dumps(found).encode()
                self.send_response(404 if found is None else issuer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the server's word
                del format, args

        return Handler


def by_hand(header: Mapping[str, object], claims: Mapping[str, object], secret: bytes | None = None) -> str:
    """A token that no library would make: unsigned, or signed by HMAC with whatever somebody took for a secret."""
    parts = [base64.urlsafe_b64encode(json.dumps(dict(part)).encode()).rstrip(b"=") for part in (header, claims)]
    signature = b"" if secret is None else hmac.new(secret, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
