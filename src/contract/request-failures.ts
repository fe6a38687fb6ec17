import type { FailureRow } from './failure.ts'

const refused = { status: 400, type: 'invalid_request_error', outcome: 'not_charged', nextAction: 'stop', shouldRetry: false } as const
const forHuman = { ...refused, nextAction: 'human' } as const
/** Darkroom stopped taking work before it paid for anything: the same request may be sent again. */
const notNow = { status: 503, type: 'server_error', outcome: 'not_charged', nextAction: 'retry', shouldRetry: true } as const

/** Failures that Darkroom raises before an upstream socket is opened: transport, access, settings, room to work in. None costs money. */
export const requestFailures = {
  invalid_http: {
    ...refused,
    message: 'The request is not valid HTTP/1.1. Nothing was sent upstream or charged; the connection was closed.',
  },
  invalid_json: {
    ...refused,
    message: 'The body is empty or not JSON. Nothing was sent or charged; send one JSON object.',
  },
  invalid_body: {
    ...refused,
    message: 'The body must be one JSON object, nested at most 64 levels. Nothing was sent or charged; reshape it.',
  },
  duplicate_key: {
    ...refused,
    message: 'The body names a key twice, so its meaning is not clear. Nothing was sent or charged; name it once.',
  },
  invalid_encoding: {
    ...refused,
    message: 'The body is not valid UTF-8. Nothing was sent or charged; encode it as UTF-8.',
  },
  invalid_multipart: {
    ...refused,
    message: 'The multipart body cannot be read: its boundary, a part or its end is wrong. Nothing was sent or charged; build it anew.',
  },
  too_many_parts: {
    ...refused,
    status: 413,
    message: 'The multipart body holds more parts than any call has. Nothing was sent or charged; send the known fields and the images.',
  },
  unexpected_file_part: {
    ...refused,
    message: 'The multipart body holds a file that this endpoint does not expect. Nothing was sent or charged; send image, mask or markup.',
  },
  strict_mask_impossible: {
    ...refused,
    message:
      'What was asked cannot keep the pixels outside the mask. Nothing was charged; see the message, or send x-darkroom-mask: guide.',
  },
  unsupported_media_type: {
    ...refused,
    status: 415,
    message: 'This endpoint does not read that Content-Type. Nothing was sent or charged; send application/json in UTF-8.',
  },
  body_too_large: {
    ...refused,
    status: 413,
    message: 'The body is larger than this endpoint takes. It was not read and nothing was charged; send a smaller one.',
  },
  headers_too_large: {
    ...refused,
    status: 431,
    message: 'The request headers are larger than 16 KB. Nothing was sent or charged; send fewer or shorter headers.',
  },
  secret_in_use: {
    ...refused,
    status: 409,
    nextAction: 'human',
    message: 'A route takes its key from this secret. It was kept and nothing was charged.',
  },
  uri_too_long: {
    ...refused,
    status: 414,
    message: 'The address is longer than 8 KB. Nothing was sent or charged; put what it carries into the body.',
  },
  request_timeout: {
    ...refused,
    status: 408,
    nextAction: 'retry',
    shouldRetry: true,
    message: 'The request did not arrive in time. Nothing was sent upstream or charged; send it again.',
  },
  request_aborted: {
    ...refused,
    nextAction: 'retry',
    shouldRetry: true,
    message: 'The connection broke before the request had come whole. Nothing was sent upstream or charged; send it again.',
  },
  bad_host: {
    ...forHuman,
    status: 421,
    message:
      'This server does not answer for that host name. Nothing was sent or charged; call its own name or add the name to allowed_hosts.',
  },
  key_in_url: {
    ...forHuman,
    status: 401,
    message: 'A key was sent in the address, where logs can see it. Nothing was charged; replace the key and send it in a header.',
  },
  sign_in_needs_https: {
    ...forHuman,
    status: 403,
    message:
      'Signing in over plain http is for this computer alone. Nothing was charged; open the page by https, or at 127.0.0.1 on the computer of the gateway.',
  },
  sign_in_code_used: {
    ...forHuman,
    status: 401,
    message:
      'This sign-in link was used already, or is older than ten minutes. Nothing was charged; sign in with a key or the admin token, or start the gateway again for a new link.',
  },
  cross_site_request: {
    ...forHuman,
    status: 403,
    message:
      'A session may be used by the pages of this gateway alone: the request came without x-darkroom-csrf or from another origin. Nothing was sent or charged; call with a key instead.',
  },
  key_revoked: {
    ...forHuman,
    status: 401,
    message: 'This API key was revoked or has expired. Nothing was sent or charged; use a valid key.',
  },
  permission_denied: {
    ...forHuman,
    status: 403,
    message: 'This key may not do that. Nothing was sent or charged; use a key with the right, or the admin token.',
  },
  not_found: {
    ...refused,
    status: 404,
    message: 'There is nothing here that this key may see. Nothing was charged; check the id and the project of the key.',
  },
  method_not_allowed: {
    ...refused,
    status: 405,
    message: 'This address does not take that method. Nothing was sent or charged; /docs lists the methods.',
  },
  endpoint_not_served: {
    ...refused,
    status: 404,
    message: 'Darkroom serves images only, not this OpenAI endpoint. Nothing was sent or charged; call OpenAI itself for it.',
  },
  invalid_parameter_header: {
    ...refused,
    message: 'An x-darkroom-* header has a value that cannot be used. Nothing was sent or charged; correct or drop the header.',
  },
  route_not_allowed: {
    ...forHuman,
    status: 403,
    message:
      'The route asked for is not open to this request. Nothing was sent or charged; drop x-darkroom-route or have the route approved.',
  },
  unsupported_on_route: {
    ...refused,
    nextAction: 'reroute',
    message:
      'The route does not take a parameter of this request, as its declared capabilities say. Nothing was sent or charged; leave it out or name another route.',
  },
  no_route: {
    ...notNow,
    shouldRetry: false,
    nextAction: 'human',
    message: 'No configured route can serve this request now. Nothing was sent or charged; GET /v2/models shows what each route offers.',
  },
  route_unavailable: {
    ...notNow,
    shouldRetry: true,
    message:
      'Calls on every route that could serve this request failed lately, so none is sent for a moment. Nothing was sent or charged; wait for the time in Retry-After and send it again.',
  },
  not_allowed_by_project: {
    ...forHuman,
    status: 403,
    message:
      'The project of this key does not allow what was asked. Nothing was sent or charged; ask for something it allows, or have its settings changed.',
  },
  price_ceiling_exceeded: {
    ...refused,
    status: 402,
    type: 'insufficient_quota',
    nextAction: 'downgrade',
    message:
      'The call may cost more than the project allows for one call. Nothing was sent or charged; ask for a lower quality, a smaller size or fewer pictures.',
  },
  budget_exceeded: {
    ...forHuman,
    status: 402,
    type: 'insufficient_quota',
    message: 'A budget has not enough left for this call. Nothing was sent or charged; wait until it renews, or have it raised.',
  },
  project_rate_limited: {
    ...notNow,
    status: 429,
    type: 'rate_limit_error',
    message:
      'The project has reached its limit of pictures a minute or of calls at once. Nothing was sent or charged; wait for the time in Retry-After and try again.',
  },
  key_rotation_open: {
    ...refused,
    status: 409,
    message:
      'This key was replaced already and both are still valid. Nothing was changed or charged; wait until the old one has run out, or revoke it.',
  },
  price_not_configured: {
    ...notNow,
    shouldRetry: false,
    nextAction: 'human',
    message: 'This model, size and quality have no price on the route, so the call was not made and not charged; add a price card for it.',
  },
  storage_full: {
    ...notNow,
    status: 507,
    shouldRetry: false,
    nextAction: 'human',
    message: 'There is no room left to keep a picture, so the call was not made and not charged; free space in the data folder.',
  },
  storage_unavailable: {
    ...notNow,
    message: 'The picture store cannot be written, so the call was not made and not charged; try again later.',
  },
  database_unavailable: {
    ...notNow,
    message: 'The record of the call could not be written, so the call was not made and not charged; try again later.',
  },
  shutting_down: {
    ...notNow,
    message: 'This server is stopping and takes no new work. Nothing was sent or charged; send the request again.',
  },
  rate_limited: {
    ...notNow,
    status: 429,
    type: 'rate_limit_error',
    nextAction: 'human',
    shouldRetry: false,
    message:
      'Too many requests from this connection, or too many wrong keys from this address. Nothing was sent or charged; slow down, and see that the key is right.',
  },
  overloaded: {
    ...notNow,
    status: 429,
    type: 'rate_limit_error',
    message: 'Darkroom is at its limit of work in progress. Nothing was sent or charged; wait for the time in Retry-After and try again.',
  },
  data_folder_locked: {
    ...notNow,
    shouldRetry: false,
    nextAction: 'human',
    message: 'Another Darkroom process owns this data folder. Nothing was changed or charged; stop it, or choose another DARKROOM_DATA.',
  },
  configuration_invalid: {
    ...notNow,
    status: 500,
    shouldRetry: false,
    nextAction: 'human',
    message: 'The configuration is not valid. Nothing was sent or charged; correct the setting that is named and start again.',
  },
} as const satisfies Record<string, FailureRow>
