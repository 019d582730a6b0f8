"""Why mail does not get through, in words.

replies     an SMTP reply out of octets
phrasebook  what each command, parameter, extension, reply and status code says
symptom     what was seen to go wrong
diagnoses   the table: how each trouble is recognised, what it means, what to change, where it is written
explain     the diagnoses of a conversation that was recorded here, and each of its lines in words
target      which server to walk through
login       what AUTH sends
walk        the walk through a server: connect, EHLO, TLS, AUTH, MAIL, RCPT, DATA; no I/O
drive       the walk on real sockets
report      what was found, for people and as JSON
"""
