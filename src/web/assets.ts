import type { HttpRoute } from '../kernel/http.js';

const STYLE = `:root{color-scheme:light dark;--ink:#1c2330;--soft:#5a6575;--paper:#fff;--back:#eef1f6;--line:#d8dee8;--accent:#2f5bd7;--warn:#fff6e0;--warn-ink:#6b4a00;--ok:#1a7f4b}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf3;--soft:#a6b0c0;--paper:#1b212c;--back:#11151d;--line:#343c4a;--accent:#8aa9ff;--warn:#3a2f12;--warn-ink:#ffe0a3;--ok:#63d297}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--back);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;padding:1rem}
main{width:100%;max-width:27rem;background:var(--paper);border:1px solid var(--line);border-radius:14px;padding:2rem;box-shadow:0 10px 30px rgb(0 0 0/.08)}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 1rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.4rem 1rem;margin:0 0 1rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
button{font:inherit;font-weight:600;color:#fff;background:#2f5bd7;border:0;border-radius:9px;padding:.7rem 1.1rem;cursor:pointer}
form button{width:100%;margin-top:.5rem}
form button.link{width:auto;margin:0;padding:0;background:none;color:var(--accent);font-weight:400;text-decoration:underline}
button:hover{background:#244bb8}button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.warning{background:var(--warn);color:var(--warn-ink);border-radius:9px;padding:.7rem .9rem;font-size:.93rem}
.code{display:flex;align-items:center;gap:.8rem;flex-wrap:wrap}.code output{font:700 1.7rem/1 ui-monospace,monospace;letter-spacing:.08em;border:2px dashed var(--line);border-radius:9px;padding:.6rem .9rem;user-select:all}
.code button{padding:.45rem .8rem}
.ok{color:var(--ok)}.reference{color:var(--soft);font-size:.85rem}
`;

/** Takes the used-up code and state out of the address, and copies the login code on request; where that is not allowed, marks it for copying. */
const SCRIPT = `history.replaceState(null,'',location.pathname);
const copy=document.getElementById('copy'),code=document.getElementById('code');
if(copy&&navigator.clipboard){copy.hidden=false;copy.addEventListener('click',()=>navigator.clipboard.writeText(code.textContent).then(()=>{copy.textContent=copy.dataset.copied;},()=>getSelection().selectAllChildren(code)));}
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2f5bd7"/><path d="M11 7h6.5a4.5 4.5 0 0 1 2.7 8.1A5 5 0 0 1 18 25h-7zm4 3.5V14h2a1.75 1.75 0 0 0 0-3.5zm0 7v4h2.5a2 2 0 0 0 0-4z" fill="#fff"/></svg>`;

/** Style, script and icon of our pages. */
export function assetRoutes(): readonly HttpRoute[] {
  return [
    asset('/assets/page.css', 'text/css; charset=utf-8', STYLE),
    asset('/assets/page.js', 'text/javascript; charset=utf-8', SCRIPT),
    asset('/assets/icon.svg', 'image/svg+xml', ICON),
  ];
}

function asset(path: string, contentType: string, body: string): HttpRoute {
  const headers = {
    'content-type': contentType,
    'cache-control': 'public, max-age=3600',
    'x-content-type-options': 'nosniff',
  };
  return { method: 'GET', path, isReadOnly: true, handle: async () => ({ status: 200, headers, body }) };
}
