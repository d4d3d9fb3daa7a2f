"""Replies as JSON, so that the same message gets the same reply again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from dialogues.types import Act, Prompt, Reply

_PROMPTS = TypeAdapter(tuple[Prompt, ...])


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """What is stored of a reply."""
    return {
        "prompts": _PROMPTS.dump_python(reply.prompts, mode="json"),
        "done": reply.done,
        "act": reply.act.value if reply.act else None,
        "degraded": reply.degraded,
    }


def reply_from_json(conversation_id: str, data: Mapping[str, Any], *, duplicate: bool = False) -> Reply:
    """A stored reply; one whose words were erased has no prompts and is done."""
    act = data.get("act")
    return Reply(
        conversation_id=conversation_id,
        prompts=_PROMPTS.validate_python(data.get("prompts", [])),
        done=bool(data.get("done", True)),
        act=Act(act) if act else None,
        duplicate=duplicate,
        degraded=bool(data.get("degraded", False)),
    )
