/** Largest picture that is ever decoded: 2^25 pixels, four times what the models draw at most. Its RGBA pixels are 128 MiB. */
export const MAX_DECODED_PIXELS = 33_554_432
