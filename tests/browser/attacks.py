"""The attack strings: those of attacks.txt, and those made from tables."""
import pathlib
import re

HERE = pathlib.Path(__file__).parent
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "0": "\0", "\\": "\\"}

PHRASING = """a abbr audio b bdi bdo cite code del dfn em i ins kbd mark picture q rp rt ruby s samp small span strong sub
    sup time u var video""".split()
FLOW = """address article aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup
    li main nav ol p pre section summary ul""".split()
EMPTY = "br hr img source track wbr".split()
# What must stand around a part of a table for a parser to keep it.
TABLE = {
    "table": "{}", "caption": "<table>{}</table>", "colgroup": "<table>{}</table>", "col": "<table>{}</table>",
    "tbody": "<table>{}</table>", "thead": "<table>{}</table>", "tfoot": "<table>{}</table>",
    "tr": "<table>{}</table>", "td": "<table><tr>{}</table>", "th": "<table><tr>{}</table>",
}
# The attributes that may stay: none may end before its value does.
KEPT = """href src srcset sizes alt title lang dir cite colspan controls datetime kind label media open poster reversed
    rowspan scope span srclang start type value height width""".split()

# Where an address may stand.
PLACES = [
    '<a href="{}">x</a>', '<a href={}>x</a>', "<a href='{}'>x</a>", '<area href="{}">', '<svg><a href="{}"><text y=20>x</text></a></svg>',
    '<svg><a xlink:href="{}"><text y=20>x</text></a></svg>', '<math href="{}">x</math>', '<form action="{}"><button>x</button></form>',
    '<form><button formaction="{}">x</button></form>', '<form><input type=submit formaction="{}"></form>', '<iframe src="{}"></iframe>',
    '<embed src="{}">', '<object data="{}"></object>', '<frameset><frame src="{}"></frameset><i onclick=alert(1)>x</i>', '<img src="{}">',
    '<img srcset="{}">', '<img srcset="{} 2x, x 1x">', '<img data-src="{}" src="{}">', '<img lowsrc="{}" dynsrc="{}" src="{}">',
    '<img longdesc="{}" src=x>', '<img usemap="{}" src=x>', '<input type=image src="{}">', '<video src="{}"></video>',
    '<video poster="{}"></video>', '<audio src="{}"></audio>', '<video><source src="{}"></video>', '<picture><source srcset="{}"><img src="{}"></picture>',
    '<video><track src="{}"></video>', '<blockquote cite="{}">x</blockquote>', '<q cite="{}">x</q>', '<del cite="{}">x</del>', '<ins cite="{}">x</ins>',
    '<table background="{}"><tr><td background="{}">x</table>', '<body background="{}">', '<link rel=stylesheet href="{}">',
    '<base href="{}"><a href="#x">x</a>', '<script src="{}"></script>', '<a href=http://site.test/ ping="{}">x</a>', '<html manifest="{}">',
    '<meta http-equiv=refresh content="0;url={}">', '<p style="background:url({})">x', '<style>p{{background:url({})}}</style>',
    '<isindex action="{}">', '<applet codebase="{}" code=x></applet>', '<bgsound src="{}">', '<layer src="{}">x</layer>',
    '<a data-href="{}" href="{}">x</a>', '<image src="{}">', '<amp-img src="{}"></amp-img>', '<object><param name=movie value="{}"></object>',
]
IN_PLACES = ["javascript:alert(1)", "java&Tab;script&colon;alert(1)", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "vbscript:msgbox(1)"]

# What goes on until something ends it that never comes; {} is where the page around would have to end it.
UNCLOSED = """script style textarea title xmp iframe noembed noframes noscript plaintext template select option optgroup
    datalist svg math button form fieldset object applet marquee table caption colgroup tbody tr td th ul ol li dl dd dt a
    b i u s em strong font nobr code h1 p pre listing div section details summary dialog video audio picture canvas ruby rt
    map label frameset head body html center blockquote address annotation-xml foreignObject desc mtext x-y""".split()
UNCLOSED_TEXT = [
    "<!--", "<!---", "<!-- --", "<!-- --!", "<!", "<!x", "<!doctype", "<!doctype html \"", "<![CDATA[", "<?", "<?xml", "<%", "<", "</", "</p", "</p title=\"", "<p",
    "<p ", "<p/", "<p title", "<p title=", "<p title=\"", "<p title='", "<p title=\">", "<p title='><b onclick=alert(1)>", "<a href=\"http://site.test/", "<img src='",
    "<img src=x alt=\"", "<img src=x onerror='alert(1)", "<script src=\"", "<svg><![CDATA[", "<svg><style>", "<svg><script>", "<svg><title>", "<svg><foreignObject><textarea>",
    "<math><mtext><style>", "<math><![CDATA[", "<script><!--<script>", "<script><!--", "<style><!--", "<textarea><!--", "<noscript><!--", "<select><!--", "<template><!--",
    "&", "&#", "&#x", "&#x3", "&am", "&lt", "&notareference", "\0", "\r", "\x1b[", "<b" * 50, "<" * 50, "&" * 50, "<!--" * 50, "<a href='" * 20, "<p title=\"x" * 21,
]
DEEP = ["b", "div", "p", "ul><li", "table><tr><td", "blockquote", "span title=x", "svg", "math", "template", "a href=/x", "i><p", "dl><dd", "ruby><rt", "details", "section", "font", "button", "object", "x-y"]


def unescaped(line):
    def one(match):
        code = match.group(1)
        return chr(int(code[1:], 16)) if code[0] in "xu" else ESCAPES[code]

    return re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[ntrf0\\])", one, line)


def lines(name):
    for line in (HERE / name).read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("# "):
            yield line


def with_handlers(element):
    handlers = "onclick=alert(1) onmouseover='alert(1)' onfocus=\"alert(1)\" onload=alert(1) onerror=alert(1) style=position:fixed id=x name=y"
    tag = f"<{element} {handlers}>" if element in EMPTY or element == "col" else f"<{element} {handlers}>x</{element}>"
    return TABLE.get(element, "{}").format(tag)


def made():
    for element in PHRASING + FLOW + EMPTY + list(TABLE):
        yield "handlers on what may stay", with_handlers(element)
    for name in KEPT:
        for value in ["\"x&quot; onclick=alert(1) x=&quot;\"", "'x\" onclick=\"alert(1)'", "x&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;",
                      "\"http://site.test/'onclick='alert(1)\""]:
            yield "values of what may stay", f"<img {name}={value} onclick=alert(1)><td {name}={value}><a {name}={value} onclick=alert(1)>x</a>"
    for address in map(unescaped, lines("addresses.txt")):
        yield "addresses of links", f'<a href="{address}">x</a><i onclick=alert(1)>x</i>'
        yield "addresses of frames and images", f'<iframe src="{address}"></iframe><img src="{address}">'
    for place in PLACES:
        for address in IN_PLACES:
            yield "addresses in their places", place.replace("{{", "{").replace("}}", "}").replace("{}", address)
    for element in UNCLOSED:
        yield "unclosed elements", f"<i onclick=alert(1)>x</i><{element} onclick=alert(1)>"
        yield "unclosed elements", f"x<p>y<{element}><img src=x onerror=alert(1)>"
    for text in UNCLOSED_TEXT:
        yield "unclosed constructs", f"<i onclick=alert(1)>x</i>{text}"
        yield "unclosed constructs", f"<i onclick=alert(1)>x</i><p title='y'>{text}<img src=x onerror=alert(1)>"
    for element in DEEP:
        start = f"<{element}>"
        yield "deep nesting", start * 600 + "<img src=x onerror=alert(1)>"
        name = element.split(" ")[0].split(">")[0]
        yield "deep nesting", start * 300 + f"</{name}>" * 600 + "<img src=x onerror=alert(1)>"


def read():
    """(group, attack, whether it harms a page as it is) for each."""
    group = ""
    for line in lines("attacks.txt"):
        if line.startswith("== "):
            group = line[3:]
        else:
            yield group, unescaped(line.removeprefix("~ ")), not line.startswith("~ ")
    for made_group, attack in made():
        yield made_group, attack, True


def addresses():
    return [unescaped(line) for line in lines("addresses.txt")]
