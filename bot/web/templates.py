"""Renders the pages of this folder, which build on the web chat's base page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import HTMLResponse

from bot.web.provider_views import FEW, SENTIMENTS
from connectors.web import pages

TEMPLATES_FOLDER = Path(__file__).parent / "templates"
STATIC_FOLDER = Path(__file__).parent / "static"

_environment = pages.environment(TEMPLATES_FOLDER)
_environment.globals.update(
    version=pages.version(pages.STATIC_FOLDER, STATIC_FOLDER), few=FEW, sentiments=list(SENTIMENTS.values())
)


def render(template: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """Renders a page that no cache keeps."""
    return pages.page(_environment, template, values, status=status)
