"""The phone line by Twilio: webhooks, Media Streams, and calls that we make."""

from connectors.phone.twilio.calls import Calls
from connectors.phone.twilio.checking import Finding, check
from connectors.phone.twilio.rest import TwilioDialler
from connectors.phone.twilio.settings import TwilioSettings
from connectors.phone.twilio.webhooks import router

__all__ = ["Calls", "Finding", "TwilioDialler", "TwilioSettings", "check", "router"]
