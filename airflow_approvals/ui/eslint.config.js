import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Refuses imports from places that are built on this one, or stand beside it. */
const keepApart = (place, ...others) => ({
  files: [`src/${place}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ group: others.map((other) => `../${other}/*`), message: `src/${place} must not know of it.` }] },
    ],
  },
});

export default defineConfig(
  // Made by other tools from what is checked.
  globalIgnores(["dist", "src/api/schema.gen.ts"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, reactHooks.configs.flat.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Handlers are written on one line, like `onClick={() => close()}`; nothing reads what they give.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A name that begins with an underscore says so itself.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // Numbers read well in sentences; what does not, such as objects and null, is still refused.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // A `default` may be for what a newer server sends; it does not excuse a known case left out.
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: false }],
    },
  },
  keepApart("api", "list", "metrics", "request", "shared"),
  keepApart("shared", "list", "metrics", "request"),
  keepApart("request", "list", "metrics"),
  keepApart("metrics", "list", "request"),
  keepApart("list", "metrics"),
);
