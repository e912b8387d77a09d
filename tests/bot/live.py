"""The real bot process on the real sandbox process, and the people of a small workspace."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-live-test", "xapp-live-test", "live-test-secret"
PATIENCE = 20.0

PEOPLE = ("ana", "ben", "chi", "dee", "eli", "fay")
WORKSPACE: Json = {
    "team": {"id": "T0LIVE", "domain": "live", "name": "Live"},
    "users": [
        *(
            {
                "id": f"U0{name.upper()}",
                "name": name,
                "real_name": f"{name.capitalize()} Tester",
                "email": f"{name}@example.com",
                "tz": "Europe/Berlin",
            }
            for name in PEOPLE
        ),
        {"id": "U0ADMIN", "name": "admin", "real_name": "Ada Admin", "is_admin": True},
        {"id": "U0NEW", "name": "new", "real_name": "Nel New"},
        {"id": "U0UNMET", "name": "unmet", "real_name": "Una Unmet"},
        {"id": "U0GUEST", "name": "guest", "real_name": "Gus Guest", "is_restricted": True},
    ],
    "channels": [
        {
            "id": "C0PAY",
            "name": "payments",
            "members": [*(f"U0{name.upper()}" for name in PEOPLE), "U0GUEST", "U0BOT"],
        },
        {"id": "C0RANDOM", "name": "random", "members": ["U0ANA", "U0ADMIN"]},
        {
            "id": "C0SHARED",
            "name": "shared",
            "members": ["U0ANA", "U0BOT"],
            "is_ext_shared": True,
        },
        {"id": "C0NEXT", "name": "next", "members": ["U0ANA", "U0BEN", "U0BOT"]},
        {"id": "C0OTHER", "name": "other", "members": ["U0ADMIN", "U0BOT"]},
    ],
}


@dataclass
class Live:
    """One sandbox and one bot on it."""

    folder: Path
    http: httpx.Client
    sandbox: subprocess.Popen[bytes]
    api_url: str
    settings: dict[str, str] = field(default_factory=dict)
    bot: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def started(cls, folder: Path, workspace: Json = WORKSPACE, **settings: str) -> Iterator[Self]:
        """Start both, wait until the bot is connected, and stop both at the end."""
        with (
            sandbox_process(folder, workspace) as (process, url),
            httpx.Client(base_url=url, timeout=60, trust_env=False) as http,
        ):
            live = cls(folder, http, process, f"{url}/api/", settings)
            try:
                live.start_bot()
                yield live
            finally:
                live.stop_bot()

    @property
    def database_url(self) -> str:
        return self.settings.get("MILEAGE_DATABASE_URL", f"sqlite:///{self.folder / 'live.db'}")

    @property
    def log_text(self) -> str:
        path = self.folder / "bot.log"
        return path.read_text("utf-8") if path.exists() else ""

    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK", "MILEAGE"))}
        return {
            **inherited,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "MILEAGE_SLACK_API_URL": self.api_url,
            "MILEAGE_DATABASE_URL": self.database_url,
            "MILEAGE_LOG_FILE": str(self.folder / "bot.log"),
            "PYTHONWARNINGS": "error",
            "PYTHONPATH": str(ROOT),
            **self.settings,
        }

    def start_bot(self, *arguments: str) -> None:
        self.bot = subprocess.Popen(
            [*MILEAGE, "run", *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if not arguments:
            self.wait_for(lambda: self.get("sockets", at_least="1")["connections"] >= 1)
        self.wait_for(lambda: '"ready"' in self.log_text)

    def stop_bot(self, how: int = signal.SIGTERM) -> tuple[int, str]:
        """End the bot; its exit code and whatever it wrote outside its log."""
        if self.bot is None:
            return 0, ""
        self.bot.send_signal(how)
        output, _ = self.bot.communicate(timeout=30)
        code, self.bot = self.bot.returncode, None
        return code, output.decode()

    def wait_for(self, condition: Callable[[], bool], what: str = "") -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.bot is not None and self.bot.poll() is not None:
                output = self.bot.stdout.read().decode() if self.bot.stdout else ""
                raise AssertionError(f"The bot ended: {output}\n{self.log_text}")
            assert time.monotonic() < end, f"It never happened {what}\n{self.log_text}"
            time.sleep(0.05)

    # ---- people ------------------------------------------------------------------------------

    def post(self, path: str, **body: object) -> Json:
        answer: Json = self.http.post(f"/sandbox/{path}", json=body).json()
        return answer

    def get(self, path: str, **query: str) -> Json:
        answer: Json = self.http.get(f"/sandbox/{path}", params=query).json()
        return answer

    def says(self, user: str, line: str, channel: str = "#payments", messages: int = 1) -> Json:
        """Run a command; the outcome with the messages that this person then sees."""
        return self.post(
            "command", user=user, channel=channel, text=line, wait_messages=messages, timeout=10
        )

    def reply(self, user: str, line: str, channel: str = "#payments") -> str:
        """All text of the one private reply to a command."""
        before = {message["ts"] for message in self.sees(user, channel)}
        answer = self.says(user, line, channel)
        assert answer["ok"], answer
        private: list[Json] = []

        def has_come() -> bool:
            # A card for the channel may come before it.
            news = (one for one in self.sees(user, channel) if one["ts"] not in before)
            private[:] = [one for one in news if one["is_ephemeral"]]
            return bool(private)

        self.wait_for(has_come, f"that {line} was answered")
        return text_of(private[0])

    def sees(self, user: str, channel: str = "#payments", at_least: int = 0) -> list[Json]:
        found: list[Json] = self.get(
            "messages", user=user, channel=channel, at_least=str(at_least), timeout="10"
        )["messages"]
        return found

    def presses(self, user: str, message: Json, action_id: str, channel: str = "#payments") -> Json:
        return self.post(
            "action", user=user, channel=channel, ts=message["ts"], action_id=action_id
        )

    def form(self, user: str) -> Json:
        """The modal on top of somebody's stack, once it is there."""
        views = self.get("views", user=user, at_least="1", timeout="10")["views"]
        assert views, self.log_text
        view: Json = views[-1]
        return view

    def submits(self, user: str, **fields: object) -> Json:
        return self.post(
            "view/submit", user=user, state={name: {name: value} for name, value in fields.items()}
        )

    def breaks(self, method: str, fault: str, **details: object) -> None:
        assert self.post("faults", method=method, fault=fault, **details)["ok"]


MILEAGE = [sys.executable, "-c", "from bot.cli.main import app; app(prog_name='mileage')"]


@contextmanager
def sandbox_process(
    folder: Path, workspace: Json = WORKSPACE, *arguments: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The sandbox on a free port, and its address."""
    file = folder / "workspace.json"
    file.write_text(json.dumps(workspace))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "sandbox", "--port", "0", "--workspace", str(file)),
            *("--manifest", str(ROOT / "app_manifest.yaml")),
            *("--bot-token", BOT_TOKEN, "--app-token", APP_TOKEN, "--signing-secret", SECRET),
            *arguments,
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        yield process, line.split()[-1].rstrip("/")
    finally:
        process.terminate()
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()


def text_of(message: Json) -> str:
    """Everything a message says, blocks included."""
    return f"{message.get('text', '')}\n{json.dumps(message.get('blocks', []), ensure_ascii=False)}"
