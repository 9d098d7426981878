import { readdirSync, readFileSync } from "node:fs";

import { defineConfig, type Plugin } from "vite";

// What Airflow's UI provides as globals: bundling a second React would break hooks and themes.
const HOST = {
  react: "React",
  "react-dom": "ReactDOM",
  "react/jsx-runtime": "ReactJSXRuntime",
  "react-router-dom": "ReactRouterDOM",
  "@chakra-ui/react": "ChakraUI",
  "@emotion/react": "EmotionReact",
};

/** Writes the licences of all packages whose code is in the bundle beside it. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? Object.keys(file.modules) : []));
      const folders = new Map<string, string>();
      for (const id of modules) {
        const [, folder, name] = /^\0?(.*\/node_modules\/((?:@[^/]+\/)?[^/?]+))\//.exec(id) ?? [];
        if (folder !== undefined && name !== undefined) folders.set(name, folder);
      }
      const texts = [...folders].sort().map(([name, folder]) => {
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        if (file === undefined) throw new Error(`${name} has no licence file`);
        const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as { version: string };
        return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
      });
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: texts.join(`\n${"-".repeat(80)}\n\n`) });
    },
  };
}

// What markdown-it brings and the page does not use (request/readMarkdown.ts): three times what it does use.
const UNUSED =
  /markdown-it\/lib\/rules_(block\/(html_block|lheading|reference)|inline\/(html_inline|linkify|entity|autolink|image|strikethrough))\.mjs$/;
const STAND_INS: Record<string, string> = {
  entities: "export const decodeHTML = (text) => text;",
  mdurl: "export {};",
  // React has had it itself since version 18.
  "use-sync-external-store/shim": 'export { useSyncExternalStore } from "react";',
  "uc.micro": "export const P = /\\p{P}/u; export const S = /\\p{S}/u;",
};

/** Leaves out of markdown-it what is not used. Part of the tests too, so that they read what the bundle reads. */
export function lean(): Plugin {
  return {
    name: "lean",
    enforce: "pre",
    resolveId: (id) => (id in STAND_INS ? `\0lean:${id}` : undefined),
    load: (id) => (UNUSED.test(id) ? "export default {};" : STAND_INS[id.startsWith("\0lean:") ? id.slice(6) : ""]),
  };
}

export default defineConfig({
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  plugins: [lean(), licences()],
  build: {
    minify: "terser",
    target: "es2022",
    terserOptions: { compress: { drop_console: true, ecma: 2020, passes: 3, pure_getters: true, unsafe_arrows: true } },
    lib: { entry: "src/index.tsx", name: "AirflowPlugin", formats: ["umd"], fileName: () => "approvals.js" },
    rollupOptions: { external: Object.keys(HOST), output: { globals: HOST, exports: "default" } },
  },
});
