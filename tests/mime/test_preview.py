"""The preview document: what is rewritten, what is counted, and what stays as it was sent."""

import html as entities
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap_local.mime.preview import BASE, Preview, _related, _Rewriter, preview, preview_policy
from mailtrap_local.mime.structure import tree

PNG = "data:image/png;base64,UE5H"


def shown(html: str, *, remote: bool = False) -> Preview:
    """The preview of this HTML with an inline image a@b that is also https://x.org/logo.png."""
    raw = (
        "Content-Type: multipart/related; boundary=bound\r\n\r\n--bound\r\n"
        "Content-Type: text/html; charset=utf-8\r\n\r\n"
        f"{html}\r\n--bound\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\nContent-Location: https://x.org/logo.png\r\n\r\nPNG"
        "\r\n--bound--\r\n"
    )
    return preview(raw.encode(), remote=remote)


def test_the_policy_in_the_words_of_the_rules() -> None:
    assert preview_policy(remote=False) == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )


def test_remote_content_widens_images_styles_and_fonts_only() -> None:
    closed = dict(part.split(" ", 1) for part in preview_policy(remote=False).split("; "))
    opened = dict(part.split(" ", 1) for part in preview_policy(remote=True).split("; "))
    changed = {name for name in closed if closed[name] != opened[name]}
    assert changed == {"img-src", "style-src", "font-src"}
    assert all(opened[name] == f"{closed[name]} https: http:" for name in changed)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "<!doctype html>",
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n',
        "<!-- comment --><!doctype html><html lang='en'>\n<head>",
        "<?xml version='1.0'?><!doctype html>\n<!-- c --> <html>",
        "<html><head profile='a > b'>",
        "  <HEAD>",
    ],
)
def test_the_base_stands_behind_the_doctype(before: str) -> None:
    assert shown(f"{before}<p>x</p>").html == f"{before}{BASE}<p>x</p>"


@pytest.mark.parametrize(
    ("sent", "document"),
    [
        ("<a href=x>", '<a href=x rel="noopener noreferrer">'),
        ("<a href='x' target=_top REL=\"opener\" ping=y>", "<a href='x'    rel=\"noopener noreferrer\">"),
        ('<area href="x">', '<area href="x" rel="noopener noreferrer">'),
        ("<a href='#top'>", '<a href=\'#top\' rel="noopener noreferrer" target="_self">'),
        ("<a href='java\nscript:alert(1)'>x", '<a  rel="noopener noreferrer">x'),
        ("<a href=' DATA:text/html,x'>", '<a  rel="noopener noreferrer">'),
        ('<base href="https://evil.example/"><base>', ""),
        ('<meta http-equiv="refresh" content="0;url=https://x.org"><META CHARSET=gbk>', ""),
        ("<meta http-equiv='Content-Security-Policy' content=\"img-src *\">", ""),
        ('<meta name="viewport" content="width=device-width">', '<meta name="viewport" content="width=device-width">'),
        ('<link rel="preconnect" href="https://x.org"><link rel=dns-prefetch href=//y.org>', ""),
        ('<img src="cid:a@b">', f'<img src="{PNG}">'),
        ("<IMG alt='x' SRC=cid:a%40b width=1>", f"<IMG alt='x' src=\"{PNG}\" width=1>"),
        ('<img src="CID:&lt;a@b&gt;">', f'<img src="{PNG}">'),
        ('<img src="cid:A@B">', f'<img src="{PNG}">'),
        ('<img src="cid:unknown">', '<img src="cid:unknown">'),
        ('<img src="https://x.org/logo.png">', f'<img src="{PNG}">'),
        ('<img srcset="cid:a@b 1x, cid:a@b 2x">', f'<img srcset="{PNG} 1x, {PNG} 2x">'),
        ('<td background="cid:a@b">', f'<td background="{PNG}">'),
        ("<p style=\"background:url('cid:a@b')\">", f'<p style="background:url(&#x27;{PNG}&#x27;)">'),
        ("<style>p{background:url( cid:a@b )}</style>", f"<style>p{{background:url('{PNG}')}}</style>"),
        ("<svg><image href='cid:a@b'/></svg>", f'<svg><image href="{PNG}"/></svg>'),
        ("<script>'<img src=cid:a@b>'</script>", "<script>'<img src=cid:a@b>'</script>"),
        ("<!-- <img src=cid:a@b> -->", "<!-- <img src=cid:a@b> -->"),
        ("<textarea><base href=x></textarea>", "<textarea><base href=x></textarea>"),
        ("<p class='a > b'>x < y & z</p>", "<p class='a > b'>x < y & z</p>"),
        ("<img src='cid:a@b", "<img src='cid:a@b"),
    ],
)
def test_what_is_rewritten(sent: str, document: str) -> None:
    assert shown(f"<html><body>{sent}").html == f"<html>{BASE}<body>{document}"


REMOTE = [
    ("<img src='https://r.org/1'>", "https://r.org/1", True),
    ("<img src=//r.org/2>", "//r.org/2", True),
    ("<img src='ht&#116;ps://r.org/3'>", "https://r.org/3", True),
    ("<img srcset='https://r.org/4 2x, cid:a@b 1x'>", "https://r.org/4", True),
    ("<body background='http://r.org/5'>", "http://r.org/5", True),
    ("<p style='background:url(https://r.org/6)'>", "https://r.org/6", True),
    ('<style>@import "https://r.org/7";</style>', "https://r.org/7", True),
    ("<style>@font-face{src:url(https://r.org/8)}</style>", "https://r.org/8", True),
    ("<link rel='stylesheet' href='https://r.org/9'>", "https://r.org/9", True),
    ("<input type=image src=https://r.org/10>", "https://r.org/10", True),
    ("<svg><image xlink:href='https://r.org/11'></svg>", "https://r.org/11", True),
    ("<video poster='https://r.org/12'>", "https://r.org/12", False),
    ("<video src='https://r.org/13'>", "https://r.org/13", False),
    ("<audio src='https://r.org/14'>", "https://r.org/14", False),
    ("<iframe src='https://r.org/15'></iframe>", "https://r.org/15", False),
    ("<embed src='https://r.org/16'>", "https://r.org/16", False),
    ("<object data='https://r.org/17'>", "https://r.org/17", False),
    ("<script src='https://r.org/18'></script>", "https://r.org/18", False),
    ("<link rel=preconnect href='https://r.org/19'>", "https://r.org/19", False),
]


@pytest.mark.parametrize(("html", "url", "opened"), REMOTE)
def test_what_is_remote_is_counted(html: str, url: str, opened: bool) -> None:
    found = shown(html)
    assert (found.blocked, found.remote) == (1, (url,))
    assert shown(html, remote=True).blocked == (0 if opened else 1)
    assert shown(html, remote=True).html == found.html


def test_remote_things_are_counted_once() -> None:
    found = shown("".join(html for html, _, _ in REMOTE) * 2)
    assert found.blocked == len(REMOTE)
    assert found.remote == tuple(url for _, url, _ in REMOTE)


@pytest.mark.parametrize(
    "html",
    [
        "<a href='https://x.org'>",
        "<img src='/relative'>",
        "<img src='data:image/png;base64,x'>",
        "<link rel=canonical href='https://x.org'>",
        "<form action='https://x.org'>",
    ],
)
def test_what_is_not_fetched_is_not_counted(html: str) -> None:
    assert shown(html).blocked == 0


def test_data_uris_have_a_cap() -> None:
    room = len(PNG) * 3 + 1
    document = _Rewriter(_related(tree(CAPPED)), room=room).document("<img src=cid:a@b>" * 5)
    assert document.count(PNG) == 3
    assert document.count("cid:a@b") == 2


CAPPED = (
    b"Content-Type: multipart/related; boundary=c\r\n\r\n"
    b"--c\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\n\r\nPNG\r\n--c--\r\n"
)


def test_any_type_but_media_is_octets() -> None:
    raw = (
        b"Content-Type: multipart/related; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<img src=cid:a>\r\n"
        b"--c\r\nContent-Type: text/javascript\r\nContent-ID: <a>\r\n\r\nx\r\n--c--\r\n"
    )
    assert "data:application/octet-stream;base64,eA==" in preview(raw).html


def test_text_becomes_a_page_with_links() -> None:
    found = preview(b'Subject: x\r\n\r\n<b>not bold</b> https://x.org/?a=1&b=2. javascript:alert(1) "q"\r\n')
    assert found.html.startswith("<!doctype html>")
    assert "color-scheme" in found.html and BASE in found.html
    assert "&lt;b&gt;not bold&lt;/b&gt;" in found.html
    url = "https://x.org/?a=1&amp;b=2"
    assert f'<a href="{url}" rel="noopener noreferrer">{url}</a>.' in found.html
    assert found.html.count("<a ") == 1
    assert (found.blocked, found.remote) == (0, ())


def test_the_same_mail_gives_the_same_document() -> None:
    html = "".join(html for html, _, _ in REMOTE) + "<img src=cid:a@b>"
    assert shown(html) == shown(html)


PIECES = [
    "<", ">", "<!--", "-->", "<style>", "</style>", "<a ", "<img src=", "cid:a@b", "='", '="', "'", "&", "&#xd800;",
    "</", "<p style='", "url(", ")", "@import '", "<base ", "<meta charset", " ", "=", "/", "\n", "https://x.org/",
    "<!doctype html>", "<head>", "srcset=", ",",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_html(html: str) -> None:
    found = shown(html)
    found.html.encode()
    assert found.html.count(BASE) == 1 or html.strip() == ""
    assert (
        not re.search(r"<base(?![^<]*_blank)[\s/][^<>]*href[^<>]*>", found.html)
        or "<!--" in html
        or "'" in html
        or '"' in html
    )


@pytest.mark.parametrize(
    "piece",
    [
        *PIECES,
        "<p a='",
        "<p style='a(",
        "<img src=https://x.org/1 ",
        "<style><",
        "url(url(",
        "<a a=b c=d>",
        "<img srcset=', , ,'>",
    ],
)
def test_previews_are_made_in_linear_time(piece: str) -> None:
    began = time.perf_counter()
    shown(piece * (300_000 // len(piece)))
    shown(f"<p style='{piece * (300_000 // len(piece))}' srcset=\"{piece * (300_000 // len(piece))}\">")
    assert time.perf_counter() - began < 10.0


def test_a_text_page_escapes_everything() -> None:
    body = "<script>alert('x')</script>&amp;"
    assert entities.escape(body) in preview(f"\r\n{body}".encode()).html


WARM = "<link rel=preconnect href=http://192.0.2.1>"


@pytest.mark.parametrize(
    "html",
    [
        f"<svg><title>{WARM}</title></svg>",
        f"<svg><style><div>{WARM}</style></svg>",
        f"<svg><script><p>{WARM}</script></svg>",
        f"<svg><textarea><p>{WARM}</textarea></svg>",
        f"<svg><xmp><p>{WARM}</xmp></svg>",
        f"<svg><![CDATA[<!--]]></svg>{WARM}",
        f"<select><iframe></select>{WARM}",
        f"<<link rel=preconnect>{WARM[1:]}",
        f'</x a="<style>">{WARM}',
        f"<!x <style>>{WARM}",
        f'<! <p a=">{WARM} ">',
        f'<p ="">{WARM}',
        f'<p =">{WARM} ">',
        f'<p a==">{WARM} ">',
        f'<p a/=">{WARM} ">',
        f'<p a=b=">{WARM} ">',
        f'<p x=\u00a0">{WARM} ">',
        '<link x=\u00a0" rel=preconnect href=http://192.0.2.1 y=">',
        f'<iframe srcdoc="{WARM}"></iframe>',
        "<svg><title><link rel='&#112;reconnect' href=http://192.0.2.1></title>",
    ],
)
def test_no_context_hides_what_connects_in_spite_of_the_policy(html: str) -> None:
    """Each of these made Chromium connect: it takes the element for a link, and the rewriter took it for text."""
    assert "<link" not in shown(html).html


@pytest.mark.parametrize("name", ["iframe", "frame", "portal", "fencedframe"])
def test_frames_lead_nowhere(name: str) -> None:
    """A browser connects to where a frame would lead before it asks the policy."""
    found = shown(f"<{name} src=https://x.org/ srcdoc='<p>x' title=t></{name}>")
    assert found.html == f"{BASE}<{name}   title=t></{name}>"
    assert found.remote == ("https://x.org/",)
    assert f"<x-{name}" in shown(f"<svg><title><{name} src=https://x.org/></title></svg>").html


@pytest.mark.parametrize(
    "tag",
    [
        "<a rel=opener href=https://x.org>",
        "<a target=_top href=https://x.org>",
        "<a ping=https://x.org href=https://x.org>",
        "<a href=javascript:alert(1)>",
        "<meta http-equiv=x-dns-prefetch-control content=on>",
    ],
)
def test_no_context_hides_a_link_or_a_refresh(tag: str) -> None:
    assert tag not in shown(f"<svg><title>{tag}x</a></title></svg>").html


def test_an_attribute_without_its_value_takes_none_of_ours() -> None:
    assert shown("<a href=https://x.org x=>").html == f'{BASE}<a href=https://x.org x="" rel="noopener noreferrer">'
