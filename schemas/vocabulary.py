"""Vocabulary files of tf.Transform: texts, one a line, by id from 1."""


def vocabulary_lines(data: bytes) -> list[bytes]:
    r"""Returns the texts of a vocabulary file; an empty file holds none.

    A text ends at a line feed alone and may hold any other byte, a carriage return
    too. The last one counts with a line feed behind it or without.

    Args:
      data: the content of the file.
    """
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines
