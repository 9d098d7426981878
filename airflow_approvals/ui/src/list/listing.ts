import type { View } from "../shared/view";
import type { Scope } from "./place";
import type { Selection } from "./selection";

/** What the parts of a list share. */
export type Listing = {
  go: (view: View) => void;
  /** Tells above the list why an answer did not count; undefined takes it back. */
  refuse: (words: string | undefined) => void;
  scope?: Scope;
  selection: Selection;
  view: View;
};
