import { join } from 'node:path';
import { build } from 'esbuild';

/** The page, ready to be served from memory. */
export interface BuiltPage {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='9' fill='%232f5bd7'/%3E%3Cpath d='M11 8h6.2a4.2 4.2 0 0 1 2.3 7.7A4.6 4.6 0 0 1 17.6 24H11z' fill='%23fff'/%3E%3C/svg%3E";

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Behalf playground</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/playground/page.css">
<script type="module" src="/playground/page.js"></script>
</head>
<body>
<div id="root"></div>
<noscript>The playground needs JavaScript.</noscript>
</body>
</html>
`;

/** Bundles the page with everything that it needs: it loads nothing from other servers. Takes about a second. */
export async function buildPage(): Promise<BuiltPage> {
  const result = await build({
    entryPoints: [join(__dirname, 'main.tsx')],
    outdir: 'page',
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfig: join(__dirname, 'tsconfig.json'),
  });
  const output = (ending: string): string => result.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { html: HTML, script: output('.js'), style: output('.css') };
}
