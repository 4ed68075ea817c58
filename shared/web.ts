/** Where a page of the web host takes the code of its address for a secret, by POST; both are the body, as text. */
export const WEB_SESSION_PATH = '/session';
/** The protocol of the web socket at `/api`; the secret is the second one that the page names. */
export const WEB_PROTOCOL = 'kcptun';
