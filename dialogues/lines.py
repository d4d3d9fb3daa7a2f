"""YAML files with their line numbers, checked for form: what is unknown or missing, and in which line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right in a file.

    Attributes:
        line: From 1.
        message: What is wrong.
        remedy: What to write instead.
    """

    file: Path
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML file, read. `tree` is None where it is not valid YAML; then `problems` says why."""

    file: Path
    tree: CommentedMap | None
    problems: tuple[Problem, ...] = field(default=())

    def line(self, *path: Any) -> int:
        """The line of what a path of keys leads to, as far as it goes."""
        node: Any = self.tree
        line = 1
        for key in path:
            if isinstance(node, CommentedMap) and key in node:
                line = node.lc.key(key)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
                line = node.lc.item(key)[0] + 1
            else:
                break
            node = node[key]
        return line

    def problem(self, message: str, remedy: str, *path: Any) -> Problem:
        return Problem(self.file, self.line(*path), message, remedy)


def read(file: Path) -> Source:
    """Reads a YAML file with its line numbers; never raises for its content."""
    try:
        tree = YAML().load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Source(file, None, (Problem(file, 1, "the file is missing", "Put it back."),))
    except UnicodeDecodeError:
        return Source(file, None, (Problem(file, 1, "the file is not UTF-8 text", "Save it as UTF-8."),))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return Source(file, None, (_yaml_problem(file, line, str(error.problem or "")),))
    except YAMLError as error:
        return Source(file, None, (_yaml_problem(file, 1, str(error).splitlines()[0]),))
    if not isinstance(tree, CommentedMap):
        return Source(file, None, (Problem(file, 1, "the file holds no names with values", "Write `name: value`."),))
    return Source(file, tree)


def _yaml_problem(file: Path, line: int, problem: str) -> Problem:
    twice = re.search(r'found duplicate key "([^"]+)"', problem)
    if twice:
        return Problem(file, line, f"`{twice[1]}` is written twice", "Keep one of them.")
    return Problem(file, line, f"not valid YAML ({problem})", "Check the spaces, colons and quote marks here.")


def form_problems(source: Source, model: type[BaseModel], path: Sequence[Any] = ()) -> Iterator[Problem]:
    """Checks what lies at a path of a file against its form."""
    node: Any = source.tree
    for key in path:
        node = node[key]
    try:
        model.model_validate(node)
    except ValidationError as error:
        for one in error.errors():
            yield _form_problem(source, model, path, dict(one))


def _form_problem(source: Source, model: type[BaseModel], path: Sequence[Any], error: dict[str, Any]) -> Problem:
    where = tuple(part for part in error["loc"] if part != "[key]")
    full = (*path, *where)
    name = str(where[-1]) if where else str(path[-1] if path else "")
    match error["type"]:
        case "extra_forbidden":
            known = _fields(model, where[:-1])
            return source.problem(f"`{name}` is not known here", suggest(name, known), *full)
        case "missing":
            return source.problem(f"`{name}` is missing", f"Add `{name}: ...`.", *full)
        case "literal_error" | "enum":
            known = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
            said = error.get("input")
            return source.problem(f"`{said}` is not known here", suggest(str(said), known), *full)
        case _:
            return source.problem(
                f"`{name}`: {str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}", "Change it.", *full
            )


def _fields(model: type[BaseModel], path: Sequence[Any]) -> list[str]:
    """Names of the fields of the model that a path leads to."""
    present: Any = model
    for part in path:
        if isinstance(part, int) or not (isinstance(present, type) and issubclass(present, BaseModel)):
            continue
        found = present.model_fields.get(str(part))
        inner = list(_inner(found.annotation)) if found else []
        present = next((a for a in inner if isinstance(a, type) and issubclass(a, BaseModel)), present)
    return list(present.model_fields)


def _inner(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _inner(argument)


def suggest(said: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(said, known, n=1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Use one of: {', '.join(known)}." if known else "Take it out."
