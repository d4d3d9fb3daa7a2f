"""What the connector itself says. Linted like every wording (tests/connectors/telegram/test_words.py)."""

from __future__ import annotations

HOW_TO = "You can type, tap a button, or hold the microphone and speak."
READ_ALOUD = "Speak to me too"
TEXT_ONLY = "Only text, please"
NOT_QUITE = "Not quite"
HEARD = "I heard: “{text}”"
SAY_AGAIN = "Sorry about that. Please say it again, or type it."
SPEAKS_NOW = "From now on I speak as well. Tell me to slow down when you like."
TEXT_NOW = "From now on I write only."
NO_VOICE = "I have no voice just now. I will go on in writing."
LISTENING = "I am listening. It may take about {seconds} seconds."
NO_WORDS = "I could not hear any words in that. Please say it again, or type it."
NOT_MADE_OUT = (
    "Sorry, I could not make out the words. I am a machine, and only know English. Please say it again, or type it."
)
NOT_A_SOUND = "I could not open that sound. Please say it again, or type it."
TOO_LONG = "That one is too long for me. Please send it in parts, ten minutes at most."
TOO_BUSY = "Many people are speaking to me just now. Please send it again in a minute."
CANNOT_LISTEN = "I can not listen to voice notes just now. Please type it."
ONLY_WORDS = "I can not look at pictures or files. I can read words, and hear your voice."
CHOOSE = "Hello. I am Sayso, a machine. What would you like to talk about?"
CHOOSE_AGAIN = "Please tap one of these, so that I know what we talk about."
INVITED_ONLY = "Hello. I am Sayso, a machine. To begin, please tap the link that you were sent."
CODE_WRONG = "That code does not fit. Please check it, or ask whoever sent it."
GROUP = "I only talk with one person at a time. Please write to me by myself."
WENT_WRONG = "Something went wrong on my side. I have kept what you said. Please wait a little."
OVER = "That talk is over. To start a new one, send /start."
HELP = (
    "I am Sayso, a machine. I ask what matters to you about your care.\n\n"
    "Type, tap a button, or hold the microphone and speak. "
    "At any time you can say “skip”, “say that again” or “slow down”. "
    "Ask “who sees this?” when you like. Or say “I want a person”. To end, say “stop”.\n\n"
    "/start begins, or shows where we are. /voice turns my voice on or off. /help shows this."
)
PRIVATE = "Telegram keeps these messages too. They are not secret from Telegram."
COMMANDS = (
    ("start", "Begin, or see where we are"),
    ("help", "How it works"),
    ("voice", "Turn my voice on or off"),
    ("stop", "End the talk"),
)
"""The menu, `(command, what it does)`."""
EVERYTHING_SAID = tuple(value for name, value in sorted(globals().items()) if name.isupper() and isinstance(value, str))
"""Every wording above, for the lint."""
