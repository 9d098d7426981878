import { Box, NativeSelect } from "@chakra-ui/react";

import type { Metrics } from "../api/types";
import { useLive } from "../shared/live";
import { Placeholder, SignedOut } from "../shared/Placeholder";
import { Stale } from "../shared/Stale";
import { changeView, PERIODS, type View } from "../shared/view";
import { Numbers } from "./Numbers";

const MINUTE = 60_000;
const RARELY = { dedupingInterval: MINUTE, focusThrottleInterval: MINUTE, refreshInterval: MINUTE };

/** What is stuck, for how long, and with whom. */
export function MetricsView({ go, view }: { go: (view: View) => void; view: View }) {
  const { data, error, mutate } = useLive<Metrics>(`approvals/metrics?days=${view.days}`, RARELY);
  if (error?.status === 401) return <SignedOut />;
  return (
    <Box data-testid="metrics">
      <NativeSelect.Root mb={3} size="sm" width="12rem">
        <NativeSelect.Field
          aria-label="Period"
          onChange={(event) => go(changeView(view, { days: Number(event.target.value) }))}
          value={view.days}
        >
          {PERIODS.map((days) => (
            <option key={days} value={days}>
              Last {days} days
            </option>
          ))}
        </NativeSelect.Field>
        <NativeSelect.Indicator />
      </NativeSelect.Root>
      {data === undefined ? (
        <Placeholder error={error} retry={() => void mutate()} />
      ) : (
        <>
          <Stale error={error} />
          <Numbers metrics={data} />
        </>
      )}
    </Box>
  );
}
