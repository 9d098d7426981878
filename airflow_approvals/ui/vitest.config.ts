import { defineConfig } from "vitest/config";

import { lean } from "./vite.config";

export default defineConfig({
  plugins: [lean()],
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    // A busy machine must not make a test fail.
    testTimeout: 30_000,
    server: { deps: { inline: ["markdown-it"] } },
  },
});
