import { Box, Button, Flex, Input, List, Text } from "@chakra-ui/react";
import { useState } from "react";

import type { Row, Rows, Verdict } from "../api/types";
import { decide, each, type Outcome } from "../logic/decide";
import { refreshAll } from "../logic/live";
import { Message } from "./bits";
import { DenyDialog } from "./DenyDialog";

export type Selection = {
  available: ReadonlyArray<Row>;
  chosen: ReadonlyArray<Row>;
  all: boolean;
  choose: (id: string, chosen: boolean) => void;
  setAll: (chosen: boolean) => void;
};

/** Which of the rows are ticked; a row that can no longer be decided drops out by itself. */
export function useSelection(rows: Rows | undefined): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const available = (rows?.approvals ?? []).filter((row) => row.can_decide);
  const chosen = available.filter((row) => ids.has(row.id));
  return {
    available,
    chosen,
    all: chosen.length > 0 && chosen.length === available.length,
    choose: (id, wanted) => setIds((before) => new Set(wanted ? [...before, id] : [...before].filter((x) => x !== id))),
    setAll: (wanted) => setIds(new Set(wanted ? available.map((row) => row.id) : [])),
  };
}

/** Answers the ticked requests together; each is sent, and reported, on its own. */
export function BulkBar({ selection }: { selection: Selection }) {
  const [comment, setComment] = useState("");
  const [done, setDone] = useState<number>();
  const [denying, setDenying] = useState(false);
  const [report, setReport] = useState<{ verdict: Verdict; outcomes: Array<Outcome<Row>> }>();
  const { chosen } = selection;

  const answer = async (verdict: Verdict, words: string) => {
    const rows = [...chosen];
    setReport(undefined);
    setDone(0);
    const outcomes = await each(rows, (row) => decide(row.id, verdict, words), setDone);
    await refreshAll();
    selection.setAll(false);
    setDone(undefined);
    setComment("");
    setReport({ verdict, outcomes });
  };

  return (
    <>
      {chosen.length > 0 || done !== undefined ? (
        <Flex
          align="center"
          aria-label="Answer the selected requests"
          as="section"
          bg="bg.muted"
          gap={2}
          mb={2}
          p={2}
          rounded="md"
          wrap="wrap"
        >
          <Text aria-live="polite" fontSize="sm" fontWeight="medium">
            {done === undefined ? `${chosen.length} selected` : `${done} answered…`}
          </Text>
          <Input
            aria-label="Comment for all selected"
            bg="bg"
            flex={1}
            maxLength={10_000}
            minW="12rem"
            onChange={(event) => setComment(event.target.value)}
            placeholder="Comment for all of them (optional)"
            size="sm"
            value={comment}
          />
          <Button
            colorPalette="green"
            loading={done !== undefined}
            onClick={() => void answer("approve", comment)}
            size="sm"
            variant="surface"
          >
            Approve {chosen.length}
          </Button>
          <Button
            colorPalette="red"
            disabled={done !== undefined}
            onClick={() => setDenying(true)}
            size="sm"
            variant="outline"
          >
            Deny {chosen.length}
          </Button>
          <Button onClick={() => selection.setAll(false)} size="sm" variant="ghost">
            Clear selection
          </Button>
          <DenyDialog
            comment={comment}
            items={chosen}
            onClose={() => setDenying(false)}
            onDeny={(words) => answer("deny", words)}
            open={denying}
          />
        </Flex>
      ) : null}
      {report === undefined ? null : <Report {...report} onDismiss={() => setReport(undefined)} />}
    </>
  );
}

type ReportProps = { onDismiss: () => void; outcomes: Array<Outcome<Row>>; verdict: Verdict };

function Report({ onDismiss, outcomes, verdict }: ReportProps) {
  const word = verdict === "approve" ? "approved" : "denied";
  const refused = outcomes.filter(({ error }) => error !== undefined).length;
  const heading = `${outcomes.length - refused} ${word}${refused > 0 ? `, ${refused} refused` : ""}`;
  return (
    <Box data-testid="bulk-report">
      <Message status={refused > 0 ? "warning" : "success"}>
        <Text fontWeight="semibold">{heading}</Text>
        <List.Root fontSize="sm" maxH="12rem" overflowY="auto" ps={4} tabIndex={0}>
          {outcomes.map(({ item, error }) => (
            <List.Item key={item.id}>
              {item.subject} ({item.dag_id}): {error ?? word}
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
