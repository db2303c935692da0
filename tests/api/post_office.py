"""A mail server of this machine, as far as one client needs it; refuses the address `nobody@…`."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from infrastructure.mail.smtp import SmtpServer


class _Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as one client needs."""

    def handle(self) -> None:
        self._say("220 ready")
        lines: list[str] = []
        is_data = False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if is_data:
                if line == ".":
                    self.server.mails.append("\n".join(lines))  # type: ignore[attr-defined]
                    lines, is_data = [], False
                    self._say("250 taken")
                else:
                    lines.append(line)
                continue
            word = line.split(" ")[0].upper()
            if word == "DATA":
                is_data = True
                self._say("354 go on")
            elif word == "RCPT" and "nobody@" in line:
                self._say("550 no such person")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def post_office() -> Iterator[tuple[SmtpServer, list[str]]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation) as server:
        server.daemon_threads = True
        server.mails = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield SmtpServer("127.0.0.1", server.server_address[1], "quittance@example.be", "none"), server.mails  # type: ignore[attr-defined]
        server.shutdown()
        thread.join(5)
