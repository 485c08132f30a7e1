"""What the trainer's messages take from the errors of libraries."""


def first_line(error: Exception) -> str:
    """Returns the first line of an error's text, or its type where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
