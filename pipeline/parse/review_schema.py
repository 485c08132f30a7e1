"""The schema of raw reviews: a TFMD text proto that says which field is what.

In `schemas/reviews/*.pbtxt`, a `tensorflow.metadata.v0.Schema`:

- an `annotation` tag gives a feature its role: `user`, `item`, `date` or `rating`;
- `type` says which JSON type is tried first: `BYTES` text, `INT` or `FLOAT` numbers;
- `presence { min_fraction: 1 }` makes the field required in every row; without it, a
  rating may be missing (user, item and date are always required);
- `time_domain` is the date's first format: `string_format` a strptime pattern or
  `iso`, `integer_format` `UNIX_SECONDS` or `UNIX_MILLISECONDS`; further formats follow
  as tags `date_format:NAME` (names: `pipeline.parse.dates`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from pipeline.parse.dates import check_format
from schemas.errors import UserError

_ROLES = ("user", "item", "date", "rating")
_INTEGER_FORMATS = {
    schema_pb2.TimeDomain.UNIX_SECONDS: "unix_s",
    schema_pb2.TimeDomain.UNIX_MILLISECONDS: "unix_ms",
}


@dataclass(frozen=True)
class ReviewSchema:
    """Which fields of a review are needed, and how they are written.

    Attributes:
      user: the name of the field with the user's id.
      item: the name of the field with the item's id.
      date: the name of the field with the date or time.
      date_formats: formats to try, in order.
      rating: the name of the field with the rating, if there is one.
      rating_required: whether a row without a rating is refused.
      numeric: the fields that are numbers first and foremost.
    """

    user: str
    item: str
    date: str
    date_formats: tuple[str, ...]
    rating: str | None = None
    rating_required: bool = False
    numeric: frozenset[str] = frozenset()

    def fields(self, with_rating: bool) -> tuple[str, ...]:
        """Returns the names of the fields to read, without repetition."""
        names = [self.user, self.item, self.date]
        if with_rating and self.rating is not None:
            names.append(self.rating)
        return tuple(dict.fromkeys(names))

    def overridden(
        self,
        user: str | None = None,
        item: str | None = None,
        date: str | None = None,
        rating: str | None = None,
        date_formats: Sequence[str] = (),
    ) -> "ReviewSchema":
        """Returns a copy with the given names and formats in place of its own."""
        for name in date_formats:
            check_format(name)
        renamed = (
            (self.user, user or self.user),
            (self.item, item or self.item),
            (self.date, date or self.date),
            (self.rating, rating or self.rating),
        )
        return replace(
            self,
            user=user or self.user,
            item=item or self.item,
            date=date or self.date,
            rating=rating or self.rating,
            date_formats=tuple(date_formats) or self.date_formats,
            # A field in the role of numbers is one of numbers under any name.
            numeric=frozenset(
                new for old, new in renamed if new and old in self.numeric
            ),
        )


def ready_schemas() -> list[str]:
    """Returns the names of the schemas that come with the package."""
    folder = resources.files("schemas") / "reviews"
    return sorted(
        Path(entry.name).stem
        for entry in folder.iterdir()
        if entry.name.endswith(".pbtxt")
    )


def load_review_schema(name_or_path: str) -> ReviewSchema:
    """Reads a ready schema by its name, or a schema file by its path.

    Raises:
      UserError: there is no such schema, or it is no valid one.
    """
    if name_or_path in ready_schemas():
        source = resources.files("schemas") / "reviews" / f"{name_or_path}.pbtxt"
        return parse_review_schema(source.read_text("utf-8"), name_or_path)
    try:
        text = Path(name_or_path).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"no schema {name_or_path!r} ({error.strerror}); give one of "
            f"{', '.join(ready_schemas())} or the path of a TFMD text proto."
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{name_or_path} is no TFMD text proto: {error}.") from error
    return parse_review_schema(text, name_or_path)


def parse_review_schema(text: str, source: str) -> ReviewSchema:
    """Reads the text of a schema.

    Args:
      text: a `tensorflow.metadata.v0.Schema` as text proto.
      source: where it came from, for messages.

    Raises:
      UserError: the text is no schema with exactly one user, item and date.
    """
    try:
        schema = text_format.Parse(text, schema_pb2.Schema())
    except text_format.ParseError as error:
        raise UserError(f"{source} is no TFMD text proto: {error}.") from error
    by_role: dict[str, schema_pb2.Feature] = {}
    for feature in schema.feature:
        for role in [role for role in _ROLES if role in feature.annotation.tag]:
            if role in by_role:
                raise UserError(
                    f"{source} gives the role {role!r} to `{by_role[role].name}` and "
                    f"to `{feature.name}`; tag one of them."
                )
            by_role[role] = feature
    for role in ("user", "item", "date"):
        if role not in by_role:
            raise UserError(
                f'{source} has no feature with `annotation {{ tag: "{role}" }}`; tag '
                f"the field that holds the {role}."
            )
    rating = by_role.get("rating")
    numbers = (schema_pb2.INT, schema_pb2.FLOAT)
    return ReviewSchema(
        user=by_role["user"].name,
        item=by_role["item"].name,
        date=by_role["date"].name,
        date_formats=_date_formats(by_role["date"], source),
        rating=rating.name if rating is not None else None,
        rating_required=rating is not None and rating.presence.min_fraction >= 1.0,
        numeric=frozenset(f.name for f in by_role.values() if f.type in numbers),
    )


def _date_formats(feature: schema_pb2.Feature, source: str) -> tuple[str, ...]:
    formats = []
    domain = feature.time_domain
    if domain.WhichOneof("format") == "string_format":
        formats.append(domain.string_format)
    elif domain.WhichOneof("format") == "integer_format":
        if domain.integer_format not in _INTEGER_FORMATS:
            raise UserError(
                f"{source}: `integer_format` of `{feature.name}` must be UNIX_SECONDS "
                "or UNIX_MILLISECONDS."
            )
        formats.append(_INTEGER_FORMATS[domain.integer_format])
    prefix = "date_format:"
    for tag in feature.annotation.tag:
        if tag.startswith(prefix):
            formats.append(tag.removeprefix(prefix))
    if not formats:
        raise UserError(
            f"{source}: `{feature.name}` has no date format; give it a `time_domain` "
            'or a tag such as "date_format:iso".'
        )
    for name in formats:
        try:
            check_format(name)
        except ValueError as error:
            raise UserError(f"{source}: {error}") from error
    return tuple(formats)
