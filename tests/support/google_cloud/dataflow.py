"""The part of Dataflow's REST service that Beam's runner speaks to.

https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.jobs
"""

import datetime
import json
import re
import threading
import traceback

from tests.support.google_cloud.server import LoopbackServer, SilentHandler

_JOB = re.compile(
    r"/v1b3/projects/(?P<project>[^/]+)/locations/(?P<region>[^/]+)/jobs"
    r"(?:/(?P<job>[^/?]+))?(?P<messages>/messages)?(?:\?.*)?"
)


class DataflowService:
    """Takes jobs, and runs each by a function.

    Attributes:
      endpoint: for `--dataflow_endpoint`.
      jobs: what was submitted, as JSON, by job id.
    """

    def __init__(self, run_job=None):
        """Starts the service.

        Args:
          run_job: takes a job's JSON; what it raises fails the job. None: jobs run
            forever.
        """
        self.jobs = {}
        self._run_job = run_job
        self._states = {}
        self._messages = {}
        service = self

        class Handler(_Handler):
            jobs = service

        # Beam's own checks are off where the host is spelled otherwise.
        self._server = LoopbackServer(Handler)
        self.endpoint = f"http://localhost:{self._server.port}"

    def close(self):
        """Stops the service."""
        self._server.close()

    def create(self, project, region, job):
        """Takes a job and starts it."""
        job_id = f"2026-{len(self.jobs)}"
        self.jobs[job_id] = job
        self._states[job_id] = "JOB_STATE_RUNNING"
        self._messages[job_id] = []
        if self._run_job is not None:
            threading.Thread(target=self._run, args=(job_id,), daemon=True).start()
        return self.get(project, region, job_id)

    def get(self, project, region, job_id):
        """Returns what is known of a job."""
        return {
            "id": job_id,
            "projectId": project,
            "location": region,
            "name": self.jobs[job_id]["name"],
            "type": "JOB_TYPE_BATCH",
            "currentState": self._states[job_id],
        }

    def messages(self, job_id):
        """Returns what a job said."""
        return {"jobMessages": list(self._messages[job_id])}

    def say(self, job_id, importance, text):
        """Adds a message to a job."""
        now = datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")
        self._messages[job_id].append(
            {
                "id": str(len(self._messages[job_id])),
                "time": now,
                "messageText": text,
                "messageImportance": f"JOB_MESSAGE_{importance}",
            }
        )

    def _run(self, job_id):
        self.say(job_id, "BASIC", "Executing operation ReadEvents/ReadBlocks")
        try:
            self._run_job(self.jobs[job_id])
        except Exception:
            self.say(job_id, "ERROR", traceback.format_exc())
            self._states[job_id] = "JOB_STATE_FAILED"
        else:
            self._states[job_id] = "JOB_STATE_DONE"


class _Handler(SilentHandler):
    def do_POST(self):  # noqa: N802
        body = self.body()
        found = _JOB.fullmatch(self.path)
        if found is None or found["job"]:
            self.send_error(404)
            return
        self.answer(
            self.jobs.create(found["project"], found["region"], json.loads(body))
        )

    def do_GET(self):  # noqa: N802
        found = _JOB.fullmatch(self.path)
        if found is None or found["job"] not in self.jobs.jobs:
            self.send_error(404)
        elif found["messages"]:
            self.answer(self.jobs.messages(found["job"]))
        else:
            self.answer(self.jobs.get(found["project"], found["region"], found["job"]))
