"""Durations in words."""


def format_duration(seconds: float) -> str:
    """Returns a duration with two units at most, such as `4 min 12 s`."""
    if seconds < 0.001:
        return "< 1 ms"
    if seconds < 9.95:
        return f"{seconds:.2g} s"
    minutes, secs = divmod(round(seconds), 60)
    if not minutes:
        return f"{secs} s"
    if minutes < 60:
        return f"{minutes} min {secs} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min"
