"""Whether this machine may speak to Google Cloud, asked once and at once."""

from collections.abc import Iterable

import google.auth
import google.auth.exceptions
from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions

from schemas.errors import UserError


def check_credentials(options: PipelineOptions, paths: Iterable[str]) -> None:
    """Looks for credentials where a path needs them.

    Beam's own search tries again for more than a minute, and goes on without any.

    Args:
      options: Beam's; `--no_auth` says that public buckets need no credentials.
      paths: what is read and written.

    Raises:
      UserError: there are none.
    """
    if options.view_as(GoogleCloudOptions).no_auth:
        return
    remote = next((path for path in paths if path.startswith("gs://")), None)
    if remote is None:
        return
    try:
        google.auth.default()
    except google.auth.exceptions.DefaultCredentialsError as error:
        raise UserError(
            f"there are no Google Cloud credentials for {remote}: run `gcloud auth "
            "application-default login`, or name a key file in "
            "GOOGLE_APPLICATION_CREDENTIALS."
        ) from error
