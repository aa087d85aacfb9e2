import { html, type Html } from './html';
import { layout } from './layout';

/** The page on which a person signs in; `refused` is the user name of a try that went wrong. */
export function signInPage(base: string, refused?: string): string {
  const notice =
    refused === undefined
      ? html``
      : html`<p role="alert">There is no user with this name and this password.</p>`;
  const form = html`${notice}
    <form method="post" action="${base}/login">
      <label>User name<input name="username" autocomplete="username" value="${refused}" /></label>
      <label>Password<input name="password" type="password" autocomplete="current-password" /></label>
      <button>Sign in</button>
    </form>`;
  return layout('Sign in', form, { base });
}

/** What a person sees who is signed in already. */
export function signedInPage(base: string, username: string): string {
  return layout('Signed in', html`<p>You are signed in as ${username}.</p>`, { base });
}

/** The page on which a person lets a client in. */
export function approvalPage(base: string, client: string, username: string, token: string): string {
  const form = (method: Html, button: Html): Html =>
    html`<form method="post" action="${base}/oauth/authorize">
      ${method}<input type="hidden" name="auth_token" value="${token}" />
      <p>${button}</p>
    </form>`;
  const refusal = html`<input type="hidden" name="_method" value="DELETE" />`;
  const content = html`<p>${client} wants to work in ProcessMaker as ${username}.</p>
    ${form(html``, html`<button id="approve">Let it in</button>`)}
    ${form(refusal, html`<button id="refuse">Refuse</button>`)}`;
  return layout('Let a client in', content, { base });
}
