"""Refuses forms that another site sends in a person's name."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Tells whether a POST comes from Sayso's own pages.

    Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`, the oldest only in `Referer`.
    Only the host is compared, because a proxy in front may end https. A request with none of the three comes from
    no browser, or from one whose cookies `SameSite=Strict` guards.

    Args:
        headers: Request headers, case-insensitive.

    Source: the order of checks follows Go's `net/http.CrossOriginProtection`.
    """
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site:
        return fetch_site in {"same-origin", "none"}
    claimed = headers.get("origin") or headers.get("referer")
    if not claimed:
        return True
    try:
        return bool(claimed != "null" and urlsplit(claimed).netloc == headers.get("host"))
    except ValueError:
        return False
