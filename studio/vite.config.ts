import { defineConfig } from 'vite'

/** How the studio is built. Nothing is written into the page: its policy allows neither scripts nor styles there. */
export default defineConfig({
  root: import.meta.dirname,
  // It reads modules that build on one another without a word.
  css: { transformer: 'lightningcss' },
  build: {
    target: 'es2023',
    // Pictures and fonts come from the gateway, never as data.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
    manifest: true,
    rolldownOptions: {
      // Libraries mark what runs in a browser; everything here does.
      onLog: (level, log, tell) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && tell(level, log),
    },
  },
  // `npm run studio:dev` beside a gateway at its usual place.
  server: { proxy: { '/v1': 'http://127.0.0.1:4100', '/v2': 'http://127.0.0.1:4100', '/docs': 'http://127.0.0.1:4100' } },
})
