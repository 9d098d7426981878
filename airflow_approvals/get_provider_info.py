"""What Airflow discovers about this package. Imports nothing but the table of options."""

from __future__ import annotations

from typing import Any

from airflow_approvals.config import OPTIONS, SECTION


def get_provider_info() -> dict[str, Any]:
    """Describe the provider in the shape of Airflow's ``provider_info.schema.json``."""
    return {
        "package-name": "airflow-provider-approvals",
        "name": "Approvals",
        "description": "Approval gates: roles, escalation, expiry and a record of every step.",
        "integrations": [
            {
                "integration-name": "Approvals",
                "external-doc-url": "https://pypi.org/project/airflow-provider-approvals/",
                "tags": ["service"],
            }
        ],
        "operators": [
            {
                "integration-name": "Approvals",
                "python-modules": ["airflow_approvals.operators.approval_ext"],
            }
        ],
        "triggers": [
            {
                "integration-name": "Approvals",
                "python-modules": ["airflow_approvals.triggers.approval"],
            }
        ],
        "extra-links": ["airflow_approvals.links.ApprovalLink"],
        "db-managers": ["airflow_approvals.store.db_manager.ApprovalsDBManager"],
        "cli": ["airflow_approvals.cli.definition.get_commands"],
        "config": {
            SECTION: {
                "description": "Settings of the approval gates (airflow-provider-approvals).",
                "options": OPTIONS,
            }
        },
    }
