"""Starts Rasa inside the nlu environment: `python rasa_process.py run|train|data|test ...`, the arguments of `rasa`.

Run by file name with the nlu environment's Python 3.10; imports nothing of the project. Three things that `rasa`
alone cannot do:
- The API token comes by standard input, so that no process list and no environment shows it (`--token-from-stdin`).
- When standard input ends, the parent is gone, even by kill -9: the process ends too (`--end-with-stdin`).
- TensorFlow, which Rasa imports but no component of Sayso uses, is left out (`SAYSO_NLU_TENSORFLOW=1` brings it back).
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import logging
import os
import sys
import threading
import types
import warnings
from typing import Any

TOKEN_FLAG = "--token-from-stdin"  # noqa: S105 - a flag
END_FLAG = "--end-with-stdin"
_LEFT_OUT = ("tensorflow", "tensorflow_addons", "keras")


class _AbsentType(type):
    """A class whose every attribute is another such class: enough for annotations, base classes and decorators."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _absent(f"{cls.__name__}.{name}")
        type.__setattr__(cls, name, made)
        return made

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__dict__.get("_absent") and len(args) == 1 and isinstance(args[0], types.FunctionType):
            return args[0]  # used as a decorator
        return super().__call__(*args, **kwargs)


def _absent(name: str) -> Any:
    def accept(self: Any, *args: Any, **kwargs: Any) -> None: ...

    def decorate(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and isinstance(args[0], types.FunctionType):
            return args[0]
        raise RuntimeError(f"{name} was called, but TensorFlow is left out; set SAYSO_NLU_TENSORFLOW=1")

    return _AbsentType(name, (), {"_absent": True, "__init__": accept, "__call__": decorate})


class _AbsentModule(types.ModuleType):
    __path__: list[str] = []  # noqa: RUF012 - marks a package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _absent(f"{self.__name__}.{name}")
        setattr(self, name, made)
        return made


class _AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules that are left out, and loads them empty."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name.split(".", maxsplit=1)[0] in _LEFT_OUT:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__.setdefault("__version__", "0")


def _end_with_stdin() -> None:
    """Ends this process when the other end of standard input is closed, which the system does for a dead parent."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _read_line() -> str:
    """One line of standard input, byte by byte, so that nothing behind it is swallowed."""
    line = bytearray()
    while (byte := os.read(0, 1)) not in (b"\n", b""):
        line += byte
    return line.decode()


def _quiet() -> None:
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings(
        "ignore", message=".*training data consisting of entity examples.*"
    )  # numbers need no training
    logging.getLogger("httpx").setLevel(logging.WARNING)


def main(arguments: list[str]) -> None:
    """Runs Rasa with these arguments."""
    if TOKEN_FLAG in arguments:
        arguments = [a for a in arguments if a != TOKEN_FLAG] + ["--auth-token", _read_line()]
    if END_FLAG in arguments:
        arguments = [a for a in arguments if a != END_FLAG]
        _end_with_stdin()
    if os.environ.get("SAYSO_NLU_TENSORFLOW") != "1":
        sys.meta_path.insert(0, _AbsentFinder())
    _quiet()
    sys.argv = ["rasa", *arguments]  # what the process list shows is fixed at the start: the token is not in it
    from rasa.__main__ import main as rasa_main  # noqa: PLC0415

    rasa_main()


if __name__ == "__main__":
    main(sys.argv[1:])
