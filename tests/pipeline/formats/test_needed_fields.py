import pytest

from pipeline.formats.needed_fields import check_fields
from schemas.errors import UserError

FIELDS = ["user", "item"]
HEADER_ASKED = r"Is the first line a header\? If it is a row, add one\.$"


def test_absent_field_is_told_with_the_fields_there_are():
    with pytest.raises(
        UserError,
        match=r"p has no field `item`; its fields are: `a`, `user`\. Choose a --schema "
        r"that fits, or name the fields with --user_field, --item_field",
    ):
        check_fields(FIELDS, ["a", "user"], "p")
    with pytest.raises(UserError, match=r"are: `f0`, .*, `f19`, \.\.\.\. Choose"):
        check_fields(FIELDS, [f"f{i}" for i in range(21)], "p")
    check_fields(FIELDS, ["item", "x", "user"], "p")


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("user\titem", r"`user\\titem`\. It is separated by tabs; .*_format tsv\.$"),
        ("user,item", r"It is separated by commas; give --input_format csv\.$"),
        ("user;item", r"separated by semicolons, .*: read_csv\(FILE, sep=';', dtype"),
        ("user|item", r"separated by vertical bars, .* sep='\|'"),
        ("u7 i9 2016-04-20", HEADER_ASKED),
    ],
)
def test_a_header_of_one_field_is_told_with_its_separator(line, remedy):
    with pytest.raises(UserError, match=remedy):
        check_fields(FIELDS, [line], "p", is_header=True)


def test_no_remedy_for_a_header_is_given_to_other_formats():
    for names in (["user;item"], ["u7", "i9"]):
        with pytest.raises(UserError, match=r"--rating_field\.$"):
            check_fields(FIELDS, names, "p")


@pytest.mark.parametrize("names", [["u7", "i9", "2016-04-20"], ["sep=", ""]])
def test_names_that_resemble_none_that_is_needed_may_be_a_row(names):
    with pytest.raises(UserError, match=HEADER_ASKED):
        check_fields(FIELDS, names, "p", is_header=True)


@pytest.mark.parametrize("names", [["User_ID", "x"], ["users", "x"], ["user", "x"]])
def test_names_that_resemble_those_that_are_needed_are_a_header(names):
    with pytest.raises(UserError, match=r"--rating_field\.$"):
        check_fields(FIELDS, names, "p", is_header=True)


def test_blanks_around_names_are_shown_and_named():
    message = r"are: `user `, `\\xa0item`\. Blanks around a name belong to it; .*ote"
    with pytest.raises(UserError, match=message):
        check_fields(FIELDS, ["user ", "\xa0item"], "p", is_header=True)


def test_a_misspelt_attribute_is_told_of_its_own_flag():
    with pytest.raises(UserError, match=r"`user`, `item`\. Check --item_fields\.$"):
        check_fields([*FIELDS, "size"], FIELDS, "p", ["size"])
