"""Processes that speak SMTP, beside the one that keeps the mail: `--smtp-processes`.

Theory of operation
1. The server (pool.py) listens and gives its sockets to each worker (worker.py); whoever is free takes the next
   connection. A worker runs the SMTP front as it is, and parses mail; the server alone writes, and has every rule.
2. Between the two are two sockets. Over the line (line.py, messages.py) go mails and finished sessions, and what became
   of them; what has come together within one turn of a loop goes as one frame. Over the other one a worker asks and
   waits (asking.py): what happens at a stage that somebody watches. So a fault is counted in one place, however many
   processes there are.
3. Whether somebody watches a stage is an octet of memory that all of them share (watched.py): a fault that was set is
   seen by the next command, and without faults a stage costs no message.
4. A worker that dies takes its connections with it; the mail that it had handed in stays, and another takes its place.
   One that loses the server ends.
"""

from mailtrap_local.smtp.workers.pool import Workers

__all__ = ["Workers"]
