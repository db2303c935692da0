"""`quittance-agent`: starts the agent on this computer and shows its page."""

import argparse
import logging
import socket
import sys
import webbrowser
from collections.abc import Sequence

import httpx
import uvicorn

from infrastructure.reader_agent import pcsc, texts
from infrastructure.reader_agent.agent import Agent, build
from infrastructure.reader_agent.app import application
from infrastructure.reader_agent.private import NotPrivate
from infrastructure.reader_agent.settings import AgentSettings
from infrastructure.reader_agent.version import AGENT

_LOOPBACK = "127.0.0.1"
_PROBE_S = 2


def run(arguments: Sequence[str] | None = None) -> int:
    """Until it is stopped. 0 when all went well, also when it ran already; 1 when it cannot start."""
    options = _options(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    if not pcsc.is_installed():
        sys.stderr.write('pyscard is missing: pip install "quittance[agent]"\n')
        return 1
    try:
        settings = AgentSettings(**({} if options.port is None else {"port": options.port}))
        agent = build(settings)
    except (NotPrivate, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    home = f"http://{_LOOPBACK}:{settings.port}/?key={agent.key}"
    listening = _listen(settings.port)
    if listening is None:
        if not _is_ours(settings.port):
            sys.stderr.write(f"{_say('port_taken', agent)} {settings.port}\n")
            return 1
        _tell(_say("already_running", agent))
    else:
        _tell(f"{_say('ready', agent)}\nhttp://{_LOOPBACK}:{settings.port}/")
    if not options.no_browser:
        webbrowser.open(home)
    if listening is not None:
        _serve(agent, listening)
    return 0


def _serve(agent: Agent, listening: socket.socket) -> None:
    config = uvicorn.Config(
        application(agent),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        agent.desk.close()


def _listen(port: int) -> socket.socket | None:
    """On loopback alone; None when somebody else does."""
    listening = socket.socket()
    if sys.platform != "win32":  # there, it would let two programs share the port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_LOOPBACK, port))
        listening.listen()
    except OSError:
        listening.close()
        return None
    return listening


def _is_ours(port: int) -> bool:
    own = f"http://{_LOOPBACK}:{port}"
    try:
        answer = httpx.get(f"{own}/v1/version", headers={"Origin": own}, timeout=_PROBE_S, trust_env=False)
        return answer.status_code == httpx.codes.OK and "protocol" in answer.json()
    except (httpx.HTTPError, ValueError):
        return False


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="quittance-agent", description=__doc__)
    parser.add_argument("--port", type=int, help="port on 127.0.0.1")
    parser.add_argument("--no-browser", action="store_true", help="do not show the agent's page")
    parser.add_argument("--version", action="version", version=AGENT)
    return parser.parse_args(arguments)


def _say(key: str, agent: Agent) -> str:
    return texts.of_page(key, agent.settings.lang)


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run())
