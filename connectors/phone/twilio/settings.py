"""What is set for the line by Twilio, and the addresses that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field

VOICE_PATH = "/phone/twilio/voice"
MEDIA_PATH = "/phone/twilio/media"
AFTER_PATH = "/phone/twilio/after"
HANDED_OVER_PATH = "/phone/twilio/handed-over"
STATUS_PATH = "/phone/twilio/status"
MACHINE_PATH = "/phone/twilio/machine"

API_URL = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """The account and the number.

    Attributes:
        account_sid: "AC" and 32 hexadecimal digits.
        auth_token: Signs what Twilio sends, and opens the API. Secret.
        number: The service's own number, E.164: people ring it, and see it when they are rung.
        public_url: Where Twilio reaches Sayso, as the world sees it: `https://host`, also behind a proxy.
        hand_over_number: Who takes calls that are handed over, E.164; "" for nobody.
        api_url: Where the API is.
        api_key: "SK" and 32 hexadecimal digits: opens the API in place of the auth token; "" for none.
        api_secret: Of the key. Secret.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    number: str
    public_url: str
    hand_over_number: str = ""
    api_url: str = API_URL
    api_key: str = ""
    api_secret: str = field(default="", repr=False)

    def url(self, path: str, query: str = "") -> str:
        """A path as Twilio calls it."""
        return f"{self.public_url.rstrip('/')}{path}" + (f"?{query}" if query else "")

    @property
    def media_url(self) -> str:
        """Where the stream of a call goes: `wss://…`."""
        return "ws" + self.url(MEDIA_PATH).removeprefix("http")

    @property
    def account_url(self) -> str:
        """The account in the API, without `.json`. Source: Twilio, REST API 2010-04-01."""
        return f"{self.api_url.rstrip('/')}/2010-04-01/Accounts/{self.account_sid}"

    @property
    def login(self) -> tuple[str, str]:
        """User and password of the API."""
        return (self.api_key, self.api_secret) if self.api_key else (self.account_sid, self.auth_token)
