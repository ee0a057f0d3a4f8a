"""Tokens at rest are encrypted, with a key that is kept elsewhere than the database (Xero's security standard for API consumers:
https://developer.xero.com/partner/security-standard-for-xero-api-consumers).

Keys and format are those of Fernet, as Airflow uses them for its connections. Of several keys the first encrypts and all decrypt, so that
a key can be replaced: tokens are written anew at every refresh.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from tillpost.errors import ConfigError

MAKE_A_KEY = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


class Sealer:
    """Encrypts and decrypts. Its repr shows no key."""

    def __init__(self, keys: str) -> None:
        """``keys``: Fernet keys, comma-separated; ConfigError where there is none, or where one is no key."""
        given = [key.strip() for key in keys.split(",") if key.strip()]
        if not given:
            raise ConfigError(
                "the tokens of a Xero consent are kept encrypted, and there is no key for that: set TILLPOST_FERNET_KEY, the same for all "
                f"workers and the command line (or AIRFLOW__CORE__FERNET_KEY, which serves too). This makes one: {MAKE_A_KEY}"
            )
        try:
            self._fernet = MultiFernet([Fernet(key) for key in given])
        except ValueError:
            # The text is a secret, even where it is a wrong one.
            raise ConfigError(
                "TILLPOST_FERNET_KEY (or AIRFLOW__CORE__FERNET_KEY) holds something that is no Fernet key: 32 bytes in URL-safe base64; "
                f"several are separated by commas. This makes one: {MAKE_A_KEY}"
            ) from None

    def seal(self, secret: str) -> str:
        """The secret, encrypted with the first key."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unseal(self, sealed: str, what: str) -> str:
        """The secret again; ConfigError naming ``what`` where no key fits."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError):
            raise ConfigError(
                f"{what} were encrypted with a key that is not among those of TILLPOST_FERNET_KEY (or AIRFLOW__CORE__FERNET_KEY): "
                "put that key back after the new one, separated by a comma, or give the consent again with `tillpost connect`."
            ) from None
