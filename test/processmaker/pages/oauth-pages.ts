import { escapeHtml, layout } from './layout';

/** The page on which a person signs in; `refused` is the user name of a try that went wrong. */
export function signInPage(base: string, refused?: string): string {
  const notice =
    refused === undefined ? '' : '<p role="alert">There is no user with this name and this password.</p>';
  return layout(
    'Sign in',
    `${notice}<form method="post" action="${escapeHtml(base)}/login">
<label>User name<input name="username" autocomplete="username" value="${escapeHtml(refused)}"></label>
<label>Password<input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form>`,
  );
}

/** What a person sees who is signed in already. */
export function signedInPage(username: string): string {
  return layout('Signed in', `<p>You are signed in as ${escapeHtml(username)}.</p>`);
}

/** The page on which a person lets a client in. */
export function approvalPage(base: string, client: string, username: string, token: string): string {
  const form = (method: string, button: string): string =>
    `<form method="post" action="${escapeHtml(base)}/oauth/authorize">${method}
<input type="hidden" name="auth_token" value="${token}"><p>${button}</p></form>`;
  return layout(
    'Let a client in',
    `<p>${escapeHtml(client)} wants to work in ProcessMaker as ${escapeHtml(username)}.</p>
${form('', '<button id="approve">Let it in</button>')}
${form('<input type="hidden" name="_method" value="DELETE">', '<button id="refuse">Refuse</button>')}`,
  );
}
