"""The folder with Asterisk and the telephones, and how a process is started in it.

Every process sees the root with its own run's folders laid over it (a mount namespace each, so nothing stays behind);
all share the network namespace of the test run, which has nothing but loopback.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

BUILDER = Path(__file__).with_name("root_builder.sh")
SHARED = "/mnt"
"""Where a process in the root finds the run's own folder."""
_OVER = ("etc/asterisk", "var/log/asterisk", "var/lib/asterisk", "run/asterisk")
"""Folders of the root that each run has to itself."""
_ENTER = f"""
set -e
root=$1; run=$2; shift 2
for folder in {" ".join(_OVER)}; do
    mkdir -p "$root/$folder"
    mount --bind "$run/$folder" "$root/$folder"
done
mount --bind "$run" "$root{SHARED}"
exec chroot "$root" "$@"
"""


def why_not() -> str:
    """Why no real telephone can be had here; "" where it can."""
    if os.geteuid() != 0:
        return "needs root: run make phone-test as root"
    if shutil.which("unshare") is None:
        return "needs unshare (package util-linux)"
    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        return "needs a network namespace of its own: run make phone-test"
    found = subprocess.run([BUILDER, "--path"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        return f"no telephone root in {found.stdout.strip()}: run tests/phone/{BUILDER.name}"
    return ""


def root_folder() -> Path:
    """Where the root is."""
    found = subprocess.run([BUILDER, "--path"], capture_output=True, text=True, check=False)
    return Path(found.stdout.strip())


class Run:
    """The folders of one run over the root.

    Args:
        folder: Empty; what this run writes stays in it.

    Attributes:
        folder: Seen as `SHARED` by what runs in the root.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._root = root_folder()
        for name in _OVER:
            (folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def configuration(self) -> Path:
        return self.folder / "etc" / "asterisk"

    @property
    def packaged(self) -> Path:
        """The configuration that came with the package."""
        return self._root / "etc" / "asterisk"

    @property
    def log(self) -> Path:
        return self.folder / "var" / "log" / "asterisk" / "messages.log"

    def belongs_to(self, user: str) -> None:
        """Gives the folders to a user of the root; the configuration only to read, as it is set up by hand."""
        for line in (self._root / "etc" / "passwd").read_text().splitlines():
            name, _, uid, gid, *_ = line.split(":")
            if name == user:
                for path in (self.folder, *self.folder.rglob("*")):
                    os.chown(path, int(uid), int(gid))
                for path in (self.configuration, *self.configuration.rglob("*")):
                    os.chown(path, 0, int(gid))
                    path.chmod(0o750 if path.is_dir() else 0o640)

    def command(self, *arguments: str) -> list[str]:
        """A command, as it is run in the root. The process keeps its id through every step of it."""
        enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _ENTER, "enter"]
        return [*enter, str(self._root), str(self.folder), *arguments]
