"""What Twilio is told to do with a call. Source: Twilio, TwiML for Programmable Voice."""

from __future__ import annotations

from xml.etree import ElementTree as ET

TOKEN = "token"  # noqa: S105
"""The parameter of the stream that carries the token."""
LANGUAGE = "en-GB"
HAND_OVER_RING_SECONDS = 40

LINE_FAILED = "Sorry, the line has failed. You can ring us again at any time. Goodbye."
NOBODY_THERE = "Sorry, nobody can take your call just now. Please ring us again later. Goodbye."


def stream(url: str, token: str, after: str) -> str:
    """Connects the call with us, and asks what to do once the stream has ended.

    Args:
        url: `wss://…`; without a query, which Twilio does not pass on.
        token: Tells which call it is; comes back in the `start` message.
        after: Asked when the stream is over.
    """
    response = ET.Element("Response")
    connect = ET.SubElement(response, "Connect", action=after, method="POST")
    ET.SubElement(ET.SubElement(connect, "Stream", url=url), "Parameter", name=TOKEN, value=token)
    return _document(response)


def hand_over(number: str, caller_id: str, after: str) -> str:
    """Rings somebody and connects them.

    Args:
        number: Whom, E.164.
        caller_id: What they see: the service's own number.
        after: Asked when that call is over, or nobody took it.
    """
    response = ET.Element("Response")
    dial = ET.SubElement(
        response,
        "Dial",
        callerId=caller_id,
        timeout=str(HAND_OVER_RING_SECONDS),
        action=after,
        method="POST",
    )
    ET.SubElement(dial, "Number").text = number
    return _document(response)


def hang_up(words: str = "") -> str:
    """Ends the call.

    Args:
        words: Said before; "" for none.
    """
    response = ET.Element("Response")
    if words:
        ET.SubElement(response, "Say", language=LANGUAGE).text = words
    ET.SubElement(response, "Hangup")
    return _document(response)


def _document(response: ET.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(response, encoding="unicode")
