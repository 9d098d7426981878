import { Box, Button, List, Text } from "@chakra-ui/react";

import type { Row, Verdict } from "../api/types";
import { escaped } from "../shared/characters";
import { ContentChange } from "../shared/ContentChange";
import type { Outcome } from "../shared/each";
import { Message } from "../shared/Message";

export type Report = { outcomes: ReadonlyArray<Outcome<Row>>; verdict: Verdict };

const DONE: Record<Verdict, string> = { approve: "approved", deny: "denied" };

/** What became of each request that was answered together with others. */
export function BulkReport({ onDismiss, report }: { onDismiss: () => void; report: Report }) {
  const { outcomes, verdict } = report;
  const refused = outcomes.filter(({ error }) => error !== undefined).length;
  const heading = `${outcomes.length - refused} ${DONE[verdict]}${refused > 0 ? `, ${refused} refused` : ""}`;
  return (
    <Box data-testid="bulk-report">
      <Message status={refused > 0 ? "warning" : "success"}>
        <Text fontWeight="semibold">{heading}</Text>
        <List.Root fontSize="sm" maxH="12rem" overflowY="auto" ps={4} tabIndex={0}>
          {outcomes.map(({ changedTo, error, item }) => (
            <List.Item key={item.id}>
              {escaped(`${item.subject} (${item.dag_id})`)}: {error ?? DONE[verdict]}
              {changedTo === undefined ? null : (
                <ContentChange after={changedTo} before={item.fingerprint} id={item.id} />
              )}
            </List.Item>
          ))}
        </List.Root>
        <Button alignSelf="flex-start" mt={1} onClick={onDismiss} size="xs" variant="outline">
          Dismiss
        </Button>
      </Message>
    </Box>
  );
}
