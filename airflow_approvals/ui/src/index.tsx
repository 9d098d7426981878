import { preload } from "swr";

import { get } from "./api/client";
import { ApprovalsPage } from "./ApprovalsPage";
import { rowsPath } from "./list/path";
import { RelatedApprovals, type RelatedProps } from "./list/RelatedApprovals";
import { parseView } from "./shared/view";

// React shows a page that had to be loaded only after 0.3 s; what it will list is asked for meanwhile.
const view = parseView(new URLSearchParams(location.search));
if (location.pathname.endsWith("/plugin/approvals") && view.tab !== "metrics") {
  void Promise.resolve(preload(rowsPath(view), get)).catch(() => undefined); // the page itself tells of failures
}

/** Airflow's UI mounts this in the navigation without props, and as a tab with the run or task instance. */
export default function Approvals(props: Partial<RelatedProps>) {
  const { dagId, runId } = props;
  return dagId !== undefined && runId !== undefined ? (
    <RelatedApprovals {...props} dagId={dagId} runId={runId} />
  ) : (
    <ApprovalsPage />
  );
}
