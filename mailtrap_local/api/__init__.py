"""The HTTP front: Mailpit's v1 wire format, what DESIGN.md adds to it, and the web page."""
