"""Socket addresses as model.Origin.peer has them."""


def written(host: str, port: int) -> str:
    """address:port, [address]:port for IPv6; "" for no host."""
    host = host.removeprefix("::ffff:")
    if not host:
        return ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def named(name: object) -> str:
    """That of a socket's name; "" for one without address and port."""
    return written(str(name[0]), name[1]) if isinstance(name, tuple) else ""
