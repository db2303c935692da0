"""`quittance simulator`: the token service of eHealth and GenericAsync of MyCareNet on this machine, for trials."""

import errno
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from api.cli.console import read_settings, speaking
from api.cli.voice import Voice
from infrastructure.clock import SystemClock
from infrastructure.mycarenet_simulator.app import PATHS, Simulator
from infrastructure.mycarenet_simulator.demo import LICENCE_PASSWORD, LICENCE_USER
from infrastructure.mycarenet_simulator.serving import Server
from infrastructure.simulator.scenario import USUAL

_MISUSED = 2
DEFAULT_PORT = 8765
DEFAULT_FOLDER = Path("mycarenet-simulator")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulator)


def simulator(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = DEFAULT_PORT,
    simulator_folder: Annotated[
        Path, typer.Option("--folder", help="Folder of keys, keystores and mailboxes; made when it is missing.")
    ] = DEFAULT_FOLDER,
) -> None:
    """Serve simulated eHealth and MyCareNet on loopback until Ctrl+C; prints where everything is."""
    voice = Voice(read_settings().lang, as_json=False)
    with speaking(voice):
        made = Simulator(simulator_folder, SystemClock(), unions=USUAL)
        try:
            _serve(made, port, voice)
        finally:
            made.close()


def _settings(made: Simulator, url: str) -> Path:
    """A file to be read by a shell: what the product needs to send here, as the nurse of the sample practice."""
    licence, settings = made.folder.root / "licence.txt", made.folder.root / "settings.sh"
    licence.write_text(LICENCE_PASSWORD, encoding="ascii")
    values = {
        "STS": f'["{url}{PATHS["sts-saml"]}"]',
        "INVOICING": f'["{url}{PATHS["invoicing"]}"]',
        "TRUST": made.folder.authority_file.resolve(),
        "P12": made.folder.keystore_file("nurse").resolve(),
        "P12_PASSWORD_FILE": made.folder.password_file.resolve(),
        "LICENCE_USER": LICENCE_USER,
        "LICENCE_PASSWORD_FILE": licence.resolve(),
    }
    lines = (f"export QUITTANCE_MYCARENET_{name}={quote(str(value))}\n" for name, value in values.items())
    settings.write_text("".join(lines), encoding="utf-8")
    return settings


def _serve(made: Simulator, port: int, voice: Voice) -> None:
    try:
        server = Server(made, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        typer.echo(voice.label("simulator.port_taken", port=port), err=True)
        raise typer.Exit(_MISUSED) from None
    with server:
        for service, path in PATHS.items():
            voice.say("simulator.address", service=service, url=f"{server.url}{path}")
        voice.say("simulator.authority", path=made.folder.authority_file)
        for name, file in made.keystores().items():
            voice.say("simulator.keystore", name=name, path=file)
        made.password()
        voice.say("simulator.password", path=made.folder.password_file)
        voice.say("simulator.licence", user=LICENCE_USER, password=LICENCE_PASSWORD)
        voice.say("simulator.settings", path=_settings(made, server.url))
        voice.say("serve.ready", url=server.url)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
