"""Prints measurements: what, how much, and the ratio to what one would use instead."""


def amount(value, unit):
    """Returns a number with its unit in three figures."""
    scales = {"s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs")), "B": ((1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B"))}
    for size, name in scales[unit]:
        if value >= size:
            return f"{value / size:.3g} {name}"
    return f"{value:.3g} {unit}"


def title(words):
    print(f"\n{words}", flush=True)


def row(name, value, unit="s", against=None):
    """One line; `against` is the value that the ratio is to (ours / theirs)."""
    ratio = f"  {value / against:8.2f} ×" if against else ""
    print(f"  {name:<52} {amount(value, unit):>10}{ratio}", flush=True)


def compare(ours, others, unit="s"):
    """Our value, then each of the others with our ratio to it."""
    (name, value), = ours.items()
    row(name, value, unit)
    for other, theirs in others.items():
        print(f"  {other:<52} {amount(theirs, unit):>10}  we take {value / theirs:.2f} ×", flush=True)
