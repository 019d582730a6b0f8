"""The APIs of other catchers, so that what was written for them works unchanged: one module and one route table each.

mailhog       MailHog's API v1 and v2; `mailhog_message` is its form of a message, `jim` its monkey, made of faults
maildev       MailDev's REST API, old paths and new; `maildev_message` is its form of a message
mailcatcher   MailCatcher's REST API and WebSocket
table         all their routes
exchange      what the three share: lists sent while they are made, deletes that say what they mean

None of them changes anything by GET: MailDev marks a message read that is asked for, this does not.
"""
