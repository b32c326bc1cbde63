// Gives tests the page's TypeScript modules as they are, without a build, and its packages.
const folder = new URL('../../../src/web/page/', import.meta.url);

// `file`: of a package that is installed there. By its path: Node 18 resolves names from here only.
export const fromPage = (file) => import(new URL(`node_modules/${file}`, folder));

export async function openModules() {
  const { createServer } = await fromPage('vite/dist/node/index.js');
  return createServer({
    root: folder.pathname,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
}
