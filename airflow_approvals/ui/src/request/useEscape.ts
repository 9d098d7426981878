import { useEffect } from "react";

// A dialog or menu on top takes Escape for itself.
const ON_TOP = "[data-scope][data-part=content][data-state=open]:not([role=tabpanel])";

export function useEscape(close: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented && document.querySelector(ON_TOP) === null) close();
    };
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
    };
  }, [close]);
}
