import { SimpleGrid, Stat } from "@chakra-ui/react";

import type { Metrics } from "../api/types";
import { Nothing } from "../shared/Placeholder";
import { Decisions, ResponseTimes } from "./DayCharts";
import { GroupTable } from "./GroupTable";
import { durationOf } from "./series";

/** The figures, charts and tables of one period. */
export function Numbers({ metrics }: { metrics: Metrics }) {
  if (metrics.total_approvals === 0 && metrics.open_now === 0) {
    return <Nothing text="No request you can see was opened in this period." title="Nothing to count" />;
  }
  return (
    <>
      <SimpleGrid columns={{ base: 2, md: 4, xl: 8 }} gap={3} mb={5}>
        <Figure name="Open now" value={metrics.open_now} />
        <Figure name="Overdue now" value={metrics.overdue_now} />
        <Figure name="Oldest open" value={durationOf(metrics.oldest_open_age_seconds)} />
        <Figure name="Opened" value={metrics.total_approvals} />
        <Figure name="Median to decide" value={durationOf(metrics.median_response_time_seconds)} />
        <Figure name="95th percentile" value={durationOf(metrics.p95_response_time_seconds)} />
        <Figure name="Escalation rate" value={`${metrics.escalation_rate_percent} %`} />
        <Figure name="Expired" value={metrics.status_breakdown.expired ?? 0} />
      </SimpleGrid>
      <SimpleGrid columns={{ base: 1, xl: 2 }} gap={5} mb={5}>
        <Decisions perDay={metrics.per_day} />
        <ResponseTimes perDay={metrics.per_day} />
      </SimpleGrid>
      <SimpleGrid columns={{ base: 1, "2xl": 2 }} gap={5}>
        <GroupTable groups={metrics.per_role} name="Role" title="By role" />
        <GroupTable groups={metrics.per_dag} name="Dag" title="By Dag" />
      </SimpleGrid>
    </>
  );
}

function Figure({ name, value }: { name: string; value: number | string }) {
  return (
    <Stat.Root borderWidth={1} p={3} rounded="md" size="sm">
      <Stat.Label>{name}</Stat.Label>
      <Stat.ValueText fontVariantNumeric="tabular-nums">{value}</Stat.ValueText>
    </Stat.Root>
  );
}
