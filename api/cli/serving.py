"""`quittance serve`: the service on this machine, pages and API."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.build import Quittance, build
from api.cli.console import context, read_settings, speaking
from api.cli.demo import tell
from api.cli.demo_mycarenet import Beside, make_ready, mycarenet_beside
from api.cli.manage import first_key, prepare
from api.cli.voice import Voice
from api.settings import Settings
from domain.roles import Role
from infrastructure.clock import SystemClock

DEMO_FOLDER = Path("demo-data")
DEMO_LOGIN = "demo"
_DEMO_ROLE: Role = "administrator"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    demo: Annotated[
        bool, typer.Option("--demo", help="Serve the demo data, made first if missing; prints a one-time password.")
    ] = False,
) -> None:
    """Start the service; a new installation is made first and its API key shown once."""
    settings = read_settings()
    voice = Voice(settings.lang, as_json=False)
    with speaking(voice):
        if demo:
            settings = _demo_settings(settings)
            with mycarenet_beside(settings, SystemClock()) as beside:
                _serve(settings, voice, host, port, beside)
        else:
            _serve(settings, voice, host, port)


def _serve(settings: Settings, voice: Voice, host: str, port: int, beside: Beside | None = None) -> None:
    # Imported here: the pages and the API are more than half of the start of a command that serves nothing.
    from api.rest.serving import serve as run_service  # noqa: PLC0415
    from api.web.site import Site  # noqa: PLC0415

    if prepare(settings):
        voice.say("init.key_warning", path=settings.master_key_path)
    quittance = build(settings, way=beside.way if beside else None)
    try:
        issued = first_key(quittance)
        if issued:
            voice.say("init.api_key", token=issued.token)
        site = Site(quittance)
        if beside:
            _say_demo(quittance, voice, beside)
        elif not _has_user(quittance):
            _say_first_steps(quittance, voice, settings)
        voice.say("serve.ready", url=f"http://{host}:{port}")
        run_service(quittance, site, host, port)
    finally:
        quittance.close()


def _say_demo(quittance: Quittance, voice: Voice, beside: Beside) -> None:
    voice.say("serve.demo_user", login=DEMO_LOGIN, password=_demo_password(quittance))
    month, files = make_ready(quittance, beside)
    if files:
        voice.say("serve.demo_files", month=month, files=files)
    voice.say("serve.demo_keystore", p12=beside.keystore, password_file=beside.password_file)


def _demo_settings(settings: Settings) -> Settings:
    """The folder of `quittance demo`, with its story told first when it is not there."""
    if not (DEMO_FOLDER / "quittance.db").exists():
        tell(Voice(settings.lang, as_json=True), DEMO_FOLDER, 1)
    return Settings(home=DEMO_FOLDER, database="", key_file=None, lang=settings.lang)


def _demo_password(quittance: Quittance) -> str:
    """Of the one user of the demo, who may do everything everywhere; a new one each time."""
    accounts, today = quittance.accounts, quittance.clock.now().date()
    user = accounts.user_id(DEMO_LOGIN)
    if quittance.log.load([user]).get(user):
        return accounts.reset(context(), user).result
    made = accounts.add(context(), DEMO_LOGIN, "Demo").result
    for where in quittance.lookups.establishment_ids():
        accounts.grant(context(), made.user_id, where, _DEMO_ROLE, today)
    return made.one_time_password


def _say_first_steps(quittance: Quittance, voice: Voice, settings: Settings) -> None:
    """The commands that let somebody in, as they can be pasted into another terminal."""
    words = ("env", f"QUITTANCE_HOME={settings.home.resolve()}", sys.executable, "-m", "api.cli")
    typed = shlex.join(words)
    if not quittance.lookups.establishment_ids():
        voice.say("serve.no_practice", quittance=typed)
    voice.say("serve.no_user", quittance=typed)


def _has_user(quittance: Quittance) -> bool:
    with quittance.store.database.reading() as sql:
        return bool(sql.tuples("SELECT 1 FROM credentials LIMIT 1"))
