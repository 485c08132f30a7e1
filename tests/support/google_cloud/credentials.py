"""A key file of a service account that exists on loopback alone, and its tokens."""

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.google_cloud.server import LoopbackServer, SilentHandler

PROJECT = "loopback-project"


class Credentials:
    """Hands out tokens for a throw-away key.

    Attributes:
      environment: variables that lead Google's libraries to the key.
    """

    def __init__(self, folder):
        """Writes the key file into a folder and starts the token service."""
        self._server = LoopbackServer(_Tokens)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        path = Path(folder) / "key.json"
        path.write_text(
            json.dumps(
                {
                    "type": "service_account",
                    "project_id": PROJECT,
                    "private_key_id": "1",
                    "private_key": key.private_bytes(
                        serialization.Encoding.PEM,
                        serialization.PrivateFormat.PKCS8,
                        serialization.NoEncryption(),
                    ).decode(),
                    "client_email": f"job@{PROJECT}.iam.gserviceaccount.com",
                    "client_id": "1",
                    "token_uri": f"http://localhost:{self._server.port}/token",
                }
            )
        )
        self.environment = {
            "GOOGLE_APPLICATION_CREDENTIALS": str(path),
            "GOOGLE_CLOUD_PROJECT": PROJECT,
        }

    def close(self):
        """Stops the token service."""
        self._server.close()


class _Tokens(SilentHandler):
    def do_POST(self):  # noqa: N802
        self.body()
        self.answer(
            {"access_token": "token", "expires_in": 3600, "token_type": "Bearer"}
        )
