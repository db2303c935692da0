"""`quittance session`: the session with MyCareNet under which files go and answers come; everybody here shares it."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import AsJson, Where, context, establishment, read_file, working
from api.cli.instants import minute_of
from api.cli.voice import Voice
from application.mycarenet_ports import MyCareNetSession
from domain.errors import NotFound

app = typer.Typer(no_args_is_help=True, help="The session with MyCareNet: open, show, renew, close it.")


@app.command("open")
def open_session(
    p12: Annotated[Path, typer.Option("--p12", help="eHealth P12 of whoever sends; it is not kept as a file.")],
    password_file: Annotated[Path, typer.Option(help="File with its password.")],
    where: Where = "",
    as_json: AsJson = False,
) -> None:
    """Open one with an eHealth P12; one that is open ends with it."""
    with working(as_json=as_json) as (quittance, voice):
        here = establishment(quittance, where)
        content, password = read_file(p12), _password(password_file)
        opened = quittance.sessions_over_mycarenet.open_with_p12(context(), here, content, password).result
        _say(voice, "mycarenet_session.opened", opened)


@app.command()
def show(where: Where = "", as_json: AsJson = False) -> None:
    """Until when the session holds, how it was opened and in whose name."""
    with working(as_json=as_json) as (quittance, voice):
        found = quittance.sessions_over_mycarenet.current(establishment(quittance, where))
        is_needed = quittance.sessions_over_mycarenet.is_needed
        if found is not None:
            _say(voice, "mycarenet_session.open", found)
        elif voice.as_json:
            voice.json(None)
        else:
            voice.say("mycarenet_session.none" if is_needed else "mycarenet_session.not_needed")


@app.command()
def renew(where: Where = "", as_json: AsJson = False) -> None:
    """Let the session last as long again; one of a card may need the card."""
    with working(as_json=as_json) as (quittance, voice):
        renewed = quittance.sessions_over_mycarenet.renew(context(), establishment(quittance, where)).result
        _say(voice, "mycarenet_session.renewed", renewed)


@app.command()
def close(where: Where = "", as_json: AsJson = False) -> None:
    """End the session now: what proves it is forgotten."""
    with working(as_json=as_json) as (quittance, voice):
        closed = quittance.sessions_over_mycarenet.close(context(), establishment(quittance, where)).result
        voice.json({"closed": closed}) if as_json else voice.say("mycarenet_session.closed")


def _password(file: Path) -> str:
    try:
        return read_file(file).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise NotFound("file_unreadable", "Cannot read the file: it is no text.") from None


def _say(voice: Voice, key: str, session: MyCareNetSession) -> None:
    if voice.as_json:
        voice.json(session)
        return
    until = minute_of(session.ends_at)
    method = voice.code("mycarenet_method", session.method)
    voice.say(key, until=until, method=method, holder=voice.code("mycarenet_holder", session.holder_kind))
    if session.certificate_ends_at:
        until = minute_of(session.certificate_ends_at)
        voice.say("mycarenet_session.certificate", until=until, fingerprint=session.fingerprint)
