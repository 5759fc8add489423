"""A PostgreSQL server for a test: found where systems put it, started for itself, stopped again."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "C:/Program Files/PostgreSQL/*/bin",
)
PATIENCE = 30  # seconds for the server to answer


def programs() -> Path | None:
    """The folder of initdb and postgres, or None."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for place in PLACES:
        anchor = Path(place).anchor
        folders += sorted(Path(anchor).glob(place.removeprefix(anchor)), reverse=True)
    return next((f for f in folders if list(f.glob("initdb*")) and list(f.glob("postgres*"))), None)


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """Run a server on a free port of the loopback address; yields SQLAlchemy's address for it."""
    user = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}  # not root
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        if user:
            shutil.chown(name, user["user"])
        data = Path(name, "data")
        made = [bin_folder / "initdb", "-D", data, "-U", "teacher", "--auth=trust", "-E", "UTF8"]
        quiet = {"cwd": name, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
        subprocess.run([*made, "--no-sync", "--locale=C"], check=True, **quiet)
        port = _free_port()
        options = ["-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
        process = subprocess.Popen([bin_folder / "postgres", "-D", data, *options], **quiet)
        try:
            _wait_for(process, port)
            yield f"postgresql+psycopg://teacher@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait_for(process: subprocess.Popen, port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start ({process.poll()})")
