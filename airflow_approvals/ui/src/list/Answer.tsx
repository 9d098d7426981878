import { Button, HStack } from "@chakra-ui/react";
import { useState } from "react";

import type { Row, Verdict } from "../api/types";
import { DenyDialog } from "../shared/DenyDialog";
import { refusalIn } from "../shared/each";
import { useAnswer } from "../shared/useAnswer";
import type { Listing } from "./listing";

/** The buttons that answer a request from its line. */
export function Answer({ refuse, row }: { refuse: Listing["refuse"]; row: Row }) {
  const { answer, busy } = useAnswer<Row>();
  const [denying, setDenying] = useState(false);

  const send = async (verdict: Verdict, comment: string) => {
    refuse(undefined);
    const refused = refusalIn(await answer([row], verdict, comment));
    // Above the list: this line, and the dialog with it, is gone when somebody else was first.
    if (refused !== undefined) refuse(`${row.subject}: ${refused}`);
    return refused;
  };

  const deny = async (comment: string) => {
    const refused = await send("deny", comment);
    if (refused !== undefined) throw new Error(refused);
  };

  return (
    <HStack gap={1} justify="flex-end">
      <Button
        aria-label={`Approve ${row.subject}`}
        colorPalette="green"
        loading={busy}
        onClick={() => void send("approve", "")}
        size="xs"
        variant="surface"
      >
        Approve
      </Button>
      <Button
        aria-label={`Deny ${row.subject}`}
        colorPalette="red"
        disabled={busy}
        onClick={() => setDenying(true)}
        size="xs"
        variant="outline"
      >
        Deny
      </Button>
      {denying ? <DenyDialog items={[row]} onClose={() => setDenying(false)} onDeny={deny} /> : null}
    </HStack>
  );
}
