import { Box, Text } from "@chakra-ui/react";
import { Component, type ReactNode } from "react";

import { escaped } from "./characters";
import { Message } from "./Message";

type Props = {
  children: ReactNode;
  /** The same as plain text, for when it cannot be shown as it should. */
  text?: () => string;
  /** What it is, as in "The details could not be shown." */
  what: string;
  /** Put around the words where not every element may stand, as in a table. */
  wrap?: (words: ReactNode) => ReactNode;
};

/** Keeps what goes wrong while foreign text is drawn from taking the rest of the page with it; a new key tries again. */
export class Guard extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const { text, what, wrap = (words: ReactNode) => words } = this.props;
    const told = despite(text);
    return wrap(
      <>
        <Message status="warning">{`The ${what} could not be shown${told ? ". As plain text:" : "."}`}</Message>
        {told ? <PlainText text={told} /> : null}
      </>,
    );
  }
}

function despite(text: (() => string) | undefined): string | undefined {
  try {
    return text?.();
  } catch {
    return undefined;
  }
}

/** Foreign text as it was written, with its line breaks. */
export function PlainText({ text }: { text: string }) {
  return (
    <Box data-testid="plain-text" maxH="60vh" overflowY="auto" tabIndex={0}>
      <Text overflowWrap="anywhere" whiteSpace="pre-wrap">
        {escaped(text)}
      </Text>
    </Box>
  );
}
