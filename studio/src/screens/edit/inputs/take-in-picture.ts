import { darkroom } from '../../../api/darkroom.ts'
import type { DeskPicture } from './desk-picture.ts'

/** How long the gateway keeps what was brought to this desk: people come back to an edit within the week. */
const KEPT_S = 7 * 24 * 60 * 60
const formats: Readonly<Record<string, DeskPicture['format']>> = { 'image/png': 'png', 'image/jpeg': 'jpeg', 'image/webp': 'webp' }

/** A picture that the browser cannot read, or that the gateway does not take. */
export class NoPicture extends Error {}

let keys = 0

/** Brings a file to the desk: it is kept at the gateway, which judges it at once. @throws NoPicture, DarkroomError */
export async function takeInFile(file: Blob, name: string): Promise<DeskPicture> {
  const isTurned = await isTurnedByTag(file)
  const upright = isTurned ? await asUprightPng(file) : file
  const { id } = await darkroom.files.upload(upright, { expiresAfterSeconds: KEPT_S })
  return { ...(await describe(upright, id, name)), isTurned }
}

/** Has the gateway fetch a picture from an address. Addresses of this gateway's own pictures are those pictures. */
export async function takeInAddress(address: string): Promise<DeskPicture> {
  const own = ownImageId(address)
  if (own !== null) return takeInImage(own)
  const { id, filename } = await darkroom.files.fetch(address, { expiresAfterSeconds: KEPT_S })
  const blob = await darkroom.files.content(id)
  return (await isTurnedByTag(blob)) ? takeInFile(blob, filename) : describe(blob, id, filename)
}

/** A copy of a picture of the desk as plain PNG in sRGB, cropped to its middle where a size is given: what strict masks can be kept for. */
export async function takeInPlainCopy(
  { url, name, rights }: DeskPicture,
  size: { width: number; height: number } | null,
): Promise<DeskPicture> {
  const picture = await shownPicture(url)
  const { width, height } = size ?? { width: picture.naturalWidth, height: picture.naturalHeight }
  const canvas = new OffscreenCanvas(width, height)
  const [left, top] = [Math.floor((picture.naturalWidth - width) / 2), Math.floor((picture.naturalHeight - height) / 2)]
  canvas.getContext('2d')!.drawImage(picture, -left, -top)
  return { ...(await takeInFile(await canvas.convertToBlob({ type: 'image/png' }), name)), rights }
}

/** As an element: the policy of the page lets nothing be fetched from `blob:`. */
async function shownPicture(url: string): Promise<HTMLImageElement> {
  const picture = document.createElement('img')
  picture.src = url
  await picture.decode()
  return picture
}

/** A picture that this gateway made. */
export async function takeInImage(id: string): Promise<DeskPicture> {
  return describe(await darkroom.images.blob(id), id, id)
}

/** A file that was kept before. */
export async function takeInKept(id: string, name: string): Promise<DeskPicture> {
  return describe(await darkroom.files.content(id), id, name)
}

/** `img_…` out of itself or an address at this gateway. */
export function ownImageId(text: string): string | null {
  const wanted = text.trim()
  if (/^img_[a-z0-9]+$/i.test(wanted)) return wanted
  const url = URL.canParse(wanted) ? new URL(wanted) : null
  return url?.origin === location.origin ? (/^\/v2\/images\/(img_[a-z0-9]+)$/i.exec(url.pathname)?.[1] ?? null) : null
}

async function describe(blob: Blob, fileId: string, name: string): Promise<DeskPicture> {
  const picture = await decode(blob)
  const { width, height } = picture
  picture.close()
  const format = formats[blob.type] ?? 'png'
  const url = URL.createObjectURL(blob)
  return { key: `${fileId}-${++keys}`, fileId, url, name, width, height, format, bytes: blob.size, isTurned: false, rights: '' }
}

/** Cameras turn pictures by a tag: what people see is not what is stored, and a mask would lie over something else. */
async function isTurnedByTag(file: Blob): Promise<boolean> {
  return (await orientationOf(file)) > 1
}

async function asUprightPng(file: Blob): Promise<Blob> {
  const picture = await decode(file)
  const canvas = new OffscreenCanvas(picture.width, picture.height)
  canvas.getContext('2d')!.drawImage(picture, 0, 0)
  picture.close()
  return canvas.convertToBlob({ type: 'image/png' })
}

async function decode(blob: Blob): Promise<ImageBitmap> {
  return createImageBitmap(blob).catch((cause: unknown) => {
    throw new NoPicture('', { cause })
  })
}

/** The orientation tag (EXIF 0x0112) of a JPEG; 1 where there is none. */
async function orientationOf(file: Blob): Promise<number> {
  const view = new DataView(await file.slice(0, 128 * 1024).arrayBuffer())
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return 1
  for (let at = 2; at + 10 <= view.byteLength; ) {
    const [marker, length] = [view.getUint16(at), view.getUint16(at + 2)]
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return orientationIn(view, at + 10)
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return 1
    at += 2 + length
  }
  return 1
}

function orientationIn(view: DataView, start: number): number {
  if (start + 8 > view.byteLength) return 1
  const isLittle = view.getUint16(start) === 0x4949
  const directory = start + view.getUint32(start + 4, isLittle)
  if (directory + 2 > view.byteLength) return 1
  const entries = view.getUint16(directory, isLittle)
  for (let index = 0; index < entries && directory + 14 + 12 * index <= view.byteLength; index++) {
    const entry = directory + 2 + 12 * index
    if (view.getUint16(entry, isLittle) === 0x0112) return view.getUint16(entry + 8, isLittle)
  }
  return 1
}
