"""A real Asterisk with the configuration that Sayso ships, on one machine."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

from certificates import Authority
from phone_root import SHARED, Run

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "asterisk"
OUR_NUMBER = "+441632960000"
PERSON_NUMBER = "+441632960555"
SECRET = "only for tests & marks = %+"
ARI_PASSWORD = "only-for-tests"
CALLER_ADDRESS, PERSON_ADDRESS, LOAD_ADDRESS, STRANGER_ADDRESS = "127.0.0.2", "127.0.0.3", "127.0.0.20", "127.0.0.66"

_GLOBALS = f"""
SAYSO_SECRET = {SECRET}
SAYSO_NUMBER = {OUR_NUMBER}
SAYSO_HOURS = *,*,*,*
"""
_ARI = f"""
[sayso]
type = user
read_only = no
password = {ARI_PASSWORD}
"""
_TRUNK = f"""
; The telephones of the test are the provider: TLS and SRTP as shipped, at the person's telephone.
[transport-tls](+)
ca_list_file = {SHARED}/ca.pem

[trunk](trunk-settings)
aors = trunk
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
[trunk]
type = aor
contact = sip:{PERSON_ADDRESS}:5071\\;transport=tls
[trunk-addresses]
type = identify
endpoint = trunk
match = 127.0.0.1

; Callers in numbers, and the one written here, speak plain SIP; nothing else of the endpoint differs.
[transport-udp]
type = transport
protocol = udp
bind = 127.0.0.1:5060
[load](trunk-settings)
transport = transport-udp
media_encryption = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
[load-addresses]
type = identify
endpoint = load
match = {LOAD_ADDRESS}
"""


class RealAsterisk:
    """Asterisk in the root, with the shipped configuration and the test's own trunk.

    Args:
        folder: Empty; everything that this run writes.
        trunk: The site's `trunk.conf`; the telephones of the test are the provider where it is not given.

    Attributes:
        started_in: Seconds from start to fully booted, of the latest start.
    """

    def __init__(self, folder: Path, *, trunk: str = _TRUNK) -> None:
        for each in (folder, *folder.parents[:3]):
            each.chmod(each.stat().st_mode | 0o055)  # Asterisk runs as a user of its own
        self.run = Run(folder)
        self.authority = Authority(folder)
        self.started_in = 0.0
        self._process: asyncio.subprocess.Process | None = None
        etc = self.run.configuration
        shutil.copytree(self.run.packaged, etc, dirs_exist_ok=True)
        for file in SHIPPED.glob("*.conf"):
            shutil.copy(file, etc)
        site = etc / "sayso"
        site.mkdir()
        (site / "globals.conf").write_text(_GLOBALS)
        (site / "ari.conf").write_text(_ARI)
        (site / "trunk.conf").write_text(trunk)
        self.authority.issue("127.0.0.1", site / "sip.crt", site / "sip.key")

    async def start(self) -> None:
        """Starts Asterisk and waits until it is fully booted.

        Raises:
            RuntimeError: It did not start; with what it said.
        """
        self.run.belongs_to("asterisk")
        began = time.monotonic()
        output = (self.run.folder / "asterisk.out").open("ab")
        command = self.run.command("asterisk", "-f", "-U", "asterisk", "-G", "asterisk")
        self._process = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=output)
        output.close()
        while "fully booted" not in await self.cli("core waitfullybooted"):
            if self._process.returncode is not None or time.monotonic() - began > 60:
                raise RuntimeError((self.run.folder / "asterisk.out").read_text()[-2000:])
            await asyncio.sleep(0.05)
        self.started_in = time.monotonic() - began

    async def stop(self) -> None:
        """Ends it in order; every call is hung up."""
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await gone(self._process)

    async def kill(self) -> None:
        """Ends it at once, as a crash does."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def cli(self, command: str) -> str:
        """What Asterisk's console answers; empty where it is not there."""
        process = await asyncio.create_subprocess_exec(
            *self.run.command("asterisk", "-rx", command),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return (await process.communicate())[0].decode()

    def log(self) -> str:
        """The log of this run."""
        return self.run.log.read_text() if self.run.log.exists() else ""

    def memory_mb(self) -> float:
        """Resident memory now."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def gone(process: asyncio.subprocess.Process) -> None:
    """Waits for the end of a process that was told to end; a deaf one is killed after 15 s."""
    try:
        async with asyncio.timeout(15):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
