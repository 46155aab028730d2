/** So long somebody counts as confirmed who has shown who they are: by a login, or by confirmIdentity. */
export const CONFIRMED_WITHIN_SECONDS = 10 * 60;
