"""`quittance digest`: the daily mail, for a timer of the machine to start."""

import typer

from api.cli.console import AsJson, read_settings, working
from api.digest import digests
from domain.errors import NotAllowed
from infrastructure.mail.smtp import SmtpServer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(digest)


def digest(as_json: AsJson = False) -> None:
    """Send each user who asked for it a mail of what waits: counts and links, nothing about patients."""
    with working(as_json=as_json) as (quittance, voice):
        settings = read_settings()
        if not (settings.mail_host and settings.mail_from and settings.public_url):
            raise NotAllowed("no_mail_server", "Set QUITTANCE_MAIL_HOST, QUITTANCE_MAIL_FROM and QUITTANCE_PUBLIC_URL.")
        password = settings.mail_password_file.read_text("utf-8").strip() if settings.mail_password_file else ""
        server = SmtpServer(
            settings.mail_host,
            settings.mail_port,
            settings.mail_from,
            settings.mail_security,
            settings.mail_user,
            password,
        )
        mails = digests(quittance, settings.public_url)
        refused = server.send(mails) if mails else ()
        if voice.as_json:
            voice.json({"sent": len(mails) - len(refused), "refused": len(refused)})
            return
        voice.say("digest.sent", count=len(mails) - len(refused))
        if refused:
            voice.say("digest.refused", count=len(refused))
