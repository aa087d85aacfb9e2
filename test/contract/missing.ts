/** Something without which no check makes sense, in one sentence. */
export class Missing extends Error {}
