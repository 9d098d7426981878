import { Field, Input, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import { patch } from "../api/client";
import type { Approval, Approver } from "../api/types";
import { DialogFrame } from "../shared/DialogFrame";
import { refreshAll } from "../shared/live";
import { useTimeZone } from "../shared/useTimeZone";
import { ApproversField } from "./ApproversField";
import { changesOf, type Draft, draftOf } from "./edit";

/** Changes deadline, approvers and details of an open request. */
export function EditDialog({ approval: given, onClose }: { approval: Approval; onClose: () => void }) {
  const zone = useTimeZone();
  // What the form started from: a refresh behind the dialog must not count as a change of the person's.
  const [approval] = useState(given);
  const [draft, setDraft] = useState<Draft>(() => draftOf(approval, zone));

  const save = async () => {
    const changes = changesOf(approval, draft, zone);
    if (Object.keys(changes).length === 0) return;
    await patch(`approvals/${approval.id}`, changes);
    await refreshAll();
  };

  const setLevel = (index: number, approvers: Array<Approver>) => {
    setDraft({ ...draft, approvers: draft.approvers.map((level, at) => (at === index ? approvers : level)) });
  };

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
      </Field.Root>
      {draft.approvers.map((approvers, index) => (
        <ApproversField
          approvers={approvers}
          key={index}
          name={draft.approvers.length > 1 ? `Approvers, level ${index + 1}` : "Approvers"}
          onChange={(changed) => setLevel(index, changed)}
        />
      ))}
      <Field.Root>
        <Field.Label>Details (JSON)</Field.Label>
        <Textarea
          fontFamily="mono"
          onChange={({ target }) => setDraft({ ...draft, metadata: target.value })}
          rows={6}
          value={draft.metadata}
        />
      </Field.Root>
    </DialogFrame>
  );
}
