import { Box, Button, HStack, Text, Textarea } from "@chakra-ui/react";
import { useEffect, useState } from "react";

import type { Approval, Detail } from "../api/types";
import { AnswerDialog } from "../shared/AnswerDialog";
import { Changes } from "../shared/ContentChange";
import { useDraft } from "../shared/drafts";
import { Guard } from "../shared/Guard";
import { Message, Refusal } from "../shared/Message";
import { noteRead } from "../shared/read";
import { isOpen } from "../shared/status";
import { useAnswer } from "../shared/useAnswer";
import { useSettled } from "../shared/useSettled";
import { Closed } from "./Closed";

const consequence = ({ on_deny: onDeny, respect_trigger_rules: byRules }: Approval): string =>
  onDeny === "fail" ? "The task will fail." : `The task${byRules ? "" : " and all after it"} will be skipped.`;

/** The answer: to give, or given. */
export function Decision({ detail }: { detail: Detail }) {
  const { approval, can_approve: canApprove, can_decide: canDecide } = detail;
  const { answer, busy, recorded, refused } = useAnswer<Approval>();
  const [comment, setComment] = useDraft(approval.id);
  // An answer is given to what was read. What came in since counts as read when the person says so.
  const [read, setRead] = useState(approval);
  useEffect(() => noteRead(read), [read]);
  const [denying, setDenying] = useState<Approval>();
  const [couldDecide] = useState(canDecide);
  const open = isOpen(approval.status);
  const missed = couldDecide && !open && !recorded && refused === undefined && denying === undefined;
  const changed = open && canDecide && read.fingerprint !== approval.fingerprint;
  const settled = useSettled(`${read.id} ${read.fingerprint}`);

  const deny = async (reason: string) => {
    // A refusal is told here, and so closes the dialog as well.
    setComment(reason);
    await answer([denying ?? read], "deny", reason);
  };

  return (
    <Box data-testid="decision" mt={3}>
      <Refusal words={refused} />
      {missed ? <Missed comment={comment} /> : null}
      {open ? null : (
        <Guard text={() => approval.status} what="answer">
          <Closed approval={approval} quiet={refused !== undefined} />
        </Guard>
      )}
      {open && !canDecide ? <Text color="fg.muted">Waiting for a decision.</Text> : null}
      {changed ? <Changed now={approval} onRead={() => setRead(approval)} read={read} /> : null}
      {open && canDecide ? (
        <AnswerForm
          approve={canApprove ? () => void answer([read], "approve", comment) : undefined}
          busy={busy}
          comment={comment}
          deny={() => setDenying(read)}
          ready={settled && !changed}
          setComment={setComment}
        />
      ) : null}
      {denying === undefined ? null : (
        <AnswerDialog
          comment={comment}
          consequence={approval.task_id === null ? undefined : consequence(approval)}
          items={[denying]}
          onAnswer={deny}
          onClose={() => setDenying(undefined)}
          verdict="deny"
        />
      )}
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

function Changed({ now, onRead, read }: { now: Approval; onRead: () => void; read: Approval }) {
  return (
    <Message status="warning">
      <Text>This was changed while you were reading it. What changed:</Text>
      <Changes from={read} to={now} />
      <Button alignSelf="flex-start" mt={1} onClick={onRead} size="xs" variant="outline">
        I have read the change
      </Button>
    </Message>
  );
}

type FormProps = {
  /** Undefined for those who may deny only. */
  approve?: () => void;
  busy: boolean;
  comment: string;
  deny: () => void;
  ready: boolean;
  setComment: (text: string) => void;
};

function AnswerForm({ approve, busy, comment, deny, ready, setComment }: FormProps) {
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
        {approve === undefined ? null : (
          <Button colorPalette="green" disabled={!ready} loading={busy} onClick={approve} variant="surface">
            Approve
          </Button>
        )}
        <Button colorPalette="red" disabled={busy || !ready} onClick={deny} variant="outline">
          Deny…
        </Button>
      </HStack>
    </>
  );
}
