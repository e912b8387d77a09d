"""The web application: Slack's endpoints, the control API and the page, in one Starlette app."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from sandbox.api.endpoints import Endpoints
from sandbox.control import Control
from sandbox.page.routes import page_routes
from sandbox.wiring import Sandbox

LOCAL_HOSTS = ["127.0.0.1", "localhost"]


def build_app(sandbox: Sandbox) -> Starlette:
    """Return the ASGI app; it answers local host names only, so that no website can reach it."""
    routes = [
        *Endpoints(sandbox).routes(),
        *Control(sandbox).routes(),
        *page_routes(sandbox.workspace, sandbox.interactions),
    ]
    guard = Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS, www_redirect=False)
    return Starlette(routes=routes, middleware=[guard])
