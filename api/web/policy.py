"""What a browser may do with our pages: nothing but show them and run our own scripts (ui reference B1)."""

import secrets

PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def new_nonce() -> str:
    """One for each answer."""
    return secrets.token_urlsafe(16)


def page_policy(nonce: str, agent: str = "") -> str:
    """Scripts by nonce, sinks by Trusted Types, everything else from here or not at all.

    `agent`: address of the reader agent, for the one page whose script asks it.
    """
    connects = f"'self' {agent}" if agent else "'self'"
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; font-src 'self';"
        f" connect-src {connects}; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types htmx"
    )


def description_policy(nonce: str) -> str:
    """For the API's own page, whose script writes styles and images of its own: nothing of ours is shown there."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
