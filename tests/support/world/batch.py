"""Jobs that ended well, badly and not yet, and CronJobs that make more of them."""

from __future__ import annotations

from tests.support.world.manifest import Object, container, job, make, template


def jobs() -> list[Object]:
    """Return the Jobs: complete, failed in three ways, running, suspended."""
    return [
        _job("settle-batch-29411300", "payments", "completes"),
        _job("statement-export", "ledger", "completes", completions=3, parallelism=3),
        _job("tax-rules-loader-29411340", "checkout", "fails"),
        _job("segment-compaction", "data-lake", "oomkilled"),
        _job("schema-backfill", "data-lake", "initerror", init=True),
        _job("reindex-products", "data-lake", "busy", completions=6, parallelism=2),
        _job("restore-drill", "data-lake", "busy", suspend=True),
    ]


def cronjobs() -> list[Object]:
    """Return CronJobs: one that runs every minute, one by night, one that is suspended."""
    return [
        _cronjob("invoice-run", "billing", "* * * * *", suspend=False),
        _cronjob(
            "nightly-report", "monitoring", "15 2 * * *", suspend=False, timeZone="Europe/Berlin"
        ),
        _cronjob("loyalty-decay", "loyalty", "0 * * * *", suspend=True),
    ]


def _job(name: str, namespace: str, script: str, *, init: bool = False, **spec: object) -> Object:
    more: Object = (
        {"initContainers": [container("prepare", f"{namespace}/prepare:1.0.0")]} if init else {}
    )
    pod = template(name, [container("run", f"{namespace}/batch:5.1.0")], script=script, **more)
    return job(name, namespace, pod, **spec)


def _cronjob(name: str, namespace: str, schedule: str, **spec: object) -> Object:
    pod = template(name, [container("run", f"{namespace}/{name}:1.1.0")], script="completes")
    pod["spec"]["restartPolicy"] = "OnFailure"
    described = {
        "schedule": schedule,
        "concurrencyPolicy": "Forbid",
        "successfulJobsHistoryLimit": 2,
        "jobTemplate": {"spec": {"template": pod, "backoffLimit": 1}},
        **spec,
    }
    return make("batch/v1", "CronJob", name, namespace, spec=described)
