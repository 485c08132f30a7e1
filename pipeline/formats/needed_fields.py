"""Whether a file has the fields that are needed, and what helps where it has not."""

import difflib
from collections.abc import Sequence

from schemas.errors import UserError

_SHOWN_FIELDS = 20
_SHOWN_CHARACTERS = 60
# Among so many, a header has some name that resembles one that is asked for.
_COMPARED_FIELDS = 200
_OTHER_FORMATS = {"\t": ("tabs", "tsv"), ",": ("commas", "csv")}
_OTHER_SEPARATORS = {";": "semicolons", "|": "vertical bars"}


def check_fields(
    fields: Sequence[str],
    found: Sequence[str],
    path: str,
    attributes: Sequence[str] = (),
    is_header: bool = False,
) -> None:
    """Raises `UserError` unless each of `fields` is one of the `found` columns.

    Args:
      fields: the needed columns.
      found: those that there are.
      path: where, for the message.
      attributes: those of `fields` that --item_fields names.
      is_header: whether `found` is the first line of CSV or TSV, which may be no header
        or be cut by another separator.
    """
    absent = [name for name in fields if name not in found]
    if absent:
        names = ", ".join(f"`{_shown_name(name)}`" for name in found[:_SHOWN_FIELDS])
        more = ", ..." if len(found) > _SHOWN_FIELDS else ""
        remedy = _of_separator(found[0]) if is_header and len(found) == 1 else ""
        if not remedy:
            remedy = _of_names(absent[0], found, attributes)
            if is_header and not _resemble(fields, found):
                remedy += " Is the first line a header? If it is a row, add one."
        raise UserError(
            f"{path} has no field `{absent[0]}`; its fields are: {names}{more}. "
            f"{remedy}"
        )
    repeated = [name for name in fields if found.count(name) > 1]
    if repeated:
        raise UserError(
            f"{path} has more than one field `{repeated[0]}`; rename all but one."
        )


def _of_separator(line: str) -> str:
    """Returns what helps with a header that its separator does not cut, if it does."""
    for separator, (name, kind) in _OTHER_FORMATS.items():
        if separator in line:
            return f"It is separated by {name}; give --input_format {kind}."
    for separator, name in _OTHER_SEPARATORS.items():
        if separator in line:
            return (
                f"It is separated by {name}, which are not read; write it with commas, "
                f"for instance with pandas: read_csv(FILE, sep='{separator}', "
                "dtype=str, keep_default_na=False).to_csv(NEW_FILE, index=False)."
            )
    return ""


def _of_names(absent: str, found: Sequence[str], attributes: Sequence[str]) -> str:
    if absent.strip() in (name.strip() for name in found):
        return (
            "Blanks around a name belong to it; take them out of the file, or name the "
            "field with them, in quotes."
        )
    if absent in attributes:
        return "Check --item_fields."
    return (
        "Choose a --schema that fits, or name the fields with --user_field, "
        "--item_field, --date_field and --rating_field."
    )


def _resemble(fields: Sequence[str], found: Sequence[str]) -> bool:
    """Whether some name that is there is like one that is asked for."""
    names = [_letters(name) for name in found[:_COMPARED_FIELDS]]
    return any(difflib.get_close_matches(_letters(name), names, 1) for name in fields)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name[:_SHOWN_CHARACTERS].lower()))


def _shown_name(name: str) -> str:
    """Returns a name as it can stand in a sentence, whatever a file calls a field."""
    if len(name) > _SHOWN_CHARACTERS:
        name = f"{name[: _SHOWN_CHARACTERS - 3]}..."
    # Blanks are shown as they are, since names differ by them.
    return name if name.isprintable() else ascii(name)[1:-1]
