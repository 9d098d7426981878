import { Box, Button, Dialog, Field, HStack, Input, NativeSelect, Portal, Textarea } from "@chakra-ui/react";
import { useState } from "react";

import { patch } from "../api/client";
import type { Approval, Approver } from "../api/types";
import { wordsOf } from "../logic/decide";
import { changesOf, type Draft, draftOf } from "../logic/edit";
import { useTimeZone } from "../logic/hooks";
import { refreshAll } from "../logic/live";
import { Message } from "./bits";

/** Changes deadline, approvers and details of an open request. */
export function EditDialog({ approval: given, onClose }: { approval: Approval; onClose: () => void }) {
  const zone = useTimeZone();
  // What the form started from: a refresh behind the dialog must not count as a change of the person's.
  const [approval] = useState(given);
  const [draft, setDraft] = useState<Draft>(() => draftOf(approval, zone));
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();

  const save = async () => {
    setBusy(true);
    try {
      const changes = changesOf(approval, draft, zone);
      if (Object.keys(changes).length > 0) await patch(`approvals/${approval.id}`, changes);
      onClose();
      await refreshAll();
    } catch (error) {
      setRefused(wordsOf(error));
      setBusy(false);
    }
  };

  const setLevel = (index: number, approvers: Array<Approver>) =>
    setDraft({ ...draft, approvers: draft.approvers.map((level, at) => (at === index ? approvers : level)) });

  return (
    <Dialog.Root onOpenChange={({ open }) => !open && onClose()} open scrollBehavior="inside" size="lg">
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content>
            <Dialog.Header>
              <Dialog.Title>Edit the request</Dialog.Title>
            </Dialog.Header>
            <Dialog.Body display="grid" gap={4}>
              <Field.Root>
                <Field.Label>Deadline ({zone})</Field.Label>
                <Input
                  onChange={(event) => setDraft({ ...draft, deadline: event.target.value })}
                  type="datetime-local"
                  value={draft.deadline}
                />
                <Field.HelperText>Empty: waits for ever.</Field.HelperText>
              </Field.Root>
              {draft.approvers.map((approvers, index) => (
                <Level
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
                  onChange={(event) => setDraft({ ...draft, metadata: event.target.value })}
                  rows={6}
                  value={draft.metadata}
                />
              </Field.Root>
              {refused === undefined ? null : <Message status="error">{refused}</Message>}
            </Dialog.Body>
            <Dialog.Footer>
              <Button onClick={onClose} variant="outline">
                Back
              </Button>
              <Button colorPalette="brand" loading={busy} onClick={() => void save()}>
                Save
              </Button>
            </Dialog.Footer>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}

type LevelProps = { approvers: ReadonlyArray<Approver>; name: string; onChange: (approvers: Array<Approver>) => void };

function Level({ approvers, name, onChange }: LevelProps) {
  const change = (index: number, part: Partial<Approver>) =>
    onChange(approvers.map((approver, at) => (at === index ? { ...approver, ...part } : approver)));
  return (
    <Box as="fieldset">
      <Box as="legend" fontSize="sm" fontWeight="medium" mb={1}>
        {name}
      </Box>
      {approvers.map((approver, index) => (
        <HStack key={index} mb={1}>
          <NativeSelect.Root size="sm" width="7rem">
            <NativeSelect.Field
              aria-label={`${name}: kind ${index + 1}`}
              onChange={(event) => change(index, { kind: event.target.value as Approver["kind"] })}
              value={approver.kind}
            >
              <option value="role">role</option>
              <option value="user">user</option>
            </NativeSelect.Field>
            <NativeSelect.Indicator />
          </NativeSelect.Root>
          <Input
            aria-label={`${name}: name ${index + 1}`}
            maxLength={512}
            onChange={(event) => change(index, { name: event.target.value })}
            size="sm"
            value={approver.name}
          />
          <Button
            aria-label={`${name}: remove ${approver.name || "the empty line"}`}
            onClick={() => onChange(approvers.filter((_, at) => at !== index))}
            size="xs"
            variant="ghost"
          >
            Remove
          </Button>
        </HStack>
      ))}
      <Button onClick={() => onChange([...approvers, { kind: "role", name: "" }])} size="xs" variant="outline">
        Add
      </Button>
    </Box>
  );
}
