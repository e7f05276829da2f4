"""Public ids: six characters that can be read aloud, minted at random once and kept for ever."""

import secrets

# Thirty letters and digits without look-alikes (no 0 o, 1 i l, v).
ALPHABET = "23456789abcdefghjkmnpqrstuwxyz"
LENGTH = 6


def mint() -> str:
    """A new public id, such as "a7k2mq". Uniqueness is the database's to check."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def mint_unused(taken: set[str]) -> str:
    """A new public id that is not in `taken`, which gains it."""
    while (candidate := mint()) in taken:
        pass
    taken.add(candidate)
    return candidate
