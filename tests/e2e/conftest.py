"""Nothing but the browser, which every browser test shares."""

from tests.sandbox.page.conftest import browser

__all__ = ["browser"]
