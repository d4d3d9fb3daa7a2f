"""Every setting, from the environment (`SAYSO_...`) or a `.env` file. `docs/settings.md` describes each."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from connectors.phone.dialling import is_e164
from connectors.speech.catalogue import CHECKOUT_FOLDER
from dialogues.errors import SaysoError

PORT = 8642


class Settings(BaseSettings):
    """What differs between deployments. Secrets come from here only, and are never logged."""

    model_config = SettingsConfigDict(env_prefix="SAYSO_", env_file=".env", extra="ignore", frozen=True)

    data_folder: Path = Field(Path("var"), description="Where the database, the key and logs live.")
    database_url: str = Field(
        "", description="`sqlite:///...` or `postgresql://...`; empty: a file in the data folder."
    )
    encryption_keys: SecretStr = Field(
        SecretStr(""), description="Fernet keys, newest first, by comma; wins over a file."
    )
    encryption_key_file: Path | None = Field(
        None, description="A key file with rights 0600; empty: made at first start."
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(PORT, ge=1, le=65535, description="Port to listen on.")
    https: bool = Field(False, description="True when people reach the pages by https.")
    demo: bool = Field(False, description="Open the provider's page to this machine, without sign-in.")

    organisation: str = Field("Your care service", description="Who runs the services, as people hear it.")
    contact: str = Field("", description="Whom to ring for a person, in plain words.")

    nlu_url: str = Field("", description="An nlu server that runs already; empty: the app starts its own.")
    nlu_token: SecretStr = Field(SecretStr(""), description="Its token.")
    nlu: bool = Field(True, description="False: the built-in rules only, as when the nlu server is down.")

    coding: Path | None = Field(
        None, description="Folder of your own coding, made by `sayso themes train`; empty: `coding` in the data folder."
    )

    contact_from: time = Field(time(9), description="From when people may be written to or rung, local time.")
    contact_until: time = Field(time(20), description="Until when.")
    time_zone: str = Field("Europe/London", description="Where people live.")

    voice: str = Field("hibari", description="Who speaks: `hibari`, `kokoro` or `espeak`.")
    recordings: Path | None = Field(None, description="Folder of prompts read by a real person.")

    telegram_token: SecretStr = Field(SecretStr(""), description="The bot's token from @BotFather; empty: no Telegram.")
    telegram_invited_only: bool = Field(False, description="Talk on Telegram only with people who bring a code.")
    telegram_webhook: str = Field(
        "", description="Public https address of this app, for a webhook; empty: Sayso asks Telegram itself."
    )
    telegram_api: str = Field("", description="Another Bot API server; empty: Telegram's own.")

    models: Path | None = Field(
        None, description="Folder of the speech models; empty: `.cache/models` in the checkout."
    )
    recogniser: str = Field(
        "",
        description="What listens live: a name of `sayso models list`, or a Vosk folder; "
        "empty: the model of care, else `vosk-en`.",
    )
    second_pass: str = Field(
        "whisper-base", description="What hears answers again, better: a name, a faster-whisper folder, or `none`."
    )

    twilio_public_url: str = Field("", description="Where the world reaches this app: `https://...`; Twilio needs it.")
    phone_number: str = Field("", description="The service's own number, `+44...`: what people see when rung.")
    phone_person: str = Field("", description="Who takes calls that ask for a person, `+44...`; empty: nobody.")
    phone_person_from: time = Field(time(9), description="From when somebody is there, local time.")
    phone_person_until: time = Field(time(17), description="Until when.")
    phone_calls: int = Field(8, ge=1, le=200, description="Calls at once; one more hears the busy tone.")
    phone_audiosocket: str = Field(
        "", description="Where Asterisk reaches Sayso: `127.0.0.1:9092`; empty: no Asterisk."
    )
    phone_secret: SecretStr = Field(SecretStr(""), description="What Asterisk's dialplan shows; see deploy/asterisk.")
    ari_url: str = Field("http://127.0.0.1:8088/ari", description="Asterisk's REST interface, for calls to people.")
    ari_user: str = Field("sayso", description="Its user.")
    ari_endpoint: str = Field("PJSIP/{number}@trunk", description="What Asterisk dials; `{digits}`: without the plus.")
    ari_password: SecretStr = Field(SecretStr(""), description="Its password; empty: Sayso rings nobody by Asterisk.")
    twilio_account_sid: str = Field("", description="Account SID at Twilio; empty: no Twilio.")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Its auth token.")
    twilio_api: str = Field("https://api.twilio.com", description="Where its API is.")

    api_tokens: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Programs that may use the API: `name:scope+scope:secret`, by comma. Scopes: converse, insights.",
    )
    provider_token: SecretStr = Field(SecretStr(""), description="What staff sign in with on the provider's page.")
    trust_redaction: bool = Field(False, description="Show quotes before a person has checked their redaction.")

    alerts: SecretStr = Field(
        SecretStr(""),
        description="Where safeguarding alerts go, by comma: `smtp+starttls://user:password@host:587/?from=a&to=b`, "
        "`smtps://...`, `https://...` (signed POST).",
    )
    alerts_around_provider: SecretStr = Field(
        SecretStr(""), description="Where alerts go that name a provider's staff; empty: the same places."
    )
    alert_secret: SecretStr = Field(SecretStr(""), description="Signs alerts that are posted (HMAC-SHA256).")

    @field_validator("api_tokens", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("this time zone is not known; an example is Europe/London") from None
        return value

    @field_validator("phone_audiosocket")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.rpartition(":")[2].isdecimal():
            raise ValueError("write it as address:port; an example is 127.0.0.1:9092")
        return value

    @field_validator("phone_number", "phone_person")
    @classmethod
    def _number(cls, value: str) -> str:
        plain = value.replace(" ", "")
        if plain and not is_e164(plain):
            raise ValueError("write it as + and digits; an example is +441632960123")
        return plain

    @property
    def phone(self) -> bool:
        """True where there is a telephone line."""
        return bool(self.phone_audiosocket or self.twilio_account_sid)

    @property
    def coding_folder(self) -> Path:
        """Where an organisation's own coding lies, if it has one."""
        return self.coding or self.data_folder / "coding"

    @property
    def models_folder(self) -> Path:
        """Where speech models lie."""
        return self.models or CHECKOUT_FOLDER

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{self.data_folder.absolute() / 'sayso.db'}"


def load_settings(**overrides: object) -> Settings:
    """Reads the settings.

    Raises:
        SaysoError: `setting_invalid`, naming the setting and never its value.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = f"SAYSO_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise SaysoError("setting_invalid", f"The setting {name} is not right: {first['msg']}.") from None
