import type { Exchange } from './recorder.js';

/** What pages may load, and from where; the way of a form to the app may lead over others. */
const OWN =
  /^(?:default|style|img|script|frame|base)-(?:src|ancestors|uri) '(?:none|self)'$|^form-action 'self'(?: https:| https?:\/\/[^ *]+)*$/u;
/** Style, scripts and icon are the same for everybody. */
const ASSET = /^\/(?:assets|teams)\/[\w./-]+$/u;

/** What is wrong with the headers of an answer, or missing from them. */
export function flawsOf({ answerHeaders, path }: Exchange): readonly string[] {
  const of = (name: string) => `${path}: ${name}: ${answerHeaders[name]}`;
  const policy = (answerHeaders['content-security-policy'] ?? '').split('; ');
  const needed = ["default-src 'none'", "frame-ancestors 'none'"];
  const isClosed = needed.every((part) => policy.includes(part)) && policy.every((part) => OWN.test(part));
  return [
    ...(isClosed ? [] : [of('content-security-policy')]),
    ...(answerHeaders['cache-control'] === 'no-store' || ASSET.test(path) ? [] : [of('cache-control')]),
    ...(answerHeaders['referrer-policy'] === 'no-referrer' ? [] : [of('referrer-policy')]),
    ...(answerHeaders['x-content-type-options'] === 'nosniff' ? [] : [of('x-content-type-options')]),
  ];
}

/** What a page would load from elsewhere, and what it would run or look like by itself: scripts, handlers and styles within it. */
export function foreignParts(page: string): readonly string[] {
  const foreign =
    /<(?:script|link|img|iframe|object|embed|source|video|audio)\b[^>]*\b(?:src|href|data)="(?!\/)[^"]*"/giu;
  const within = /<script(?![^>]*\bsrc=)[^>]*>|<style\b|\son\w+="|\sstyle="|javascript:|@import|<meta http-equiv/giu;
  return [...page.matchAll(foreign), ...page.matchAll(within)].map(([part]) => part);
}
