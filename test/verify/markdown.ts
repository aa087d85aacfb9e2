import path from 'node:path';
import GithubSlugger from 'github-slugger';
import { marked, type Token } from 'marked';

import type { Copy } from './copy';

/** What a Markdown file has that the rules look at. */
export interface Document {
  links: string[];
  anchors: string[];
  /** The texts of code, in a line or a block. */
  code: string[];
  headings: string[];
}

/** Reads a Markdown file of a copy. */
export function readDocument(copy: Copy, file: string): Document {
  const document: Document = { links: [], anchors: [], code: [], headings: [] };
  const slugger = new GithubSlugger();
  void marked.walkTokens(marked.lexer(copy.read(file)), (token: Token) => {
    if (token.type === 'link' || token.type === 'image')
      document.links.push((token as { href: string }).href);
    if (token.type === 'code' || token.type === 'codespan')
      document.code.push((token as { text: string }).text);
    if (token.type === 'heading') {
      const { text } = token as { text: string };
      document.headings.push(text);
      document.anchors.push(slugger.slug(text));
    }
  });
  return document;
}

/** @returns what is wrong with a link of a Markdown file; nothing for an address of another site */
export function brokenLink(copy: Copy, file: string, link: string): string[] {
  if (/^[a-z]+:/i.test(link)) return [];
  const [target = '', anchor] = decodeURI(link).split('#');
  const linked = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
  if (linked.startsWith('..') || !copy.has(linked)) return [`${file} links to ${link}, which is not there.`];
  if (anchor === undefined || readDocument(copy, linked).anchors.includes(anchor)) return [];
  return [`${file} links to ${link}, and ${linked} has no such heading.`];
}
