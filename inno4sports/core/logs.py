"""Logs: one JSON object a line, with the request's id; tokens are masked."""

import json
import logging
import re
from contextvars import ContextVar
from typing import Any

current_request_id: ContextVar[str] = ContextVar("request_id", default="")
TOKEN = re.compile(r"(/(?:feedback|invitation|preferences|unsubscribe|remark|endorse|key)/|i4s_[a-z]+_|access_token=)[A-Za-z0-9_-]{20,}")


class JsonFormatter(logging.Formatter):
    """One JSON object a line; tokens are masked."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": TOKEN.sub(r"\1…", record.getMessage()),
        }
        if request_id := current_request_id.get():
            line["request"] = request_id
        if record.exc_info:
            line["error"] = TOKEN.sub(r"\1…", self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
