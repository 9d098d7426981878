import { Box } from "@chakra-ui/react";

import type { Rows } from "../api/types";
import { useLive } from "../shared/live";
import { useView } from "../shared/useView";
import { ListAndDetail } from "./ListAndDetail";
import { rowsPath } from "./path";
import type { Scope } from "./place";

/** What Airflow's UI tells a tab: map indexes are strings there, and absent for a task that is not mapped. */
export type RelatedProps = { dagId: string; runId: string; taskId?: string; mapIndex?: number | string };

/** The tab on the pages of a Dag run and of a task instance. */
export function RelatedApprovals({ dagId, runId, taskId, mapIndex }: RelatedProps) {
  const [view, go] = useView();
  const index = mapIndex === undefined || mapIndex === "" ? Number.NaN : Number(mapIndex);
  const scope: Scope = { dagId, runId, taskId, mapIndex: Number.isInteger(index) && index >= 0 ? index : undefined };
  const rows = useLive<Rows>(rowsPath(view, scope));
  return (
    <Box data-testid="related-approvals" p={2}>
      <ListAndDetail go={go} rows={rows} scope={scope} view={view} />
    </Box>
  );
}
