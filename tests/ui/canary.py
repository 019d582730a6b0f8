"""A server that nobody should ask, and a mail that tries everything to make a browser ask it."""

import asyncio
from typing import Self


class Canary:
    """Listens on loopback, answers everything, and notes who asked for what."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.page = ""  # what /page answers, without any protection

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            self.asked.append("(a connection)")
        else:
            self.asked.append(head.split(b" ")[1].decode())
            body = self.page.encode() if self.asked[-1] == "/page" else b"ok"
            kind = b"text/html" if self.asked[-1] == "/page" else b"text/plain"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n" % (kind, len(body)))
            writer.write(b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        writer.close()


def hostile(to: str) -> str:
    """HTML with every way to reach `to` or to run something that we know of."""
    n = iter(range(1000))

    def u() -> str:
        return f"{to}/{next(n)}"

    return f"""<!doctype html><html manifest="{u()}"><head><title>hostile</title>
<meta http-equiv="refresh" content="0;url={u()}"><meta http-equiv="Content-Security-Policy" content="default-src *">
<base href="{u()}/"><link rel="stylesheet" href="{u()}"><link rel="prefetch" href="{u()}"><link rel="preload" as="image" href="{u()}">
<link rel="preconnect" href="{to}"><link rel="dns-prefetch" href="{to}"><link rel="icon" href="{u()}">
<link rel="modulepreload" href="{u()}"><link rel="prerender" href="{u()}"><link rel="manifest" href="{u()}">
<style>@import url("{u()}"); @font-face {{ font-family: f; src: url("{u()}") }}
body {{ font-family: f; background: url("{u()}"); list-style: url("{u()}"); cursor: url("{u()}"), auto }}
p::after {{ content: url("{u()}") }} a:visited {{ background: url("{u()}") }} @media (min-width: 1px) {{ p {{ border-image: url("{u()}") 1 }} }}
input[value^="a"] {{ background: image-set("{u()}" 1x) }}</style>
<script src="{u()}"></script><script>fetch("{u()}"); top.document.title = "OWNED"; parent.OWNED = 1; document.title = "OWNED"</script>
<script type="module">import "{u()}"</script><script type="speculationrules">{{"prefetch":[{{"source":"list","urls":["{u()}"]}}]}}</script></head>
<body background="{u()}" onload="fetch('{u()}')"><img src="{u()}" width="1" height="1"><img srcset="{u()} 1x, {u()} 2x">
<picture><source srcset="{u()}"><img src="{u()}"></picture><img src="x" onerror="fetch('{u()}')"><input type="image" src="{u()}" autofocus onfocus="fetch('{u()}')">
<video poster="{u()}" src="{u()}" autoplay muted></video><audio src="{u()}" autoplay></audio><video autoplay><source src="{u()}"><track default src="{u()}"></video>
<iframe src="{u()}"></iframe><iframe srcdoc="<img src='{u()}'><script>fetch('{u()}')</script>"></iframe><frame src="{u()}"><embed src="{u()}"><object data="{u()}"></object>
<applet code="{u()}"></applet><svg><image href="{u()}"/><use href="{u()}#a"/><script href="{u()}"/><animate onbegin="fetch('{u()}')" attributeName="x" dur="1s"/>
<foreignObject><img src="{u()}"></foreignObject><style>@import "{u()}";</style></svg>
<svg onload="fetch('{u()}')"><a xlink:href="javascript:fetch('{u()}')"><text>x</text></a><filter><feImage href="{u()}"/></filter></svg>
<math href="javascript:fetch('{u()}')"><mi xlink:href="{u()}">x</mi></math><form id="f" action="{u()}" method="post"><button autofocus>go</button></form>
<form action="{u()}"><input name="q" value="a"><input type="submit" formaction="{u()}" value="send"></form>
<table background="{u()}"><tr><td background="{u()}">x</td></tr></table><div style="background-image: url({u()}); width: 9px; height: 9px">y</div>
<div style="background: url('{u()}')"></div><p style="list-style-image: url({u()})">z</p><details open ontoggle="fetch('{u()}')"><summary>s</summary></details>
<marquee onstart="fetch('{u()}')">m</marquee><a id="js" href="javascript:fetch('{u()}')">script link</a><a ping="{u()}" href="#x">ping</a>
<blockquote cite="{u()}">b</blockquote><del cite="{u()}">d</del><portal src="{u()}"></portal><bgsound src="{u()}"><img src="//127.0.0.1:{to.rsplit(":", 1)[1]}/{next(n)}">
<img lowsrc="{u()}" dynsrc="{u()}"><button popovertarget="p" onclick="fetch('{u()}')">b</button><img src="data:image/svg+xml,&lt;svg xmlns='http://www.w3.org/2000/svg'&gt;&lt;image href='{u()}'/&gt;&lt;script&gt;fetch('{u()}')&lt;/script&gt;&lt;/svg&gt;">
</body></html>"""
