"""Why mail does not get through, in words.

replies     an SMTP reply out of octets
phrasebook  what each command, parameter, extension, reply and status code says
symptom     what was seen to go wrong
table       how each trouble is recognised, what it means, what to change, where it is written
diagnoses   symptoms into findings, by the table
explain     the diagnoses of a conversation that was recorded here, and each of its lines in words
target      which server to walk through
letter      what is sent, or would be
login       what AUTH sends
acts        what the walk asks of its driver
certificate what a server's certificate says of itself
talk        one command and its reply, and what is seen in them
reaching    the name, a connection, TLS, the greeting
walk        the walk as a whole: EHLO, AUTH, MAIL, RCPT, DATA behind those; no I/O
drive       the walk on real sockets
report      what was found, for people and as JSON
command     all this from the command line
"""
