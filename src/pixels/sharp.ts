/**
 * sharp, as tightly as it can be set: the one place that imports it. Only task modules import this file, so that decoders are never loaded
 * into the gateway's own process.
 */
import sharp, { type Sharp } from 'sharp'
import { MAX_DECODED_PIXELS } from './pixel-cap.ts'

// libvips brings decoders for some forty formats, each a way in. All are closed, three are opened again.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp'] })
// A task runs once on files that are gone afterwards: nothing of it is worth keeping, and its process shares two cores with the gateway.
sharp.cache(false)
sharp.concurrency(1)

/** How a picture of unknown origin is read: bounded, one frame, and refused at the first thing its decoder warns of. */
const carefully = {
  limitInputPixels: MAX_DECODED_PIXELS,
  failOn: 'warning',
  pages: 1,
  unlimited: false,
  sequentialRead: true,
} as const

/**
 * Opens the picture at a path, whatever its name. Nothing is read before something is asked of it.
 * @param options.asStored leave the numbers of the pixels alone; else those of an embedded colour profile become sRGB's
 */
export function openPicture(path: string, { asStored = false } = {}): Sharp {
  return sharp(path, { ...carefully, ignoreIcc: asStored })
}

export { type Sharp, sharp }
