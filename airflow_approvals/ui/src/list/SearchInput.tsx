import { Input } from "@chakra-ui/react";
import { useEffect, useRef, useState } from "react";

const TYPING_MILLISECONDS = 300;

/** Reports what was typed once the typing pauses, so that not every letter asks the server. */
export function SearchInput({ onChange, value }: { onChange: (text: string | undefined) => void; value: string }) {
  const [text, setText] = useState(value);
  const [before, setBefore] = useState(value);
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Whatever else was filtered by while somebody typed must not be taken back.
  const report = useRef(onChange);

  if (value !== before) {
    setBefore(value);
    setText(value);
  }

  useEffect(() => {
    report.current = onChange;
  });

  useEffect(() => () => clearTimeout(typing.current), [value]);

  const type = (next: string) => {
    setText(next);
    clearTimeout(typing.current);
    if (next !== value) typing.current = setTimeout(() => report.current(next || undefined), TYPING_MILLISECONDS);
  };

  return (
    <Input
      aria-label="Search"
      maxLength={250}
      maxW="16rem"
      onChange={({ target }) => type(target.value)}
      placeholder="Search subject, Dag, run, task"
      size="sm"
      type="search"
      value={text}
    />
  );
}
