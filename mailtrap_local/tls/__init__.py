"""TLS on the server's side: certificates of our own making, contexts, and the protocol over octets."""
