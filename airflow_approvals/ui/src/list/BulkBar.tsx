import { Button, Flex, Input, Text } from "@chakra-ui/react";
import { useState } from "react";

import type { Row, Verdict } from "../api/types";
import { DenyDialog } from "../shared/DenyDialog";
import { useAnswer } from "../shared/useAnswer";
import { BulkReport, type Report } from "./BulkReport";
import type { Selection } from "./selection";

/** Answers the ticked requests together; each is sent, and reported, on its own. */
export function BulkBar({ selection }: { selection: Selection }) {
  const { answer, busy, done } = useAnswer<Row>();
  const [comment, setComment] = useState("");
  const [denying, setDenying] = useState(false);
  const [report, setReport] = useState<Report>();
  const { chosen } = selection;

  const send = async (verdict: Verdict, words: string) => {
    setDenying(false);
    setReport(undefined);
    const outcomes = await answer(chosen, verdict, words);
    selection.setAll(false);
    setComment("");
    setReport({ verdict, outcomes });
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
          <Button
            colorPalette="green"
            loading={busy}
            onClick={() => void send("approve", comment)}
            size="sm"
            variant="surface"
          >
            Approve {chosen.length}
          </Button>
          <Button colorPalette="red" disabled={busy} onClick={() => setDenying(true)} size="sm" variant="outline">
            Deny {chosen.length}
          </Button>
          <Button onClick={() => selection.setAll(false)} size="sm" variant="ghost">
            Clear selection
          </Button>
          {denying ? (
            <DenyDialog
              comment={comment}
              items={chosen}
              onClose={() => setDenying(false)}
              onDeny={(words) => send("deny", words)}
            />
          ) : null}
        </Flex>
      ) : null}
      {report === undefined ? null : <BulkReport onDismiss={() => setReport(undefined)} report={report} />}
    </>
  );
}
