/**
 * The field of a Request's data by which a start is found again. ProcessMaker keeps a field that begins with an
 * underscore out of what forms and `include=data` show, but searches it.
 */
export const KEY_FIELD = '_n8n_key';

/** ProcessMaker puts its own values there; data that came out of ProcessMaker often holds them. */
export const SET_BY_SERVER: readonly string[] = ['_request', '_user'];

/** Fields of a Request's data that are ProcessMaker's own; `_parent` makes the Request part of another one. */
export const OWN_FIELDS: readonly string[] = [...SET_BY_SERVER, '_parent'];
