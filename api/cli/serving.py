"""`quittance serve`: the service on this machine."""

from typing import Annotated

import typer

from api.build import build
from api.cli.console import read_settings, speaking
from api.cli.manage import first_key, prepare
from api.cli.voice import Voice
from api.rest.serving import serve as run_service


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Start the REST service; a new installation is made first and its API key shown once."""
    settings = read_settings()
    voice = Voice(settings.lang, as_json=False)
    with speaking(voice):
        if prepare(settings):
            voice.say("init.key_warning", path=settings.master_key_path)
        quittance = build(settings)
        try:
            issued = first_key(quittance)
            if issued:
                voice.say("init.api_key", token=issued.token)
            voice.say("serve.ready", url=f"http://{host}:{port}")
            run_service(quittance, host, port)
        finally:
            quittance.close()
