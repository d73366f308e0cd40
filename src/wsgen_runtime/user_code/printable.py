"""Text of clients and of user code as one line of a log: it cannot forge a second line or move the cursor."""


def printable(text: str, most: int = 500) -> str:
    """Return `text` with all that is not printable escaped, cut after `most` characters.

    Line separators, control characters, lone surrogates and marks that change the direction of text are escaped.
    """
    if len(text) > most:
        text = f"{text[:most]}…"
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
