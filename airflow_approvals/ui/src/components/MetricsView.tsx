import { Box, Button, Heading, NativeSelect, SimpleGrid, Stat, Table } from "@chakra-ui/react";
import { type ReactNode, useMemo, useState } from "react";

import type { Group, Metrics } from "../api/types";
import { useLive } from "../logic/live";
import { changeView, PERIODS, type View } from "../logic/query";
import { daysOf, sortGroups, type SortKey, stack } from "../logic/series";
import { formatDuration } from "../logic/time";
import { Nothing, Placeholder, SignedOut, Stale } from "./bits";
import { Chart, type Line } from "./Chart";

const duration = (seconds: number | null): string => (seconds === null ? "–" : formatDuration(seconds));
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const DURATIONS = [1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86_400, 2 * 86_400, 7 * 86_400, 28 * 86_400];

/** What is stuck, for how long, and with whom. */
export function MetricsView({ go, view }: { go: (view: View) => void; view: View }) {
  const { data, error, mutate } = useLive<Metrics>(`approvals/metrics?days=${view.days}`);
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

function Numbers({ metrics }: { metrics: Metrics }) {
  if (metrics.total_approvals === 0 && metrics.open_now === 0) {
    return <Nothing text="No request you can see was opened in this period." title="Nothing to count" />;
  }
  return (
    <>
      <SimpleGrid columns={{ base: 2, md: 4, xl: 8 }} gap={3} mb={5}>
        <Figure name="Open now" value={metrics.open_now} />
        <Figure name="Overdue now" value={metrics.overdue_now} />
        <Figure name="Oldest open" value={duration(metrics.oldest_open_age_seconds)} />
        <Figure name="Opened" value={metrics.total_approvals} />
        <Figure name="Median to decide" value={duration(metrics.median_response_time_seconds)} />
        <Figure name="95th percentile" value={duration(metrics.p95_response_time_seconds)} />
        <Figure name="Escalation rate" value={`${metrics.escalation_rate_percent} %`} />
        <Figure name="Expired" value={metrics.status_breakdown.expired ?? 0} />
      </SimpleGrid>
      <SimpleGrid columns={{ base: 1, xl: 2 }} gap={5} mb={5}>
        <Decisions perDay={metrics.per_day} />
        <ResponseTimes perDay={metrics.per_day} />
      </SimpleGrid>
      <SimpleGrid columns={{ base: 1, "2xl": 2 }} gap={5}>
        <Groups groups={metrics.per_role} name="Role" />
        <Groups groups={metrics.per_dag} name="Dag" />
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

function Panel({ children, title }: { children: ReactNode; title: string }) {
  return (
    <Box borderWidth={1} minW={0} p={3} rounded="md">
      <Heading as="h2" mb={2} size="sm">
        {title}
      </Heading>
      {children}
    </Box>
  );
}

function Decisions({ perDay }: { perDay: ReadonlyArray<Group> }) {
  const { days, lines, told } = useMemo(() => {
    const kinds = [
      { name: "expired", colour: "purple-solid" },
      { name: "denied", colour: "red-solid" },
      { name: "approved", colour: "green-solid" },
    ] as const;
    const values = kinds.map(({ name }) => perDay.map((day) => day[name]));
    const stacked = stack(values);
    const drawn: Array<Line> = kinds.map((kind, index) => ({ ...kind, bars: true, values: stacked[index] ?? [] }));
    return { days: daysOf(perDay), lines: drawn, told: values };
  }, [perDay]);
  const title = "Decisions, by the day of asking (UTC)";
  return (
    <Panel title={title}>
      <Chart
        days={days}
        format={String}
        increments={COUNTS}
        label={`Chart: ${title}`}
        lines={lines}
        told={told}
      />
    </Panel>
  );
}

function ResponseTimes({ perDay }: { perDay: ReadonlyArray<Group> }) {
  const { days, lines } = useMemo(() => {
    const drawn: Array<Line> = [
      { name: "median", colour: "blue-solid", values: perDay.map((day) => day.median_response_time_seconds) },
      { name: "95th percentile", colour: "orange-solid", values: perDay.map((day) => day.p95_response_time_seconds) },
    ];
    return { days: daysOf(perDay), lines: drawn };
  }, [perDay]);
  const title = "Time to decide, by the day of asking (UTC)";
  return (
    <Panel title={title}>
      <Chart days={days} format={formatDuration} increments={DURATIONS} label={`Chart: ${title}`} lines={lines} />
    </Panel>
  );
}

const COLUMNS: ReadonlyArray<[SortKey, string]> = [
  ["total", "Requests"],
  ["open", "Open"],
  ["approved", "Approved"],
  ["denied", "Denied"],
  ["expired", "Expired"],
  ["escalated", "Escalated"],
  ["median_response_time_seconds", "Median"],
  ["p95_response_time_seconds", "95th percentile"],
];

function Groups({ groups, name }: { groups: ReadonlyArray<Group>; name: string }) {
  const [sort, setSort] = useState<{ key: SortKey; descending: boolean }>({ key: "total", descending: true });
  const header = (key: SortKey, title: string) => {
    const active = sort.key === key;
    const state = active ? (sort.descending ? "descending" : "ascending") : "none";
    return (
      <Table.ColumnHeader aria-sort={state} key={key} textAlign={key === "key" ? "start" : "end"}>
        <Button
          fontSize="inherit"
        fontWeight="inherit"
        height="auto"
        minW={0}
          onClick={() => setSort({ key, descending: active ? !sort.descending : key !== "key" })}
          px={0}
          size="xs"
          variant="plain"
        >
          {title}
          <span aria-hidden>{{ ascending: "↑", descending: "↓", none: "" }[state]}</span>
        </Button>
      </Table.ColumnHeader>
    );
  };
  return (
    <Panel title={`By ${name === "Dag" ? "Dag" : name.toLowerCase()}`}>
      <Table.ScrollArea tabIndex={0}>
        <Table.Root aria-label={`Numbers by ${name}`} size="sm">
          <Table.Header>
            <Table.Row>
              {header("key", name)}
              {COLUMNS.map(([key, title]) => header(key, title))}
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {sortGroups(groups, sort.key, sort.descending).map((group) => (
              <Table.Row key={group.key}>
                <Table.Cell overflowWrap="anywhere">{group.key}</Table.Cell>
                {COLUMNS.map(([key]) => (
                  <Table.Cell fontVariantNumeric="tabular-nums" key={key} textAlign="end" whiteSpace="nowrap">
                    {key.endsWith("seconds") ? duration(group[key] as number | null) : group[key]}
                  </Table.Cell>
                ))}
              </Table.Row>
            ))}
          </Table.Body>
        </Table.Root>
      </Table.ScrollArea>
    </Panel>
  );
}
