import { Box, Flex } from "@chakra-ui/react";
import { useEffect } from "react";
import type { SWRResponse } from "swr";

import type { ApiError } from "../api/client";
import type { Rows } from "../api/types";
import { redrawBadge } from "../logic/live";
import { changeView, isFiltered, type Scope, type View } from "../logic/query";
import { BulkBar, useSelection } from "./BulkBar";
import { Nothing, Placeholder, SignedOut, Stale } from "./bits";
import { DetailPanel } from "./DetailPanel";
import { Filters } from "./Filters";
import { Pager } from "./Pager";
import { RowTable } from "./RowTable";

type Props = { go: (view: View) => void; rows: SWRResponse<Rows, ApiError>; scope?: Scope; view: View };

// Outside the component: Airflow's UI mounts a page anew once, at the first change of the address after loading it.
let lastOpen: string | undefined;

/** A list, and beside it (on small screens: in place of it) the request that is open. */
export function ListAndDetail({ go, rows, scope, view }: Props) {
  const { data, error } = rows;
  const selection = useSelection(data);
  const close = () => go(changeView(view, { id: undefined }));
  const shown = view.id !== undefined;

  useEffect(() => {
    if (data !== undefined) redrawBadge(data.waiting_for_me);
  }, [data]);

  useEffect(() => {
    // Closing the detail gives the focus back to the row it was opened from.
    if (view.id === undefined && lastOpen !== undefined) {
      document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(lastOpen)}"]`)?.focus();
    }
    lastOpen = view.id;
  }, [view.id]);

  if (error?.status === 401) return <SignedOut />;
  return (
    <Flex align="flex-start" gap={4}>
      <Box display={shown ? { base: "none", lg: "block" } : "block"} flex={1} minW={0}>
        <Filters go={go} scope={scope} view={view} />
        {data === undefined ? (
          <Placeholder error={error} retry={() => void rows.mutate()} />
        ) : (
          // What another filter had found stays, paler, until the new rows are there.
          <Box opacity={rows.isLoading ? 0.5 : 1}>
            <Stale error={error} />
            <BulkBar selection={selection} />
            {data.approvals.length === 0 ? (
              <Empty scope={scope} view={view} />
            ) : (
              <>
                <RowTable go={go} narrow={shown} rows={data.approvals} scope={scope} selection={selection} view={view} />
                <Pager go={go} total={data.total_entries} view={view} />
              </>
            )}
          </Box>
        )}
      </Box>
      {view.id === undefined ? null : <DetailPanel close={close} id={view.id} key={view.id} />}
    </Flex>
  );
}

function Empty({ scope, view }: { scope?: Scope; view: View }) {
  if (isFiltered(view) || view.page > 1) {
    return <Nothing text="Try fewer filters, or another tab." title="Nothing matches" />;
  }
  if (scope !== undefined) {
    return <Nothing text="Nothing here has asked for an approval." title="No approvals" />;
  }
  return {
    waiting: <Nothing text="When somebody needs your decision, it appears here." title="Nothing waits for you" />,
    open: <Nothing text="No Dag you can see waits for a decision." title="Nothing is open" />,
    history: <Nothing text="Decided, expired and cancelled requests appear here." title="No history yet" />,
    metrics: null,
  }[view.tab];
}
