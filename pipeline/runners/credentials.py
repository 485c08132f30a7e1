"""Whether this machine has keys to Google Cloud and S3, asked once and at once."""

from collections.abc import Iterable

import google.auth
import google.auth.exceptions
from apache_beam.options.pipeline_options import (
    GoogleCloudOptions,
    PipelineOptions,
    S3Options,
)

from schemas.errors import UserError


def check_credentials(options: PipelineOptions, paths: Iterable[str]) -> None:
    """Looks for credentials where a path needs them.

    Beam's own search tries again for minutes, and on Google Cloud goes on without any.

    Args:
      options: Beam's; `--no_auth` says that public buckets of Google need no
        credentials, `--s3_access_key_id` names those of S3.
      paths: what is read and written.

    Raises:
      UserError: there are none.
    """
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(path.partition("://")[0], path)
    if "gs" in first and not options.view_as(GoogleCloudOptions).no_auth:
        _check_google(first["gs"])
    if "s3" in first and not options.view_as(S3Options).s3_access_key_id:
        _check_s3(first["s3"])


def _check_google(remote: str) -> None:
    try:
        google.auth.default()
    except google.auth.exceptions.DefaultCredentialsError as error:
        raise UserError(
            f"there are no Google Cloud credentials for {remote}: run `gcloud auth "
            "application-default login`, or name a key file in "
            "GOOGLE_APPLICATION_CREDENTIALS."
        ) from error


def _check_s3(remote: str) -> None:
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ImportError:
        # Beam has no file system for the path then, and its sentence names the extra.
        return
    reason = ""
    try:
        found = boto3.session.Session().get_credentials()
    except BotoCoreError as error:  # Half a pair of keys, or no such profile.
        found, reason = None, f" ({error})"
    if found is None:
        raise UserError(
            f"there are no AWS credentials for {remote}{reason}: log in with `aws "
            "configure`, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a "
            "profile in AWS_PROFILE."
        )
