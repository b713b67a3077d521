"""Texts that try to be more than text, and what a reader finds on a page."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)> </title></style></textarea> &amp; &lt; {{ 7*7 }} {% raw %}",
    '#let x = 1 *bold* $x^2$ _it_ `raw` @ref <label> \\ #read("/etc/passwd") // /* = head',
    'https://example.org/"onmouseover=alert(1) http://a/<b> javascript:alert(1)',
    "שלום עולם مرحبا \u202eevil",
    "🚀👩\u200d👩\u200d👧\u200d👦 é\u0301 中文没有空格的很长的句子需要换行因为它不会自己结束所以要小心处理排版问题",
    "\x00\x07\x1b[31m\ufffe",
    "W" * 10_000,
)


class Reader(HTMLParser):
    """Collects elements and the text that a reader sees."""

    VOID = frozenset({"meta", "br", "link", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.text.append(data)

    @property
    def headings(self) -> list[str | None]:
        return [attrs.get("id") for tag, attrs in self.elements if tag == "h2"]
