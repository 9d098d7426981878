import { Box, Button, HStack, Text, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import type { Approval, Detail } from "../api/types";
import { DenyDialog } from "../shared/DenyDialog";
import { useDraft } from "../shared/drafts";
import { Message, Refusal } from "../shared/Message";
import { isOpen } from "../shared/status";
import { useAnswer } from "../shared/useAnswer";
import { Closed } from "./Closed";

const CONSEQUENCE = { fail: "The task will fail.", skip: "The task will be skipped." } as const;

/** The answer: to give, or given. */
export function Decision({ detail }: { detail: Detail }) {
  const { approval, can_decide: canDecide } = detail;
  const { answer, busy, recorded, refused } = useAnswer<Approval>();
  const [comment, setComment] = useDraft(approval.id);
  const [denying, setDenying] = useState(false);
  const [couldDecide] = useState(canDecide);
  const open = isOpen(approval.status);
  const missed = couldDecide && !open && !recorded && refused === undefined && !denying;

  const deny = async (reason: string) => {
    // A refusal is told here, and so closes the dialog as well.
    await answer([approval], "deny", reason);
  };

  return (
    <Box data-testid="decision" mt={3}>
      <Refusal words={refused} />
      {missed ? <Missed comment={comment} /> : null}
      {open ? null : <Closed approval={approval} />}
      {open && !canDecide ? <Text color="fg.muted">Waiting for a decision.</Text> : null}
      {open && canDecide ? (
        <AnswerForm
          approve={() => void answer([approval], "approve", comment)}
          busy={busy}
          comment={comment}
          deny={() => setDenying(true)}
          setComment={setComment}
        />
      ) : null}
      {denying ? (
        <DenyDialog
          comment={comment}
          consequence={approval.task_id === null ? undefined : CONSEQUENCE[approval.on_deny]}
          items={[approval]}
          onClose={() => setDenying(false)}
          onDeny={deny}
        />
      ) : null}
    </Box>
  );
}

function Missed({ comment }: { comment: string }) {
  return (
    <Message status="warning">
      This was closed while you were reading it. {comment ? "Your comment was not sent." : "You need not answer."}
    </Message>
  );
}

type FormProps = {
  approve: () => void;
  busy: boolean;
  comment: string;
  deny: () => void;
  setComment: (text: string) => void;
};

function AnswerForm({ approve, busy, comment, deny, setComment }: FormProps) {
  return (
    <>
      <Textarea
        aria-label="Comment"
        maxLength={10_000}
        mb={2}
        onChange={({ target }) => setComment(target.value)}
        placeholder="Comment (optional; kept in the record)"
        rows={2}
        value={comment}
      />
      <HStack>
        <Button colorPalette="green" loading={busy} onClick={approve} variant="surface">
          Approve
        </Button>
        <Button colorPalette="red" disabled={busy} onClick={deny} variant="outline">
          Deny…
        </Button>
      </HStack>
    </>
  );
}
