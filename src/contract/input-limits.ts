/**
 * Bounds of the pictures that an edit brings. The count, the bytes of an image and the length of an address are OpenAI's
 * (openai 7.55.0 types, OpenAPI description); the bytes of all together and the pixels are Darkroom's own.
 */
export const inputLimits = {
  images: 16,
  /** Pictures in the input of one Responses call: Darkroom's own, the main model reads more of them than the image tool draws from. */
  responseImages: 64,
  /** The images, and a mask or a markup. */
  fileParts: 17,
  imageBytes: 52_428_800,
  /** OpenAI's types say 4 MB, its guide says 50 MB: the lower one, so that no accepted mask is refused by upstream. */
  maskBytes: 4_194_304,
  allBytes: 209_715_200,
  /** An `image_url`, whether an address or a data URL, in characters. */
  imageUrlCharacters: 20_971_520,
  fileIdCharacters: 256,
  /** Pixels of one picture; more are refused before they are decoded. */
  pixels: 33_554_432,
  /** Of the first image under a strict mask, by the format of the result: what can be put together again within a process's memory. */
  strictMaskPixels: { png: 12_582_912, webp: 8_294_400 },
} as const
