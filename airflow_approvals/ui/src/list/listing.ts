import type { Row } from "../api/types";
import type { Refused } from "../shared/each";
import type { View } from "../shared/view";
import type { Scope } from "./place";
import type { Selection } from "./selection";

/** Why an answer did not count; with what was read, when something else is asked now. */
export type Refusing = Refused & { row: Row };

/** What the parts of a list share. */
export type Listing = {
  go: (view: View) => void;
  /** Tells above the list why an answer did not count; undefined takes it back. */
  refuse: (refusal: Refusing | undefined) => void;
  scope?: Scope;
  selection: Selection;
  view: View;
};
