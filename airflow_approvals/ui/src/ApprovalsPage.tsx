import { Badge, Box, Heading, Tabs } from "@chakra-ui/react";

import type { Rows } from "./api/types";
import { ListAndDetail } from "./list/ListAndDetail";
import { rowsPath, WAITING_COUNT_PATH } from "./list/path";
import { MetricsView } from "./metrics/MetricsView";
import { useLive } from "./shared/live";
import { useView } from "./shared/useView";
import { changeTab, type Tab, TABS } from "./shared/view";

const TITLE: Record<Tab, string> = {
  waiting: "Waiting for me",
  open: "Open",
  history: "History",
  metrics: "Metrics",
};

/** The page behind the navigation entry. */
export function ApprovalsPage() {
  const [view, go] = useView();
  // The number in the tab comes with the rows below it, so the two cannot differ.
  const rows = useLive<Rows>(view.tab === "metrics" ? WAITING_COUNT_PATH : rowsPath(view));
  const waiting = rows.error?.status === 401 ? undefined : rows.data?.waiting_for_me;
  return (
    <Box data-testid="approvals-page" px={4} py={3}>
      <Heading as="h1" mb={2} size="xl">
        Approvals
      </Heading>
      <Tabs.Root
        colorPalette="brand"
        lazyMount
        onValueChange={({ value }) => go(changeTab(view, value as Tab))}
        unmountOnExit
        value={view.tab}
      >
        <Tabs.List overflowX="auto" overflowY="hidden">
          {TABS.map((tab) => (
            <Tabs.Trigger flexShrink={0} key={tab} value={tab} whiteSpace="nowrap">
              {TITLE[tab]}
              {tab === "waiting" && waiting !== undefined ? <WaitingCount count={waiting} /> : null}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {TABS.map((tab) => (
          <Tabs.Content key={tab} pt={3} value={tab}>
            {tab === "metrics" ? (
              <MetricsView go={go} view={view} />
            ) : (
              <ListAndDetail go={go} rows={rows} view={view} />
            )}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Box>
  );
}

function WaitingCount({ count }: { count: number }) {
  return (
    <Badge
      aria-label={`${count} waiting`}
      colorPalette={count > 0 ? "red" : "gray"}
      data-testid="waiting-count"
      variant="subtle"
    >
      {count}
    </Badge>
  );
}
