import type { Row } from "../api/types";
import { escaped } from "../shared/characters";
import type { Selection } from "./selection";

type Props = { checked: boolean | "indeterminate"; label: string; onChange: (checked: boolean) => void };

/** The browser's own: a drawn one is a little machine of its own, and there is one in every line. */
function Tick({ checked, label, onChange }: Props) {
  return (
    <input
      aria-label={label}
      checked={checked === true}
      onChange={({ target }) => onChange(target.checked)}
      ref={(box) => {
        if (box !== null) box.indeterminate = checked === "indeterminate";
      }}
      style={{ accentColor: "var(--chakra-colors-brand-solid)", display: "block", height: "1rem", width: "1rem" }}
      type="checkbox"
    />
  );
}

export function TickAll({ selection }: { selection: Selection }) {
  const some = selection.chosen.length > 0 ? "indeterminate" : false;
  return <Tick checked={selection.all || some} label="Select all" onChange={selection.setAll} />;
}

export function TickRow({ row, selection }: { row: Row; selection: Selection }) {
  return row.can_decide ? (
    <Tick
      checked={selection.chosen.includes(row)}
      label={`Select ${escaped(row.subject)}`}
      onChange={(chosen) => selection.choose(row, chosen)}
    />
  ) : null;
}
