import type { Approval, Approver, Edit } from "../api/types";
import { isTree } from "../shared/differences";
import { parseExactly, stringify } from "../api/numbers";
import { fromLocalInput, toLocalInput } from "../shared/time";

/** What the form holds while it is filled in; one list of approvers per level. */
export type Draft = { deadline: string; approvers: Array<Array<Approver>>; metadata: string };

export function draftOf(approval: Approval, timeZone: string): Draft {
  return {
    deadline: approval.expires_at === null ? "" : toLocalInput(approval.expires_at, timeZone),
    approvers: approval.levels.map((level) => level.approvers.map((approver) => ({ ...approver }))),
    metadata: stringify(approval.metadata, 2) ?? "",
  };
}

/** Where somebody else was first: takes theirs for what the person left alone, and leaves what the person wrote. */
export function rebased(draft: Draft, before: Approval, now: Approval, timeZone: string): Draft {
  const [old, present] = [draftOf(before, timeZone), draftOf(now, timeZone)];
  const kept = <T>(mine: T, was: T, is: T): T => (JSON.stringify(mine) === JSON.stringify(was) ? is : mine);
  return {
    deadline: kept(draft.deadline, old.deadline, present.deadline),
    approvers: kept(draft.approvers, old.approvers, present.approvers),
    metadata: kept(draft.metadata, old.metadata, present.metadata),
  };
}

/**
 * Gives only what was changed, so that an untouched field never overwrites what somebody else changed meanwhile.
 *
 * @throws Error in words for people, when the form cannot be read.
 */
export function changesOf(approval: Approval, draft: Draft, timeZone: string): Edit {
  const before = draftOf(approval, timeZone);
  const edit: Edit = {};
  if (draft.deadline !== before.deadline) {
    edit.expires_at = draft.deadline === "" ? null : fromLocalInput(draft.deadline, timeZone);
  }
  const approvers = draft.approvers.map((level) =>
    level.map(({ kind, name }) => ({ kind, name: name.trim() })).filter(({ name }) => name !== ""),
  );
  if (approvers.some((level) => level.length === 0)) throw new Error("Every level needs at least one approver.");
  if (JSON.stringify(approvers) !== JSON.stringify(before.approvers)) edit.approvers = approvers;
  if (draft.metadata !== before.metadata) edit.metadata = readMetadata(draft.metadata);
  return edit;
}

function readMetadata(text: string): Edit["metadata"] {
  let value: unknown;
  try {
    value = parseExactly(text.trim() || "{}");
  } catch {
    value = undefined;
  }
  if (!isTree(value) || Array.isArray(value)) {
    throw new Error('The details must be a JSON object, like {"rows": 1200}.');
  }
  return value;
}
