import { Field, Input, Text, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import { ApiError, get, patch } from "../api/client";
import type { Approval, Approver } from "../api/types";
import { escaped } from "../shared/characters";
import { DialogFrame } from "../shared/DialogFrame";
import { refreshAll } from "../shared/live";
import { useTimeZone } from "../shared/useTimeZone";
import { approverName } from "../shared/words";
import { ApproversField } from "./ApproversField";
import { changesOf, type Draft, draftOf, rebased } from "./edit";

const OVERTAKEN =
  "Somebody changed this request after you opened this form, so nothing was saved. What you wrote is still here, with " +
  "the present values beside it. Save again to put yours in their place.";

/** Changes deadline, approvers and details of an open request. */
export function EditDialog({ approval: given, onClose }: { approval: Approval; onClose: () => void }) {
  const zone = useTimeZone();
  // What the form started from: a refresh behind the dialog must not count as a change of the person's.
  const [approval, setApproval] = useState(given);
  const [draft, setDraft] = useState<Draft>(() => draftOf(approval, zone));
  const [overtaken, setOvertaken] = useState(false);

  const save = async () => {
    const changes = changesOf(approval, draft, zone);
    if (Object.keys(changes).length === 0) return;
    try {
      await patch(`approvals/${approval.id}`, changes, approval.version);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw error;
      const now = (await get(`approvals/${approval.id}`)) as Approval;
      setDraft(rebased(draft, approval, now, zone));
      setApproval(now);
      setOvertaken(true);
      throw new Error(OVERTAKEN, { cause: error });
    }
    await refreshAll();
  };

  const setLevel = (index: number, approvers: Array<Approver>) => {
    setDraft({ ...draft, approvers: draft.approvers.map((level, at) => (at === index ? approvers : level)) });
  };

  const present = draftOf(approval, zone);
  const now = (text: string, differs: boolean) => (overtaken && differs ? <Present text={text} /> : null);

  return (
    <DialogFrame act={save} action="Save" kind="form" onClose={onClose} title="Edit the request">
      <Field.Root>
        <Field.Label>Deadline ({zone})</Field.Label>
        <Input
          onChange={({ target }) => setDraft({ ...draft, deadline: target.value })}
          type="datetime-local"
          value={draft.deadline}
        />
        <Field.HelperText>Empty: waits for ever.</Field.HelperText>
        {now(present.deadline.replace("T", " ") || "none", present.deadline !== draft.deadline)}
      </Field.Root>
      {draft.approvers.map((approvers, index) => (
        <div key={index}>
          <ApproversField
            approvers={approvers}
            name={draft.approvers.length > 1 ? `Approvers, level ${index + 1}` : "Approvers"}
            onChange={(changed) => setLevel(index, changed)}
          />
          {now(
            (present.approvers[index] ?? []).map(approverName).join(", "),
            JSON.stringify(present.approvers[index]) !== JSON.stringify(approvers),
          )}
        </div>
      ))}
      <Field.Root>
        <Field.Label>Details (JSON)</Field.Label>
        <Textarea
          fontFamily="mono"
          onChange={({ target }) => setDraft({ ...draft, metadata: target.value })}
          rows={6}
          value={draft.metadata}
        />
        {now(present.metadata, present.metadata !== draft.metadata)}
      </Field.Root>
    </DialogFrame>
  );
}

function Present({ text }: { text: string }) {
  return (
    <Text color="fg.muted" fontSize="sm" overflowWrap="anywhere" whiteSpace="pre-wrap">
      {`Now: ${escaped(text)}`}
    </Text>
  );
}
