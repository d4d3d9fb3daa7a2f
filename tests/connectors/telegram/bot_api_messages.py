"""The methods of the double that send and edit messages."""

from __future__ import annotations

from bot_api_chats import Chat, StoredFile, commands_in
from bot_api_markup import read_markup
from bot_api_wire import NOT_MODIFIED, QUERY_TOO_OLD, Answer, ApiError, Call, Json
from bot_api_world import World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_QUERY_ANSWER = 200
LARGEST_UPLOAD_BYTES = 50 * 1024 * 1024
"""Source of these limits: Telegram Bot API, sendMessage, sendVoice, answerCallbackQuery."""
ACTIONS = set(
    "typing upload_photo record_video upload_video record_voice upload_voice record_audio upload_audio "
    "upload_document choose_sticker find_location record_video_note upload_video_note".split()
)
_PARSE_MODES = {"", "html", "markdown", "markdownv2"}


def send_message(world: World, call: Call) -> Answer:
    """Answers sendMessage."""
    chat = world.writable(call)
    content: Json = {"text": _text(call), **_reply_to(chat, call)}
    if commands := commands_in(content["text"]):
        content["entities"] = commands
    return Answer(world.post(chat, content, read_markup(call)))


def send_voice(world: World, call: Call) -> Answer:
    """Answers sendVoice; what is no OGG, MP3 or M4A becomes a document, as documented."""
    chat = world.writable(call)
    file = _voice(world, call)
    if len(caption := call.text("caption")) > LONGEST_CAPTION:
        raise ApiError(400, "Bad Request: message caption is too long")
    told = {**file.json, "mime_type": file.mime}
    content: Json = {"document": told}
    if file.mime.startswith("audio/"):
        content = {"voice": {**told, "duration": call.number("duration")}}
    content |= {**({"caption": caption} if caption else {}), **_reply_to(chat, call)}
    return Answer(world.post(chat, content, read_markup(call)))


def send_chat_action(world: World, call: Call) -> Answer:
    """Answers sendChatAction."""
    chat = world.writable(call)
    if call.text("action") not in ACTIONS:
        raise ApiError(400, "Bad Request: wrong parameter action in request")
    chat.actions.append(call.text("action"))
    return Answer(True)


def edit_message_text(world: World, call: Call) -> Answer:
    """Answers editMessageText; a keyboard that is not given again goes away."""
    chat, message = _editable(world, call)
    if "text" not in message:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    return _edited(world, chat, message, {**message, "text": _text(call)}, read_markup(call))


def edit_message_reply_markup(world: World, call: Call) -> Answer:
    """Answers editMessageReplyMarkup; without a keyboard, the one there was goes away."""
    chat, message = _editable(world, call)
    return _edited(world, chat, message, {**message}, read_markup(call))


def answer_callback_query(world: World, call: Call) -> Answer:
    """Answers answerCallbackQuery; each query once."""
    if world.queries.pop(call.text("callback_query_id"), None) is None:
        raise ApiError(400, QUERY_TOO_OLD)
    if len(call.text("text")) > LONGEST_QUERY_ANSWER:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    world.answers[call.text("callback_query_id")] = {**call.parameters}
    return Answer(True)


def _text(call: Call) -> str:
    text = call.text("text")
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    if not text.strip():
        raise ApiError(400, "Bad Request: text must be non-empty")
    if call.text("parse_mode").lower() not in _PARSE_MODES:
        raise ApiError(400, "Bad Request: unsupported parse_mode")
    if len(text.strip()) > LONGEST_TEXT:
        raise ApiError(400, "Bad Request: message is too long")
    return text.strip()


def _reply_to(chat: Chat, call: Call) -> Json:
    wanted = call.json("reply_parameters") or {"message_id": call.number("reply_to_message_id")}
    number = int(wanted.get("message_id", 0))
    if not number:
        return {}
    if number in chat.messages:
        told = {key: value for key, value in chat.messages[number].items() if key != "reply_to_message"}
        return {"reply_to_message": told}
    if wanted.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
        return {}
    raise ApiError(400, "Bad Request: message to be replied not found")


def _voice(world: World, call: Call) -> StoredFile:
    given = call.text("voice")
    upload = call.uploads.get(given.removeprefix("attach://") if given.startswith("attach://") else "voice")
    if upload is None:
        if not given:
            raise ApiError(400, "Bad Request: there is no voice in the request")
        if given not in world.files:
            raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
        return world.files[given]
    if not upload.content:
        raise ApiError(400, "Bad Request: file must be non-empty")
    if len(upload.content) > LARGEST_UPLOAD_BYTES:
        raise ApiError(413)
    mime = sounds_like(upload.content)
    folder, ending = ("voice", "oga") if mime.startswith("audio/") else ("documents", "bin")
    return world.keep(upload.content, folder, ending, mime)


def sounds_like(content: bytes) -> str:
    """The media type by the first bytes."""
    if content.startswith(b"OggS"):
        return "audio/ogg"
    if content.startswith(b"ID3") or (content[:1] == b"\xff" and content[1:2] >= b"\xe0"):
        return "audio/mpeg"
    return "audio/mp4" if content[4:8] == b"ftyp" else "application/octet-stream"


def _editable(world: World, call: Call) -> tuple[Chat, Json]:
    chat = world.writable(call)
    message = chat.messages.get(call.number("message_id"))
    if message is None:
        raise ApiError(400, "Bad Request: message to edit not found")
    markup = chat.markups.get(message["message_id"], {})
    if message["from"]["id"] != world.me["id"] or (markup and "inline_keyboard" not in markup):
        raise ApiError(400, "Bad Request: message can't be edited")
    return chat, message


def _edited(world: World, chat: Chat, before: Json, after: Json, markup: Json) -> Answer:
    if markup and "inline_keyboard" not in markup:
        raise ApiError(400, "Bad Request: inline keyboard expected")
    if markup.get("inline_keyboard"):
        after["reply_markup"] = markup
    else:
        after.pop("reply_markup", None)
    if after == before:
        raise ApiError(400, NOT_MODIFIED)
    after["edit_date"] = int(world.now())
    chat.messages[after["message_id"]] = after
    chat.markups[after["message_id"]] = markup
    return Answer(after)
