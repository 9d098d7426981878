import { useEffect, useState } from "react";

const SETTLED_MILLISECONDS = 1000;

/** False for a second after what is on the screen changed: the second half of a double click then decides nothing. */
export function useSettled(shown: string): boolean {
  const [settled, setSettled] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setSettled(shown), SETTLED_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [shown]);
  return settled === shown;
}
