import { useState } from "react";

import type { Row, Rows } from "../api/types";

export type Selection = {
  available: ReadonlyArray<Row>;
  chosen: ReadonlyArray<Row>;
  all: boolean;
  choose: (id: string, chosen: boolean) => void;
  setAll: (chosen: boolean) => void;
};

/** Which of the rows are ticked; a row that can no longer be decided drops out by itself. */
export function useSelection(rows: Rows | undefined): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const available = (rows?.approvals ?? []).filter((row) => row.can_decide);
  const chosen = available.filter((row) => ids.has(row.id));
  return {
    available,
    chosen,
    all: chosen.length > 0 && chosen.length === available.length,
    choose: (id, wanted) => {
      setIds((before) => new Set(wanted ? [...before, id] : [...before].filter((other) => other !== id)));
    },
    setAll: (wanted) => {
      setIds(new Set(wanted ? available.map((row) => row.id) : []));
    },
  };
}
