"""The `markdown` block: standard Markdown, where raw HTML stays text and only safe links are links."""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup

from sandbox.page.emoji import with_emoji
from sandbox.page.mrkdwn import is_safe_url, mrkdwn
from sandbox.page.reader import Reader


def markdown(text: str, reader: Reader) -> Markup:
    """Return the HTML of a markdown block's text."""
    parser = _parser()
    env = {"reader": reader}
    tokens = parser.parse(with_emoji(text), env)
    for token in tokens:
        _dress(token)
    # markdown-it escapes everything it does not understand: html is off and images are links.
    return Markup(parser.renderer.render(tokens, parser.options, env))  # noqa: S704


def _dress(token: Token) -> None:
    """Open links elsewhere, and align columns by class: the page allows no inline style."""
    for child in token.children or ():
        if child.type == "link_open":
            child.attrSet("target", "_blank")
            child.attrSet("rel", "noopener noreferrer")
    style = str(token.attrs.pop("style", ""))
    if style.startswith("text-align:"):
        token.attrSet("class", f"align-{style.removeprefix('text-align:')}")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    parser.disable("image")
    parser.inline.ruler.before("autolink", "slack_control", _slack_control)
    parser.add_render_rule("slack_control", _shown_control)
    parser.validateLink = is_safe_url  # type: ignore[method-assign]  # its documented hook
    return parser


def _slack_control(state: StateInline, silent: bool) -> bool:
    """Read `<@U1>`, `<#C1>` and `<!here>`, which Slack understands in this block too."""
    source = state.src[state.pos : state.posMax]
    end = source.find(">")
    if not source.startswith(("<@", "<#", "<!")) or end < 3 or "\n" in source[:end]:
        return False
    if not silent:
        token = state.push("slack_control", "", 0)
        token.content = source[: end + 1]
    state.pos += end + 1
    return True


def _shown_control(self: object, tokens, idx, options, env) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001, ARG001
    return str(mrkdwn(tokens[idx].content, env["reader"]))
