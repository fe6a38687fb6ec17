import type { FailureRow } from './failure.ts'

/** Refusals of the request's shape, as OpenAI types them. */
const schemaRule = { status: 400, type: 'invalid_request_error', outcome: 'not_charged', nextAction: 'stop', shouldRetry: false } as const
/** Refusals by the image service: legal shape, but the model does not do it. Not to be sent again unchanged. */
const modelRule = { ...schemaRule, type: 'image_generation_user_error' } as const
/** Refusals of OpenAI's account side: a person has to act. */
const accountRule = { ...schemaRule, nextAction: 'human' } as const

/**
 * Failures of OpenAI's images contract: raised by Darkroom's own check before a byte goes upstream, or passed on when upstream raised them.
 * Codes, types and statuses follow the observed answers of the live API (August to November 2026);
 * `publicCode` stands where upstream's own code is null or not known, see `unknowns.ts`.
 */
export const upstreamFailures = {
  missing_required_parameter: {
    ...schemaRule,
    message: 'A required parameter is missing. Nothing was sent or charged; add it and send the request again.',
  },
  invalid_type: {
    ...schemaRule,
    message: 'A parameter has the wrong JSON type. Nothing was sent or charged; correct it and send the request again.',
  },
  invalid_value: {
    ...schemaRule,
    message: 'A parameter has a value that is not supported. Nothing was charged; choose a supported value.',
  },
  empty_string: {
    ...schemaRule,
    message: 'A parameter that must hold text is empty. Nothing was sent or charged; fill it in.',
  },
  string_above_max_length: {
    ...schemaRule,
    message: 'A text parameter is longer than allowed. Nothing was sent or charged; shorten it.',
  },
  integer_below_min_value: {
    ...schemaRule,
    message: 'A number is below the smallest allowed value. Nothing was sent or charged; raise it.',
  },
  integer_above_max_value: {
    ...schemaRule,
    message: 'A number is above the largest allowed value. Nothing was sent or charged; lower it.',
  },
  empty_array: {
    ...schemaRule,
    message: 'A list that must hold at least one element is empty. Nothing was sent or charged; add an element.',
  },
  too_many_images: {
    ...schemaRule,
    publicCode: 'array_above_max_length',
    message: 'The request brings more images than the model takes. Nothing was sent or charged; send at most 16.',
  },
  unknown_parameter: {
    ...schemaRule,
    message: 'The request holds a parameter that this endpoint does not know. Nothing was sent or charged; remove it.',
  },
  invalid_prompt: {
    ...schemaRule,
    message: 'The prompt holds characters that cannot be text. Nothing was sent or charged; remove them.',
  },
  model_not_found: {
    ...modelRule,
    publicCode: 'invalid_value',
    message: 'The model does not exist. Nothing was sent or charged; GET /v1/models lists the ids that are served.',
  },
  model_retired: {
    ...modelRule,
    publicCode: 'invalid_value',
    message: 'The model has been shut down. Nothing was sent or charged; ask its successor.',
  },
  image_model_as_main: {
    ...schemaRule,
    message:
      'An image model cannot be the model of a Responses call. Nothing was sent or charged; name a main model and the image tool, or call the Image API.',
  },
  unsupported_quality: {
    ...modelRule,
    publicCode: 'invalid_value',
    message: 'The model does not have this quality tier. Nothing was sent or charged; choose a tier of the model.',
  },
  unsupported_output_format: {
    ...modelRule,
    publicCode: 'invalid_value',
    message: 'The output format is not open on this route. Nothing was sent or charged; ask png, jpeg or webp.',
  },
  invalid_size: {
    ...modelRule,
    publicCode: 'invalid_value',
    message: 'The size is not one the model can draw. Nothing was sent or charged; choose a legal size or auto.',
  },
  unsupported_background: {
    ...modelRule,
    publicCode: 'invalid_value',
    message: 'The background is not supported here. Nothing was sent or charged; choose another model, format or background.',
  },
  unsupported_combination: {
    ...modelRule,
    publicCode: 'invalid_value',
    message: 'Two parameters exclude each other. Nothing was sent or charged; drop one of them.',
  },
  invalid_png_output_compression: {
    ...modelRule,
    message: 'Compression below 100 does not exist for PNG. Nothing was sent or charged; ask jpeg or webp, or drop output_compression.',
  },
  invalid_input_fidelity_model: {
    ...modelRule,
    message: 'The model does not take input_fidelity: it always reads inputs closely. Nothing was sent or charged; drop the parameter.',
  },
  invalid_image_file: {
    ...modelRule,
    message: 'An input image cannot be read. Nothing was charged; send PNG, WebP or JPEG with a single frame.',
  },
  unsupported_image_format: {
    ...modelRule,
    publicCode: 'invalid_image_file',
    message: 'An input is not a PNG, WebP or JPEG by its bytes, whatever its name says. Nothing was charged; convert it.',
  },
  animated_image: {
    ...modelRule,
    publicCode: 'invalid_image_file',
    message: 'An input holds several pictures. Nothing was charged; send a file with a single one.',
  },
  image_too_large: {
    ...schemaRule,
    status: 413,
    message: 'An input has more bytes than allowed: 50 MB for an image, 4 MB for a mask. Nothing was charged; send a smaller file.',
  },
  image_too_many_pixels: {
    ...modelRule,
    message: 'An input has more pixels than are ever decoded here (33,554,432). Nothing was charged; scale it down.',
  },
  url_not_allowed: {
    ...schemaRule,
    publicCode: 'invalid_image_url',
    message: 'The URL of an input may not be fetched. Nothing was sent upstream or charged; send the picture itself.',
  },
  url_fetch_failed: {
    ...schemaRule,
    publicCode: 'failed_to_download_image',
    message: 'The URL of an input could not be fetched. Nothing was sent upstream or charged; send the picture itself.',
  },
  file_not_found: {
    ...schemaRule,
    status: 404,
    message: 'There is no such file that this key may see. Nothing was charged; upload it with POST /v1/files, purpose vision.',
  },
  response_not_found: {
    ...schemaRule,
    status: 404,
    message: 'There is no such response that this key may see. Nothing was sent or charged; check the id, or start anew without it.',
  },
  invalid_mask_image_format: {
    ...modelRule,
    message: 'The mask does not fit the image. Nothing was charged; send a PNG with alpha of the same pixel size.',
  },
  invalid_markup_image: {
    ...modelRule,
    publicCode: 'invalid_value',
    message: 'The markup does not fit the image. Nothing was charged; send a PNG of the same size with transparent pixels.',
  },
  moderation_blocked: {
    ...modelRule,
    message: 'The request was refused by the safety system. The call is not charged; change the prompt or the input images.',
  },
  invalid_api_key: {
    ...accountRule,
    status: 401,
    message: 'Incorrect API key provided. Nothing was sent or charged; send a Darkroom key as `Authorization: Bearer`.',
  },
  organization_not_verified: {
    ...accountRule,
    status: 403,
    publicCode: null,
    message: 'The organization behind this route must be verified to use the model. Nothing was charged; verify it with OpenAI.',
  },
  unsupported_country_region_territory: {
    ...accountRule,
    status: 403,
    message: 'Country, region, or territory not supported. Nothing was charged; serve this request from a supported place.',
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'requests',
    outcome: 'not_charged',
    nextAction: 'retry',
    shouldRetry: true,
    message: 'Rate limit reached. The call was not charged; wait for the time in Retry-After and send it again.',
  },
  insufficient_quota: {
    ...accountRule,
    status: 429,
    type: 'insufficient_quota',
    message:
      'The quota of the account behind this route is used up. The call was not charged; add credit or raise the limit, then try again.',
  },
  billing_hard_limit_reached: {
    ...accountRule,
    type: 'billing_limit_user_error',
    message: 'Billing hard limit has been reached. The call was not charged; raise the limit of the account behind this route.',
  },
} as const satisfies Record<string, FailureRow>
