"""The web chat: a plain, accessible page at `/talk` that works with and without JavaScript."""

from connectors.ports import ServiceChoice
from connectors.web.pages import STATIC_FOLDER, TEMPLATES_FOLDER
from connectors.web.ports import ResumeCode, Services, Transcript
from connectors.web.routes import router

__all__ = [
    "STATIC_FOLDER",
    "TEMPLATES_FOLDER",
    "ResumeCode",
    "ServiceChoice",
    "Services",
    "Transcript",
    "router",
]
