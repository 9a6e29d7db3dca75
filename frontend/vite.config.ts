import { defineConfig } from "vitest/config";

// The server mounts dist/ at `base` and finds the entry's file names in .vite/manifest.json
// (see __init__.py). Nothing is inlined, so that the Content-Security-Policy needs no data: URLs.
export default defineConfig({
  base: "/static/app/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rollupOptions: { input: "src/main.ts" },
  },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
  },
});
