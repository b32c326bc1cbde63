import { defineConfig } from 'vite';

import { licences } from './licences';

// Where the page is developed against: a daemon with `web: {}` in its configuration.
const daemon = process.env['PAGE_DAEMON'] ?? 'http://127.0.0.1:8420';

export default defineConfig({
  base: './',
  plugins: [licences()],
  build: {
    outDir: '../assets',
    emptyOutDir: true,
    // Nothing as a data: URL, and nothing fetched by a script of Vite's: the content security policy
    // allows neither inline scripts nor styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    target: 'es2022',
    // Stable names keep what is committed, and the daemon's table of files, the same files.
    rollupOptions: {
      output: {
        entryFileNames: 'page.js',
        chunkFileNames: '[name].js',
        assetFileNames: 'page[extname]',
      },
    },
  },
  server: {
    proxy: {
      '/control': {
        target: daemon,
        ws: true,
        // The daemon takes WebSockets only from its own page.
        configure: (proxy) =>
          proxy.on('proxyReqWs', (request) => request.setHeader('origin', daemon)),
        changeOrigin: true,
      },
    },
  },
});
