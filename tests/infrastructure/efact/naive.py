"""Check digits the slow way, from the words of the reference (2.9), to hold the codec against."""


def naive_check_digits(characters: bytes) -> int:
    total = 0
    for byte in characters:
        if byte in b"0123456789":
            total += byte - 48
        elif byte == 32:
            total += 10
        elif byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz":
            total += "abcdefghijklmnopqrstuvwxyz".index(chr(byte).lower()) + 11
        else:
            total += 37
    return total % 97 or 97
