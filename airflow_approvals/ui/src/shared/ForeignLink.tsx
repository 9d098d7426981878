import type { ReactNode } from "react";

import { destination, safeAddress } from "./address";
import { escaped } from "./characters";

type Props = { address: string; children: ReactNode; text: string };

/** A link that somebody else wrote: opens apart, learns nothing of this page, and says where it leads. */
export function ForeignLink({ address, children, text }: Props) {
  const href = safeAddress(address);
  const leads = destination(text, address);
  return (
    <>
      {href === undefined ? (
        <span>{children}</span>
      ) : (
        <a href={href} rel="noopener noreferrer" target="_blank">
          {children}
        </a>
      )}
      {leads === undefined ? null : <span data-testid="destination">{` (→ ${escaped(leads)})`}</span>}
    </>
  );
}
