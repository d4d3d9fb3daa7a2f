"""Checks the YAML files of a language for people who do not program: file, line, what is wrong, what to write."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dialogues.lines import Problem, Source, form_problems, read, suggest
from dialogues.lint import MAX_OPTIONS, lint
from dialogues.said_in_python import COMMON_SLOTS, FLOWS, WORDINGS, WRITTEN_IN_PYTHON
from dialogues.script import HERE, Flow, Guide, Outcome, Script, Step, Talk, Wording, load_script
from dialogues.search import search
from dialogues.types import Expects, Purpose

MAX_TOPICS = 6
"""Topics of a guide; a person is offered three at a time."""
_TEXTS = ("text", "simpler", "keys", "why")
_CONSENTS = {Purpose.CONSENT_TAKE_PART, Purpose.CONSENT_KEEP, Purpose.CONSENT_QUOTE, Purpose.CONSENT_CONTACT}
_OPTIONS_IN_PYTHON = {"topics.choice", "topics.choice_again", "take_back.which"}
_MOST = {"topics": 3, "questions": 12, "probes": 2, "beans": 10}


@dataclass(frozen=True, slots=True)
class Files:
    """All files of a language, read, with where each name is written."""

    talk: Source
    flows: dict[str, Source]
    wordings: dict[str, Source]
    guides: tuple[Source, ...]


def check(folder: Path | None = None) -> list[Problem]:
    """Checks every file of a language.

    Args:
        folder: The language's folder; None for the one that ships with Sayso.

    Returns:
        What to put right, by file and line; empty when all is well.
    """
    folder = folder or HERE / "en"
    files, problems = _read_all(folder)
    problems += _form(files)
    if not problems:
        script = load_script(folder)
        for rule in (_talk, _wordings, _flows, _used, _guides):
            problems += rule(files, script)
    return sorted(problems, key=lambda p: (str(p.file), p.line))


def run_check(print_line: Callable[[str], None], folder: Path | None = None) -> int:
    """Checks the files, then proves by search that no state is a dead end.

    Args:
        print_line: Gets every line of the report.
        folder: See `check`.

    Returns:
        0 when all is well, else 1.
    """
    problems = check(folder)
    for problem in problems:
        shown = _shorter(problem.file)
        print_line(f"{shown}:{problem.line}: {problem.message}. {problem.remedy}")
    if problems:
        print_line(f"{len(problems)} to put right.")
        return 1
    script = load_script(folder)
    print_line(
        f"{len(script.wordings)} wordings, {len(script.flows)} flows and {len(script.guides)} guides: all is well."
    )
    found = search(script)
    for fault in found.faults:
        print_line(f"dead end search: {fault}")
    print_line(found.summary)
    return 1 if found.faults else 0


def _shorter(file: Path) -> Path:
    try:
        return file.resolve().relative_to(Path.cwd())
    except ValueError:
        return file


# -- reading --------------------------------------------------------------------------------------------------


def _read_all(folder: Path) -> tuple[Files, list[Problem]]:
    problems: list[Problem] = []
    talk = read(folder / "talk.yml")
    problems += talk.problems
    flows = _named(folder / "flows", problems)
    wordings = _named(folder / "wordings", problems)
    guides = tuple(read(file) for file in sorted((folder / "guides").glob("*.yml")))
    for guide in guides:
        problems += guide.problems
    return Files(talk, flows, wordings, tuple(g for g in guides if g.tree is not None)), problems


def _named(folder: Path, problems: list[Problem]) -> dict[str, Source]:
    """Name → the file it is written in."""
    found: dict[str, Source] = {}
    for file in sorted(folder.glob("*.yml")):
        source = read(file)
        problems += source.problems
        for name in source.tree or ():
            if name in found:
                other = found[name]
                message = f"`{name}` is also written in {other.file.name}, line {other.line(name)}"
                problems.append(source.problem(message, "Keep one of them.", name))
            else:
                found[str(name)] = source
    return found


def _form(files: Files) -> list[Problem]:
    problems = [p for name, source in files.wordings.items() for p in form_problems(source, Wording, (name,))]
    problems += [p for name, source in files.flows.items() for p in form_problems(source, Flow, (name,))]
    problems += [p for source in files.guides for p in form_problems(source, Guide)]
    if files.talk.tree is not None:
        problems += form_problems(files.talk, Talk)
    ids: dict[str, Source] = {}
    for source in files.guides:
        guide_id = _id_of(source)
        if guide_id in ids:
            problems.append(
                source.problem(
                    f"guide `{guide_id}` is also written in {ids[guide_id].file.name}", "Give it its own `id`.", "id"
                )
            )
        ids[guide_id] = source
    return problems


def _id_of(source: Source) -> str:
    return str(source.tree.get("id", "")) if source.tree is not None else ""


# -- the talk -------------------------------------------------------------------------------------------------


def _talk(files: Files, script: Script) -> Iterator[Problem]:
    for index, name in enumerate(script.talk.order):
        if name not in script.flows:
            yield files.talk.problem(f"there is no flow `{name}`", suggest(name, list(script.flows)), "order", index)
    for limit, most in _MOST.items():
        value = getattr(script.talk.limits, limit)
        if not 1 <= value <= most:
            yield files.talk.problem(f"{limit}: {value} is outside the limits", f"Write 1 to {most}.", "limits", limit)


# -- wordings -------------------------------------------------------------------------------------------------


def _wordings(files: Files, script: Script) -> Iterator[Problem]:
    asked = {step.ask for flow in script.flows.values() for step in flow.steps}
    for name, wording in script.wordings.items():
        source = files.wordings[name]
        yield from _wording_form(source, name, wording, asked)
        for path, text in _texts(wording):
            yield from _slots(source, name, path, text)
            allowed = wording.expects is not Expects.NONE and path[0] != "why"
            for finding in lint(text, question_allowed=allowed, serious=wording.serious):
                yield source.problem(finding.message, finding.remedy, name, *path)


def _texts(wording: Wording) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for part in _TEXTS:
        if getattr(wording, part):
            yield (part,), getattr(wording, part)
    for index, variant in enumerate(wording.variants):
        yield ("variants", index), variant


def _wording_form(source: Source, name: str, wording: Wording, asked: set[str]) -> Iterator[Problem]:
    if not wording.text.strip():
        yield source.problem(f"`{name}` has no words", "Write them after `text:`.", name, "text")
    waits = wording.expects is not Expects.NONE
    if waits and not wording.why:
        yield source.problem(f"`{name}` has no `why`", 'Write `why:`, the reply to "why do you ask?".', name)
    if waits and wording.purpose in _CONSENTS and wording.skippable:
        yield source.problem(f"`{name}` asks for consent and can be skipped", "Write `skippable: false`.", name)
    if wording.purpose in {*_CONSENTS, Purpose.SAFETY} and not wording.serious:
        yield source.problem(f"`{name}` is not marked as serious", "Write `serious: true`.", name)
    if len(wording.options) > MAX_OPTIONS and wording.expects is not Expects.BEANS:
        remedy = f"Offer at most {MAX_OPTIONS}."
        yield source.problem(f"{len(wording.options)} options", remedy, name, "options", MAX_OPTIONS)
    if len({o.key for o in wording.options}) < len(wording.options):
        yield source.problem("two options have the same key", "Give each its own key.", name, "options")
    if wording.expects is Expects.CHOICE and not wording.options and name not in _OPTIONS_IN_PYTHON:
        yield source.problem(f"`{name}` expects a choice and offers none", "Write `options:`.", name)


def _slots(source: Source, name: str, path: tuple[str | int, ...], text: str) -> Iterator[Problem]:
    known = sorted(COMMON_SLOTS | WORDINGS.get(name, frozenset())) if path[0] != "why" else []
    try:
        slots = [slot for _, slot, _, _ in string.Formatter().parse(text) if slot is not None]
    except ValueError:
        yield source.problem("a curly bracket without its partner", "Write slots as `{name}`.", name, *path)
        return
    for slot in slots:
        if slot not in known:
            remedy = suggest(slot, known) if known else "Write it without slots."
            yield source.problem(f"`{{{slot}}}` is not known here", remedy, name, *path)


# -- flows ----------------------------------------------------------------------------------------------------


def _flows(files: Files, script: Script) -> Iterator[Problem]:
    for name, flow in script.flows.items():
        source = files.flows[name]
        if not flow.steps and name not in WRITTEN_IN_PYTHON:
            yield source.problem(f"flow `{name}` has no steps", "Write `steps:`.", name)
        seen: set[str] = set()
        for index, step in enumerate(flow.steps):
            at = (name, "steps", index)
            if step.id in seen:
                yield source.problem(f"step `{step.id}` is written twice", "Give it its own `id`.", *at, "id")
            seen.add(step.id)
            yield from _step(source, at, step, script)
            for kind, outcome in step.on.items():
                yield from _outcome(source, (*at, "on", kind), outcome, flow, script)
        yield from _only_if(source, name, flow)


def _step(source: Source, at: tuple[str | int, ...], step: Step, script: Script) -> Iterator[Problem]:
    for index, said in enumerate(step.intro):
        yield from _said(source, (*at, "intro", index), said, script)
    wording = script.wordings.get(step.ask)
    if wording is None:
        yield source.problem(f"there is no wording `{step.ask}`", suggest(step.ask, list(script.wordings)), *at, "ask")
        return
    if wording.expects is Expects.NONE:
        yield source.problem(f"`{step.ask}` waits for no reply", "Write `expects:` in its wording.", *at, "ask")
    needed = ("yes", "no", "skip") if wording.expects is Expects.YES_NO else ("any", "skip")
    for kind in needed:
        if kind not in step.on:
            yield source.problem(
                f"step `{step.id}` has no outcome for `{kind}`", f"Write `{kind}: {{}}` under `on`.", *at
            )
    if step.records == "consent" and step.scope is None:
        yield source.problem(f"step `{step.id}` records consent, but to what?", "Write `scope:`.", *at)
    if step.records == "consent" and (wording.skippable or not wording.serious):
        remedy = "Write `serious: true` and `skippable: false` in its wording."
        yield source.problem(f"`{step.ask}` asks for consent", remedy, *at, "ask")


def _said(source: Source, at: tuple[str | int, ...], said: str, script: Script) -> Iterator[Problem]:
    wording = script.wordings.get(said)
    if wording is None:
        yield source.problem(f"there is no wording `{said}`", suggest(said, list(script.wordings)), *at)
    elif wording.expects is not Expects.NONE:
        yield source.problem(f"`{said}` waits for a reply", "Ask it in a step of its own.", *at)


def _outcome(
    source: Source, at: tuple[str | int, ...], outcome: Outcome, flow: Flow, script: Script
) -> Iterator[Problem]:
    for index, said in enumerate(outcome.say):
        yield from _said(source, (*at, "say", index), said, script)
    steps = [s.id for s in flow.steps]
    if outcome.next and outcome.next not in steps:
        yield source.problem(f"there is no step `{outcome.next}`", suggest(outcome.next, steps), *at, "next")
    if outcome.call and outcome.call not in script.flows:
        yield source.problem(
            f"there is no flow `{outcome.call}`", suggest(outcome.call, list(script.flows)), *at, "call"
        )


def _only_if(source: Source, name: str, flow: Flow) -> Iterator[Problem]:
    asked = {step.scope for step in flow.steps if step.records == "consent"}
    for index, step in enumerate(flow.steps):
        if step.only_if and asked and step.only_if not in asked:
            remedy = "Name a consent that this flow asks for."
            yield source.problem(f"nobody asks for `{step.only_if}`", remedy, name, "steps", index, "only_if")


def _used(files: Files, script: Script) -> Iterator[Problem]:
    """Wordings and flows that nothing leads to, and those that Python needs and nobody wrote."""
    steps = [(flow, step) for flow in script.flows.values() for step in flow.steps]
    outcomes = [outcome for _, step in steps for outcome in step.on.values()]
    said = set(WORDINGS) | {step.ask for _, step in steps}
    said |= {w for _, step in steps for w in step.intro} | {w for outcome in outcomes for w in outcome.say}
    for name, source in files.wordings.items():
        if name not in said:
            yield source.problem(f"`{name}` is said nowhere", "Take it out, or say it in a flow.", name)
    first = next(iter(files.wordings.values()), files.talk)
    for name in sorted(set(WORDINGS) - set(script.wordings)):
        yield Problem(first.file.parent, 1, f"the wording `{name}` is missing", "Write it: Sayso says it.")
    called = {*script.talk.order, *FLOWS} | {o.call for o in outcomes if o.call}
    for name, source in files.flows.items():
        if name not in called:
            yield source.problem(f"nothing leads to flow `{name}`", "Put it in talk.yml, or take it out.", name)
    for name in sorted(FLOWS - set(script.flows)):
        yield Problem(files.talk.file.parent / "flows", 1, f"the flow `{name}` is missing", "Write it: Sayso needs it.")


# -- guides ---------------------------------------------------------------------------------------------------


def _guides(files: Files, script: Script) -> Iterator[Problem]:
    services: dict[str, str] = {}
    for source in files.guides:
        guide = script.guides[_id_of(source)]
        for index, service in enumerate(guide.services):
            if services.setdefault(service, guide.id) != guide.id:
                message = f"service `{service}` is also in guide `{services[service]}`"
                yield source.problem(message, "Keep it in one guide.", "services", index)
        if not 1 <= len(guide.topics) <= MAX_TOPICS:
            yield source.problem(f"{len(guide.topics)} topics", f"Write 1 to {MAX_TOPICS}.", "topics")
        yield from _guide_words(source, guide, script)


def _guide_words(source: Source, guide: Guide, script: Script) -> Iterator[Problem]:
    for finding in lint(guide.urgent, question_allowed=False, serious=True):
        yield source.problem(finding.message, finding.remedy, "urgent")
    names = [t.name for t in guide.topics][:MAX_OPTIONS]
    listed = f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)
    for asked in sorted(_OPTIONS_IN_PYTHON & {"topics.choice"} & set(script.wordings)):
        text = script.wordings[asked].text.replace("{topics}", listed)
        for finding in lint(text, question_allowed=True, serious=False):
            yield source.problem(
                f"with these names, `{asked}` is too much: {finding.message}", finding.remedy, "topics"
            )
    seen: set[str] = set()
    for index, topic in enumerate(guide.topics):
        at = ("topics", index)
        if topic.id in seen:
            yield source.problem(f"topic `{topic.id}` is written twice", "Give it its own `id`.", *at, "id")
        seen.add(topic.id)
        if not topic.words:
            yield source.problem(f"topic `{topic.id}` has no `words`", "Write what people may say to choose it.", *at)
        for part in ("open", "better"):
            text = getattr(topic, part)
            for finding in lint(text, question_allowed=True, serious=False) if text else ():
                yield source.problem(finding.message, finding.remedy, *at, part)
        if "?" not in topic.open:
            yield source.problem("the open question is no question", "End it with a question mark.", *at, "open")
