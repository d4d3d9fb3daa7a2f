"""One shape for every error: JSON for programs, a page in plain words for people. Neither repeats what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.web.templates import render
from dialogues.errors import SaysoError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plain:
    """What a person or a program is told."""

    code: str
    message: str


BY_STATUS = {
    400: Plain("bad_request", "We could not read that. Please check it and try again."),
    401: Plain("token_wrong", "This needs a valid token. Send it as: Authorization: Bearer TOKEN."),
    403: Plain("forbidden", "This token may not do that. Ask for one with the right scope."),
    404: Plain("not_found", "There is nothing at this address. Check the address."),
    405: Plain("method_not_allowed", "This address does not work that way. Check the method."),
    409: Plain("conflict", "That is not possible any more. Please start again."),
    413: Plain("too_large", "That is too long. Please send it in smaller parts."),
    422: Plain("invalid", "Something in the request is missing or wrong. Check the fields."),
    429: Plain("too_many", "That was very fast. Please wait a moment, then try again."),
    500: Plain("unexpected", "Something went wrong on our side. Please try again in a minute."),
    503: Plain("not_ready", "Sayso is not ready just now. Please try again in a minute."),
}

TITLES = {
    403: "That is not allowed",
    404: "This page is not here",
    413: "That is too long",
    429: "Please wait a moment",
    503: "Not ready just now",
}
PAGES = {
    403: "You may not see this page. Please go back and try again.",
    404: "The address may be wrong. Please go back to the first page.",
    405: "The address may be wrong. Please go back to the first page.",
}
OTHER_TITLE = "Something went wrong"

CALLERS_CODES = ("conversation_", "service_", "resume_", "code_", "theme_", "text_", "message_", "period_", "export_")
"""How the codes of those errors begin that a caller can do something about."""

STATUS_BY_ENDING = {"unknown": 404, "ended": 409, "closed": 409, "over": 409, "expired": 409, "too_long": 413}


class ApiError(SaysoError):
    """An error that knows its HTTP status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code, message)
        self.status = status


def status_of(error: SaysoError) -> int:
    """The HTTP status for an error of ours: 503 where trying again can help, 500 where only we can help."""
    if isinstance(error, ApiError):
        return error.status
    if not error.code.startswith(CALLERS_CODES):
        return 500 if error.permanent else 503
    for ending, status in STATUS_BY_ENDING.items():
        if error.code.endswith(ending):
            return status
    return 400 if error.permanent else 503


def answer(path: str, status: int, plain: Plain | None = None, headers: dict[str, str] | None = None) -> Response:
    """The error in the caller's form: JSON under `/api` and for probes, else a page."""
    told = plain or BY_STATUS.get(status, BY_STATUS[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500])
    if is_for_programs(path):
        body = {"error": {"code": told.code, "message": told.message}}
        return JSONResponse(body, status_code=status, headers=headers)
    words = plain.message if plain else PAGES.get(status, told.message)
    values = {"title": TITLES.get(status, OTHER_TITLE), "message": words}
    page = render("error.html", values, status=status)
    page.headers.update(headers or {})
    return page


def is_for_programs(path: str) -> bool:
    """True for the addresses that programs use."""
    return path.startswith("/api/") or path in {"/api", "/healthz", "/readyz"}


def log_failure(error: BaseException, path: str) -> None:
    """Logs an unexpected fault by kind and place; never its message, which may hold a person's words."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    log.error("web.unexpected", error=type(error).__name__, where=places[-4:], area=path.split("/")[1:2])


def install(app: FastAPI) -> None:
    """Registers the handlers."""
    app.exception_handler(SaysoError)(_on_sayso_error)
    app.exception_handler(TimeoutError)(_on_timeout)
    app.exception_handler(RequestValidationError)(_on_invalid)
    app.exception_handler(HTTPException)(_on_http_error)


async def _on_sayso_error(request: Request, error: SaysoError) -> Response:
    status = status_of(error)
    headers = {"www-authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = "5"
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log_failure(error, request.url.path)
        return answer(request.url.path, status)
    return answer(request.url.path, status, Plain(error.code, error.message), headers)


async def _on_timeout(request: Request, error: Exception) -> Response:
    log_failure(error, request.url.path)
    return answer(request.url.path, 503, headers={"retry-after": "5"})


async def _on_invalid(request: Request, error: RequestValidationError) -> Response:
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return answer(
            request.url.path, 400, Plain("json_invalid", "The body is not valid JSON. Check it and send again.")
        )
    fields = sorted({_field(problem["loc"]) for problem in problems})
    return answer(request.url.path, 422, Plain("invalid", f"Check these fields: {', '.join(fields)}."))


def _field(location: tuple[int | str, ...]) -> str:
    """The name of a field of ours; what a caller made up is not repeated."""
    return str(location[1]) if len(location) > 1 and location[1] in FIELDS else "body"


FIELDS = frozenset(
    {
        *("service", "preferred_name", "channel", "resume_code", "text", "voice", "message_id", "from", "to"),
        *("confidence", "format", "bom"),
    }
)


async def _on_http_error(request: Request, error: HTTPException) -> Response:
    return answer(request.url.path, error.status_code, headers=dict(error.headers or {}))
