import { ApprovalsPage } from "./components/ApprovalsPage";
import { RelatedApprovals, type RelatedProps } from "./components/RelatedApprovals";

/** Airflow's UI mounts this in the navigation without props, and as a tab with the run or task instance. */
export default function Approvals(props: Partial<RelatedProps>) {
  const { dagId, runId } = props;
  return dagId !== undefined && runId !== undefined ? (
    <RelatedApprovals {...props} dagId={dagId} runId={runId} />
  ) : (
    <ApprovalsPage />
  );
}
