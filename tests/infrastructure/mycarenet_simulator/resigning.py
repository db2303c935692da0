"""A signer who holds the right key and says the wrong thing with it."""

from lxml import etree

from tests.infrastructure.mycarenet_simulator import honest


def resigned(monkeypatch, change):
    """Let the honest signer sign a SignedInfo that `change` made of the right one."""
    plain = honest.signature

    def signature(key, references, key_info, extra=""):
        text = plain(key, references, key_info, extra)
        info = text[text.index("<ds:SignedInfo") : text.index("<ds:SignatureValue")]
        changed = change(info)
        assert changed != info
        made = honest.value(key, etree.tostring(etree.fromstring(changed), method="c14n", exclusive=True))
        old = text[text.index("<ds:SignatureValue>") : text.index("</ds:SignatureValue>")]
        return text.replace(info, changed).replace(old, f"<ds:SignatureValue>{made}")

    monkeypatch.setattr(honest, "signature", signature)
