"""The log of the service: one JSON object a line, whatever somebody put into a request."""

import json
import logging
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """Our own records carry JSON already; others become a message without their traceback, which may hold values."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        message = record.getMessage()
        facts = json.loads(message) if record.name.startswith("quittance.") else {"message": message}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"at": at, "level": record.levelname.lower(), "log": record.name, **facts})


def write_log_lines() -> None:
    """To standard error, for whoever runs the service: our lines, and warnings of others."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("quittance").setLevel(logging.INFO)
