import { Box, Flex } from "@chakra-ui/react";
import { useEffect, useState } from "react";
import type { SWRResponse } from "swr";

import type { ApiError } from "../api/client";
import type { Rows } from "../api/types";
import { DetailPanel } from "../request/DetailPanel";
import { escaped } from "../shared/characters";
import { ContentChange } from "../shared/ContentChange";
import { Refusal } from "../shared/Message";
import { Nothing, Placeholder, SignedOut } from "../shared/Placeholder";
import { Stale } from "../shared/Stale";
import { changeView, isFiltered, type View } from "../shared/view";
import { redrawBadge } from "./badge";
import { BulkBar } from "./BulkBar";
import { Filters } from "./Filters";
import type { Listing, Refusing } from "./listing";
import { Pager } from "./Pager";
import { placeOf, PLACES, type Scope } from "./place";
import { RowTable } from "./RowTable";
import { useSelection } from "./selection";

type Props = { go: (view: View) => void; rows: SWRResponse<Rows, ApiError>; scope?: Scope; view: View };

// Outside the component: Airflow's UI mounts a page anew once, at the first change of the address after loading it.
let lastOpen: string | undefined;

/** A list, and beside it (on small screens: in place of it) the request that is open. */
export function ListAndDetail({ go, rows, scope, view }: Props) {
  const { data, error } = rows;
  const [refused, refuse] = useState<Refusing>();
  const selection = useSelection(data);

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
      <Box display={view.id === undefined ? "block" : { base: "none", lg: "block" }} flex={1} minW={0}>
        <Filters go={go} scope={scope} view={view} />
        {data === undefined ? (
          <Placeholder error={error} retry={() => void rows.mutate()} />
        ) : (
          // What another filter had found stays, paler, until the new rows are there.
          <Box opacity={rows.isLoading ? 0.5 : 1}>
            <Stale error={error} />
            <BulkBar selection={selection} />
            {refused === undefined ? null : <Refused refusal={refused} />}
            <List data={data} listing={{ go, refuse, scope, selection, view }} />
          </Box>
        )}
      </Box>
      {view.id === undefined ? null : (
        <DetailPanel close={() => go(changeView(view, { id: undefined }))} id={view.id} key={view.id} />
      )}
    </Flex>
  );
}

function Refused({ refusal: { changedTo, error, row } }: { refusal: Refusing }) {
  return (
    <>
      <Refusal words={`${escaped(row.subject)}: ${error}`} />
      {changedTo === undefined ? null : <ContentChange after={changedTo} before={row.fingerprint} id={row.id} />}
    </>
  );
}

function List({ data, listing }: { data: Rows; listing: Listing }) {
  const { go, scope, view } = listing;
  if (data.approvals.length > 0) {
    return (
      <>
        <RowTable listing={listing} rows={data.approvals} />
        <Pager data={data} go={go} view={view} />
      </>
    );
  }
  if (isFiltered(view) || view.page > 1) {
    return <Nothing text="Try fewer filters, or another tab." title="Nothing matches" />;
  }
  return <Nothing {...PLACES[placeOf(view, scope)].empty} />;
}
