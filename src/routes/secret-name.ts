/** What a secret may be called: it stands in darkroom.yaml, in addresses and on the command line. */
export const secretName = /^[a-z0-9][a-z0-9-]{0,62}$/
