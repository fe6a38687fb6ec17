/** Headers every reply carries, whoever writes it: nothing is kept on the way, nothing is guessed, nothing is run or framed. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
}

/** Devices and powers of a browser that no page of the gateway has a use for. */
const noPowers = ['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'microphone', 'payment', 'usb']

/** What every HTML page carries beside. */
export const documentHeaders: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': noPowers.map((power) => `${power}=()`).join(', '),
  // For browsers that do not know `frame-ancestors`.
  'x-frame-options': 'DENY',
}

/** The gateway's own pages: nothing from elsewhere, no scripts, no frames. */
export const pageHeaders: Readonly<Record<string, string>> = {
  ...documentHeaders,
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

/**
 * The studio: scripts, styles and answers of this server alone, none of them written into the page; pictures of this server, and those that the page itself
 * holds (a preview, a file that was chosen, a mask).
 */
export const studioHeaders: Readonly<Record<string, string>> = {
  ...documentHeaders,
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

/**
 * The reference: scripts and styles of this server alone, and the one style element that its script writes, by its hash
 * (@fastify/swagger-ui 6.1.3, seen in Chromium 150: no violation, also with an operation open). Another version may write another: the page then
 * says so in the console of the browser and works.
 */
export const referencePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Told to browsers that came over https: stay with it. */
export const stayWithHttps = { 'strict-transport-security': 'max-age=31536000' }
