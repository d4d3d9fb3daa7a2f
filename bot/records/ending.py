"""What happens when a transaction ends a conversation, or touches one whose words are already gone."""

from __future__ import annotations

from typing import Any

from bot.records import erasure, hearings
from bot.records.masking import drop_name, mask, mask_withdrawn
from bot.records.requests import preferred_name
from bot.records.work import Work

_SHOWN = ("text", "label")  # the keys of a stored reply that hold wordings


async def finish(work: Work) -> None:
    """Applies the person's consents to what is kept. Called once, after `flush`, just before the commit."""
    if work.all_withdrawn:
        await erasure.withdraw_everything(work.connection, work.row.participant_id)
        _keep_bare_reply(work)
    elif work.just_ended and work.current("consent_take_part") is False:
        await erasure.erase_all_but_consent(work.connection, [work.conversation_id])
        _keep_bare_reply(work)
    elif (work.just_ended and work.current("consent_keep") is not True) or work.row.words_erased:
        await erasure.erase_words(work.connection, [work.conversation_id])
        _keep_bare_reply(work)
    elif work.just_ended:
        await mask_withdrawn(work)
        await hearings.drop_recordings_if_confirmed(work)
    else:
        return
    await erasure.forget_if_unneeded(work.connection, work.row.participant_id)
    await work.flush()


def _keep_bare_reply(work: Work) -> None:
    """The goodbye can be shown again, without the person's words or name; the manager's state cannot."""
    work.changes |= {"state": {}, "previous": {}}
    work.changes["last_reply"] = _bare(work.current("last_reply"), preferred_name(work))
    work.changes["words_erased"] = True


def _bare(value: Any, name: str, said: tuple[str, ...] = ()) -> Any:
    """A reply without quoted words and without the name."""
    if isinstance(value, list | tuple):
        return [_bare(item, name, said) for item in value]
    if not isinstance(value, dict):
        return value
    said = (*said, *(str(quote) for quote in value.get("quoted") or ()))
    return {key: _bare_item(key, item, name, said) for key, item in value.items()}


def _bare_item(key: str, item: Any, name: str, said: tuple[str, ...]) -> Any:
    if key == "quoted":
        return []
    if key in _SHOWN and isinstance(item, str):
        return drop_name(mask(item, said), name)
    return _bare(item, name, said)
