import { defineConfig } from "vitest/config";

import { lean } from "./vite.config";

export default defineConfig({
  plugins: [lean()],
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    server: { deps: { inline: ["markdown-it"] } },
  },
});
