import { defineConfig } from "vite";

// The script of a circuit that opens from disk: one file without imports, written into the page by
// the server (backend/exports/standalone.py), with everything it needs inside.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist/standalone",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 700,
    lib: {
      entry: "src/standalone.ts",
      formats: ["iife"],
      name: "standalone",
      fileName: () => "standalone.js",
      cssFileName: "standalone",
    },
  },
});
