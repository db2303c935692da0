"""`quittance simulator`: the token service of eHealth and GenericAsync of MyCareNet on this machine, for trials."""

import errno
import json
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from api.cli.console import read_settings, speaking
from api.cli.voice import Voice
from api.mycarenet import MyCareNetSettings
from infrastructure.clock import SystemClock
from infrastructure.mycarenet_simulator.app import PATHS, Simulator
from infrastructure.mycarenet_simulator.demo import LICENCE_PASSWORD, LICENCE_USER
from infrastructure.mycarenet_simulator.serving import Server
from infrastructure.simulator.scenario import USUAL

_MISUSED = 2
DEFAULT_PORT = 8765
DEFAULT_FOLDER = Path("mycarenet-simulator")
_TOLD = {
    "sts",
    "sts_protocol",
    "invoicing",
    "member_data",
    "member_data_async",
    "trust",
    "licence_user",
    "licence_password_file",
}


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


def settings_for(made: Simulator, url: str) -> MyCareNetSettings:
    """What the product needs to send here, but for a session; makes the keystores that open one."""
    licence = made.folder.root / "licence.txt"
    licence.write_text(LICENCE_PASSWORD, encoding="ascii")
    made.keystores()
    made.password()
    return MyCareNetSettings(
        sts=(f"{url}{PATHS['sts-saml']}",),
        sts_protocol="saml",
        invoicing=(f"{url}{PATHS['invoicing']}",),
        member_data=(f"{url}{PATHS['member-data']}",),
        member_data_async=(f"{url}{PATHS['member-data-async']}",),
        trust=made.folder.authority_file.resolve(),
        licence_user=LICENCE_USER,
        licence_password_file=licence.resolve(),
    )


def write_settings(made: Simulator, values: MyCareNetSettings) -> Path:
    """As a file to be read by a shell."""
    file = made.folder.root / "settings.sh"
    lines = (f"export {name}={quote(text)}\n" for name, text in environment_of(values).items())
    file.write_text("".join(lines), encoding="utf-8")
    return file


def environment_of(values: MyCareNetSettings) -> dict[str, str]:
    """The variables that say so."""
    told = values.model_dump(mode="json", include=_TOLD)
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in told.items()}
    return {f"QUITTANCE_MYCARENET_{name.upper()}": text for name, text in texts.items()}


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
        voice.say("simulator.settings", path=write_settings(made, settings_for(made, server.url)))
        nurse, password = made.folder.keystore_file("nurse").resolve(), made.folder.password_file.resolve()
        voice.say("simulator.session", p12=quote(str(nurse)), password_file=quote(str(password)))
        voice.say("serve.ready", url=server.url)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
