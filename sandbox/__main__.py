"""`python -m sandbox`: a local Slack workspace for one app."""

import argparse
import asyncio
import socket
import sys
import time
from pathlib import Path

from sandbox.server import PortInUse, listen, server_for
from sandbox.startup.manifest_file import load_manifest
from sandbox.startup.strict_files import BadFile
from sandbox.startup.workspace_file import load_workspace
from sandbox.wiring import (
    DEFAULT_APP_TOKEN,
    DEFAULT_BOT_TOKEN,
    DEFAULT_SIGNING_SECRET,
    Sandbox,
    build_sandbox,
)

DEFAULT_MANIFEST = Path("app_manifest.yaml")


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; 0, or 2 with one sentence when it cannot start."""
    options = _parser().parse_args(arguments)
    try:
        sandbox = _sandbox(options)
        bound = listen(options.port)
    except (BadFile, PortInUse) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    asyncio.run(_serve(sandbox, bound))
    return 0


async def _serve(sandbox: Sandbox, bound: socket.socket) -> None:
    server = server_for(sandbox, bound)
    server.owns_process = True
    serving = asyncio.create_task(server.serve([bound]))
    await server.ready.wait()
    print(f"Sandbox workspace at {sandbox.base_url}/", flush=True)  # noqa: T201
    await serving


def _sandbox(options: argparse.Namespace) -> Sandbox:
    return build_sandbox(
        load_workspace(options.workspace),
        load_manifest(options.manifest or _manifest_here()),
        time.time,
        bot_token=options.bot_token,
        app_token=options.app_token,
        signing_secret=options.signing_secret,
        http_url=options.http_url,
    )


def _manifest_here() -> Path | None:
    return DEFAULT_MANIFEST if DEFAULT_MANIFEST.exists() else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A local Slack workspace that an unmodified Bolt app connects to.",
    )
    parser.add_argument("--port", type=_port, default=8040, help="0 picks a free one (8040)")
    parser.add_argument("--workspace", type=Path, metavar="FILE.json", help="people and channels")
    parser.add_argument("--manifest", type=Path, metavar="FILE.yaml", help="the app's manifest")
    parser.add_argument("--bot-token", default=DEFAULT_BOT_TOKEN, help="what the bot presents")
    parser.add_argument("--app-token", default=DEFAULT_APP_TOKEN, help="for Socket Mode")
    parser.add_argument("--signing-secret", default=DEFAULT_SIGNING_SECRET, help="for HTTP mode")
    parser.add_argument("--http-url", metavar="URL", help="post payloads there, no Socket Mode")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError(f"{port} is no port")
    return port


if __name__ == "__main__":
    sys.exit(main())
