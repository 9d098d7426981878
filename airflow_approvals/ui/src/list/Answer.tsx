import { Button, HStack } from "@chakra-ui/react";
import { useState } from "react";

import type { Row, Verdict } from "../api/types";
import { AnswerDialog } from "../shared/AnswerDialog";
import { escaped } from "../shared/characters";
import { draftOf } from "../shared/drafts";
import { useAnswer } from "../shared/useAnswer";
import type { Listing } from "./listing";

/** The buttons that answer a request from its line; either asks once more, so that a stray click decides nothing. */
export function Answer({ refuse, row }: { refuse: Listing["refuse"]; row: Row }) {
  const { answer, busy } = useAnswer<Row>();
  // The line as it was when the dialog opened: what comes in behind it was not read.
  const [asked, setAsked] = useState<{ row: Row; verdict: Verdict }>();
  const subject = escaped(row.subject);

  const send = async (comment: string) => {
    if (asked === undefined) return;
    refuse(undefined);
    const [outcome] = await answer([asked.row], asked.verdict, comment);
    // Above the list: this line, and the dialog with it, is gone when somebody else was first.
    const { changedTo, error } = outcome ?? {};
    if (error !== undefined) refuse({ changedTo, error, row: asked.row });
  };

  return (
    <HStack gap={1} justify="flex-end">
      {row.can_approve ? (
        <Button
          aria-label={`Approve ${subject}`}
          colorPalette="green"
          loading={busy}
          onClick={() => setAsked({ row, verdict: "approve" })}
          size="xs"
          variant="surface"
        >
          Approve…
        </Button>
      ) : null}
      <Button
        aria-label={`Deny ${subject}`}
        colorPalette="red"
        disabled={busy}
        onClick={() => setAsked({ row, verdict: "deny" })}
        size="xs"
        variant="outline"
      >
        Deny…
      </Button>
      {asked === undefined ? null : (
        <AnswerDialog
          comment={draftOf(row.id)}
          items={[asked.row]}
          onAnswer={send}
          onClose={() => setAsked(undefined)}
          verdict={asked.verdict}
        />
      )}
    </HStack>
  );
}
