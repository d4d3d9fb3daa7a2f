"""The phone line, put together: records and engine on one side, transports on the other."""

from bot.phone.line import PhoneLine, open_phone

__all__ = ["PhoneLine", "open_phone"]
