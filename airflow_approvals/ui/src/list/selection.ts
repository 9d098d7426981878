import { useState } from "react";

import type { Row, Rows } from "../api/types";

export type Selection = {
  available: ReadonlyArray<Row>;
  chosen: ReadonlyArray<Row>;
  all: boolean;
  choose: (row: Row, chosen: boolean) => void;
  setAll: (chosen: boolean) => void;
};

/** Which rows are ticked; one that can no longer be decided, or asks something else by now, drops out by itself. */
export function useSelection(rows: Rows | undefined): Selection {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const available = (rows?.approvals ?? []).filter((row) => row.can_decide);
  const chosen = available.filter((row) => keys.has(keyOf(row)));
  return {
    available,
    chosen,
    all: chosen.length > 0 && chosen.length === available.length,
    choose: (row, wanted) => {
      const key = keyOf(row);
      setKeys((before) => new Set(wanted ? [...before, key] : [...before].filter((other) => other !== key)));
    },
    setAll: (wanted) => {
      setKeys(new Set(wanted ? available.map(keyOf) : []));
    },
  };
}

const keyOf = ({ fingerprint, id }: Row): string => `${id} ${fingerprint}`;
