import { Box, Button, HStack, Text, Textarea } from "@chakra-ui/react";
import { useRef, useState } from "react";

import type { Approval, Detail } from "../api/types";
import { decide, wordsOf } from "../logic/decide";
import { refreshAll } from "../logic/live";
import { OPEN } from "../logic/query";
import { Message, Time } from "./bits";
import { DenyDialog } from "./DenyDialog";

/** Comments not sent yet, by request: they outlive closing the detail, and Airflow's UI mounting the page anew. */
const drafts = new Map<string, string>();

const CONSEQUENCE = { fail: "The task will fail.", skip: "The task will be skipped." } as const;

/** The answer: to give, or given. */
export function Decision({ detail }: { detail: Detail }) {
  const { approval, can_decide: canDecide } = detail;
  const [comment, setComment] = useState(drafts.get(approval.id) ?? "");
  const [busy, setBusy] = useState(false);
  const [denying, setDenying] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [recorded, setRecorded] = useState(false);
  const couldDecide = useRef(canDecide);
  const open = OPEN.includes(approval.status);
  const missed = couldDecide.current && !canDecide && !open && !recorded && refused === undefined;

  const approve = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      await decide(approval.id, "approve", comment);
      drafts.delete(approval.id);
      setRecorded(true);
    } catch (error) {
      setRefused(wordsOf(error));
    }
    await refreshAll();
    setBusy(false);
  };

  return (
    <Box data-testid="decision" mt={3}>
      {refused === undefined ? null : <Message status="error">{refused}</Message>}
      {missed && !denying ? (
        <Message status="warning">
          This was closed while you were reading it. {comment ? "Your comment was not sent." : "You need not answer."}
        </Message>
      ) : null}
      {open ? null : <Closed approval={approval} />}
      {open && !canDecide ? <Text color="fg.muted">Waiting for a decision.</Text> : null}
      {open && canDecide ? (
        <>
          <Textarea
            aria-label="Comment"
            maxLength={10_000}
            mb={2}
            onChange={({ target }) => {
              drafts.set(approval.id, target.value);
              setComment(target.value);
            }}
            placeholder="Comment (optional; kept in the record)"
            rows={2}
            value={comment}
          />
          <HStack>
            <Button colorPalette="green" loading={busy} onClick={() => void approve()} variant="surface">
              Approve
            </Button>
            <Button colorPalette="red" disabled={busy} onClick={() => setDenying(true)} variant="outline">
              Deny…
            </Button>
          </HStack>
        </>
      ) : null}
      <DenyDialog
        comment={comment}
        consequence={approval.task_id === null ? undefined : CONSEQUENCE[approval.on_deny]}
        items={[approval]}
        onClose={() => setDenying(false)}
        onDeny={async (words) => {
          setRefused(undefined);
          try {
            await decide(approval.id, "deny", words);
            drafts.delete(approval.id);
            setRecorded(true);
          } catch (error) {
            setRefused(wordsOf(error));
          }
          await refreshAll();
        }}
        open={denying}
      />
    </Box>
  );
}

function Closed({ approval }: { approval: Approval }) {
  const good = approval.status === "approved";
  const bySilence = approval.actor_id === "system" && approval.status !== "cancelled";
  return (
    <Message status={good ? "success" : approval.status === "cancelled" ? "info" : "error"}>
      <Text fontWeight="semibold">
        {approval.status[0]?.toUpperCase()}
        {approval.status.slice(1)} {bySilence ? "because nobody answered in time" : `by ${approval.actor_name}`}
      </Text>
      {approval.resolved_at === null ? null : <Time at={approval.resolved_at} />}
      {approval.comment ? <Text overflowWrap="anywhere" whiteSpace="pre-wrap">{approval.comment}</Text> : null}
    </Message>
  );
}
