"""Credentials are looked for before a run begins, where a path needs them."""

import os

import pytest

from pipeline.runners.beam_flags import beam_options
from pipeline.runners.credentials import check_credentials
from schemas.errors import UserError


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("AWS_", "BOTO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def check(*paths, flags=()):
    check_credentials(beam_options(flags, [], "prog"), paths)


def test_local_paths_need_none():
    check("reviews.csv", "/data")


def test_s3_without_keys_is_one_sentence():
    with pytest.raises(UserError) as caught:
        check("reviews.csv", "s3://bucket/data")
    assert str(caught.value) == (
        "there are no AWS credentials for s3://bucket/data: log in with `aws "
        "configure`, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a "
        "profile in AWS_PROFILE."
    )


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("AWS_PROFILE", "nobody", r"nobody\) could not be found"),
        ("AWS_ACCESS_KEY_ID", "half", "Partial credentials found in env"),
    ],
)
def test_what_is_wrong_with_the_keys_is_said(monkeypatch, name, value, reason):
    monkeypatch.setenv(name, value)
    with pytest.raises(
        UserError, match=rf"no AWS credentials for s3://b/x \(.*{reason}"
    ):
        check("s3://b/x")


def test_keys_in_the_environment_will_do(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    check("s3://bucket/data")


def test_keys_in_flags_will_do():
    check("s3://b/x", flags=["--s3_access_key_id=a", "--s3_secret_access_key=b"])
