"""The web chat's addresses: `/talk`, and what its forms post to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from connectors.ports import ServiceChoice
from connectors.web import cookies, forms, pages, words
from connectors.web.cookies import Visit
from connectors.web.forms import EMPTY_BOX, Box, Said
from connectors.web.origin import is_same_origin
from connectors.web.ports import ResumeCode, Services, Transcript
from dialogues.errors import SaysoError
from dialogues.types import Reply, Turn, TurnHandler

CHANNEL = "web"
CONVERSATION_PAGE = "/talk/conversation"
TURN_TIMEOUT_SECONDS = 30.0

WENT_WRONG = "Something went wrong. Your words are still in the box. Please press Send again."
OTHER_SITE = "That did not come from this page. Please start again here."
NO_SERVICE = "Please choose a service from the list."
NO_CODE = "Please type your code first."
START_FAILED = "We could not start just now. Please try again in a minute."
GONE = "That talk is closed. You can start a new one here."

log = structlog.get_logger(__name__)


def router(
    handler: TurnHandler, *, services: Services, transcript: Transcript, resume_code: ResumeCode, contact: str = ""
) -> APIRouter:
    """Builds the web chat.

    Args:
        handler: Answers the turns.
        services: Gives the services to choose from.
        transcript: Gives what was said so far in a conversation.
        resume_code: Gives the code to carry on later; asked once, right after a start.
        contact: Whom to ring for a person, in plain words, e.g. "Ring Anna on 01274 000000."; empty for none.

    The caller serves `STATIC_FOLDER` at `/static/talk`.
    """
    chat = _Chat(handler, services, transcript, resume_code, contact)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/talk", chat.show_start, methods=["GET"])
    routes.add_api_route("/talk/start", chat.start, methods=["POST"])
    routes.add_api_route("/talk/start", _to_start, methods=["GET"])
    routes.add_api_route(CONVERSATION_PAGE, chat.show_conversation, methods=["GET"])
    routes.add_api_route("/talk/say", chat.say, methods=["POST"])
    routes.add_api_route("/talk/say", _to_start, methods=["GET"])
    routes.add_api_route("/talk/leave", chat.leave, methods=["POST"])
    return routes


async def _to_start() -> Response:
    return RedirectResponse("/talk", status_code=303)


class _Chat:
    def __init__(
        self, handler: TurnHandler, services: Services, transcript: Transcript, resume_code: ResumeCode, contact: str
    ) -> None:
        self._handler = handler
        self._services = services
        self._transcript = transcript
        self._resume_code = resume_code
        self._contact = contact
        self._env = pages.environment()
        self._env.globals.update(helpers=pages.HELPERS, voices=pages.VOICES, version=pages.version(pages.STATIC_FOLDER))

    async def show_start(self, request: Request) -> Response:
        notice = GONE if request.query_params.get("note") == "closed" else ""
        return await self._start_page(request, notice, status=200)

    async def start(self, request: Request) -> Response:
        """Opens a conversation, or takes one up again by its code."""
        if not is_same_origin(request.headers):
            return await self._start_page(request, OTHER_SITE, status=403)
        form = await forms.fields(request)
        code = words.clean_line(form.get("code", ""), words.LONGEST_CODE_CHARACTERS)
        if not code and form.get("way") == "code":
            return await self._start_page(request, NO_CODE, status=400)
        service = form.get("service", "")
        if not code and service not in {choice.id for choice in await self._services()}:
            return await self._start_page(request, NO_SERVICE, status=400)
        name = words.clean_line(form.get("name", ""), words.LONGEST_NAME_CHARACTERS)
        return await self._open(request, service, name, code, voice=form.get("voice", ""))

    async def _open(self, request: Request, service: str, name: str, code: str, *, voice: str) -> Response:
        try:
            async with asyncio.timeout(TURN_TIMEOUT_SECONDS):
                reply = await self._handler.start(
                    service=service, channel=CHANNEL, preferred_name=name, resume_code=code
                )
                shown_code = code or await self._resume_code(reply.conversation_id)
        except SaysoError as error:
            return await self._start_page(request, error.message, status=400 if error.permanent else 503)
        except Exception as error:  # whatever fails, the person gets a page to go on with
            _log_failure("web.start_failed", error)
            return await self._start_page(request, START_FAILED, status=500)
        response = RedirectResponse(f"{CONVERSATION_PAGE}#latest", status_code=303)
        cookies.remember(request, response, cookies.CONVERSATION, reply.conversation_id)
        cookies.remember(request, response, cookies.VOICE, cookies.to_voice(voice))
        if shown_code:
            cookies.remember(request, response, cookies.CODE, shown_code)
            cookies.remember(request, response, cookies.NEW, "1")
        else:  # an earlier talk's code must not be shown with this one
            cookies.forget(request, response, cookies.CODE, cookies.NEW)
        return response

    async def show_conversation(self, request: Request) -> Response:
        visit = cookies.read(request)
        if not visit.conversation_id:
            return await _to_start()
        try:
            return await self._conversation_page(request, visit)
        except SaysoError as error:
            if not _is_closed(error):
                raise
            return _closed(request)

    async def say(self, request: Request) -> Response:
        """Hands one turn on; answers a script with JSON, a plain form with the page."""
        visit = cookies.read(request)
        form = await forms.fields(request)
        said = forms.read_said(form)
        if not is_same_origin(request.headers):
            return await self._start_page(request, OTHER_SITE, status=403)
        if not visit.conversation_id:
            return _gone_for_script() if _is_script(request) else await _to_start()
        visit = replace(visit, voice=cookies.to_voice(form.get("voice", visit.voice)))
        problem = forms.problem(said)
        if problem:
            return await self._refuse(request, visit, said, *problem)
        return await self._answer(request, visit, said)

    async def _answer(self, request: Request, visit: Visit, said: Said) -> Response:
        turn = Turn(visit.conversation_id, said.message_id, said.text, datetime.now(UTC), visit.voice, CHANNEL)
        try:
            async with asyncio.timeout(TURN_TIMEOUT_SECONDS):
                reply = await self._handler.handle_turn(turn)
        except SaysoError as error:
            if _is_closed(error):
                return _gone_for_script() if _is_script(request) else _closed(request)
            return await self._refuse(request, visit, said, error.message, 400 if error.permanent else 503)
        except Exception as error:  # a person's words must not be lost to a fault of ours
            _log_failure("web.turn_failed", error)
            return await self._refuse(request, visit, said, WENT_WRONG, 500)
        if _is_script(request):
            return await self._script_answer(request, visit, said, reply)
        return await self._form_answer(request, visit, said)

    async def _form_answer(self, request: Request, visit: Visit, said: Said) -> Response:
        response: Response = RedirectResponse(f"{CONVERSATION_PAGE}#latest", status_code=303)
        if said.is_helper and said.draft:  # the half-written answer stays in the box
            response = await self._conversation_page(request, visit, Box(draft=said.draft))
        cookies.remember(request, response, cookies.VOICE, visit.voice)
        return response

    async def _script_answer(self, request: Request, visit: Visit, said: Said, reply: Reply) -> Response:
        values = self._values(visit, reply)
        added = pages.mark_latest(pages.new_messages(said.text, reply))
        body = {
            "messages": self._env.get_template("_messages.html").render(messages=added),
            "choices": self._env.get_template("_choices.html").render(**values),
            "end": self._env.get_template("_end.html").render(**values) if reply.done else "",
            "message_id": words.new_message_id(),
            "done": reply.done,
        }
        response = JSONResponse(body, headers={"cache-control": "no-store"})
        cookies.remember(request, response, cookies.VOICE, visit.voice)
        return response

    async def _refuse(self, request: Request, visit: Visit, said: Said, notice: str, status: int) -> Response:
        """Says what is wrong and keeps the words in the box, under the same id."""
        if _is_script(request):
            return JSONResponse({"notice": notice}, status_code=status, headers={"cache-control": "no-store"})
        return await self._conversation_page(request, visit, Box(notice, said.draft, said.form_id), status=status)

    async def leave(self, request: Request) -> Response:
        """Forgets the conversation in this browser; the conversation itself stays."""
        response = RedirectResponse("/talk", status_code=303)
        if is_same_origin(request.headers):
            cookies.forget(request, response, *cookies.ALL)
        return response

    async def _start_page(self, request: Request, notice: str, *, status: int) -> Response:
        choices: list[ServiceChoice] = list(await self._services())
        is_open = bool(cookies.read(request).conversation_id)
        values = {"services": choices, "notice": notice, "is_open": is_open, "contact": self._contact}
        return pages.page(self._env, "start.html", values, status=status)

    async def _conversation_page(
        self, request: Request, visit: Visit, box: Box = EMPTY_BOX, *, status: int = 200
    ) -> Response:
        reply = await self._handler.last_prompts(visit.conversation_id)
        values = self._values(visit, reply)
        shown = pages.messages(await self._transcript(visit.conversation_id), reply)
        values |= {"messages": shown, "notice": box.notice, "draft": box.draft}
        if box.form_id:
            values["message_id"] = box.form_id
        response = pages.page(self._env, "conversation.html", values, status=status)
        if visit.is_new:
            cookies.forget(request, response, cookies.NEW)
        return response

    def _values(self, visit: Visit, reply: Reply) -> dict[str, object]:
        return {
            "choices": pages.choices(reply),
            "done": reply.done,
            "is_safety": pages.is_safety(reply),
            "resume_code": visit.code if visit.is_new or reply.done else "",
            "voice": visit.voice,
            "message_id": words.new_message_id(),
            "choice_id": words.new_message_id(),
            "contact": self._contact,
        }


def _is_script(request: Request) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


def _is_closed(error: SaysoError) -> bool:
    """True when the conversation itself is gone, so that no turn can reach it."""
    return error.permanent and error.code.startswith("conversation_")


def _closed(request: Request) -> Response:
    response = RedirectResponse("/talk?note=closed", status_code=303)
    cookies.forget(request, response, *cookies.ALL)
    return response


def _gone_for_script() -> Response:
    return JSONResponse({"notice": GONE, "closed": True}, status_code=404)


def _log_failure(event: str, error: Exception) -> None:
    """Logs what kind of fault it was; never its message, which may hold a person's words."""
    log.error(event, error=type(error).__name__)
