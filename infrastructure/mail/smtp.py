"""One message after the other over one connection; what one address refuses keeps nothing from the others."""

import smtplib
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

_TIMEOUT_S = 20


class MailFault(Exception):
    """The server cannot be reached, or does not let us in: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Plain text to one person."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """`security`: starttls (port 587), tls (port 465) or none, for a server on the same machine."""

    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""

    def send(self, mails: Iterable[Mail]) -> Sequence[str]:
        """Answers the addresses that the server refused. Raises `MailFault`."""
        refused = []
        try:
            with self._connection() as connection:
                for mail in mails:
                    try:
                        connection.send_message(self._message(mail))
                    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
                        refused.append(mail.to)
                        connection.rset()
        except (OSError, smtplib.SMTPException) as error:
            raise MailFault(f"the mail server did not take the mail: {type(error).__name__}") from error
        return refused

    def _connection(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            made: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_S, context=context)
        else:
            made = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_S)
            if self.security == "starttls":
                made.starttls(context=ssl.create_default_context())
        if self.user:
            made.login(self.user, self.password)
        return made

    def _message(self, mail: Mail) -> EmailMessage:
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = self.sender, mail.to, mail.subject
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(mail.text)
        return made
