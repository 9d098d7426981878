import { Button, Flex, Input, Text } from "@chakra-ui/react";
import { useState } from "react";

import type { Row, Verdict } from "../api/types";
import { AnswerDialog } from "../shared/AnswerDialog";
import { refusalIn } from "../shared/each";
import { useAnswer } from "../shared/useAnswer";
import { BulkReport, type Report } from "./BulkReport";
import type { Selection } from "./selection";

/** Answers the ticked requests together; each is sent, and reported, on its own. */
export function BulkBar({ selection }: { selection: Selection }) {
  const { answer, busy, done } = useAnswer<Row>();
  const [comment, setComment] = useState("");
  // The lines as they were when the dialog opened: what comes in behind it was not read.
  const [asked, setAsked] = useState<{ rows: ReadonlyArray<Row>; verdict: Verdict }>();
  const [report, setReport] = useState<Report>();
  const { chosen } = selection;

  const ask = (verdict: Verdict) => setAsked({ rows: chosen, verdict });

  const send = async (words: string) => {
    if (asked === undefined) return;
    setAsked(undefined);
    setReport(undefined);
    const outcomes = await answer(asked.rows, asked.verdict, words);
    selection.setAll(false);
    setComment(refusalIn(outcomes) === undefined ? "" : words);
    setReport({ verdict: asked.verdict, outcomes });
  };

  return (
    <>
      {chosen.length > 0 || busy ? (
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
            {busy ? `${done} answered…` : `${chosen.length} selected`}
          </Text>
          <Input
            aria-label="Comment for all selected"
            bg="bg"
            flex={1}
            maxLength={10_000}
            minW="12rem"
            onChange={({ target }) => setComment(target.value)}
            placeholder="Comment for all of them (optional)"
            size="sm"
            value={comment}
          />
          <Button colorPalette="green" loading={busy} onClick={() => ask("approve")} size="sm" variant="surface">
            Approve {chosen.length}…
          </Button>
          <Button colorPalette="red" disabled={busy} onClick={() => ask("deny")} size="sm" variant="outline">
            Deny {chosen.length}…
          </Button>
          <Button onClick={() => selection.setAll(false)} size="sm" variant="ghost">
            Clear selection
          </Button>
          {asked === undefined ? null : (
            <AnswerDialog
              comment={comment}
              items={asked.rows}
              onAnswer={send}
              onClose={() => setAsked(undefined)}
              verdict={asked.verdict}
            />
          )}
        </Flex>
      ) : null}
      {report === undefined ? null : <BulkReport onDismiss={() => setReport(undefined)} report={report} />}
    </>
  );
}
