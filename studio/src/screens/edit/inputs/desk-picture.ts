/** Where a picture of the desk comes from, as an edit names it: a kept file, or a picture of this gateway. */
export interface DeskPicture {
  /** Of this picture at this place of the desk; the same picture may lie there twice. */
  key: string
  /** `file_…` or `img_…` */
  fileId: string
  /** Where the page shows it from: `blob:`, of bytes it has, or of this server. */
  url: string
  name: string
  width: number
  height: number
  format: 'png' | 'jpeg' | 'webp'
  bytes: number
  /** Something was done to it before it was kept: an upright copy was made of a picture that a tag turned. */
  isTurned: boolean
  /** Where it comes from and what may be done with it; empty = nothing is said. */
  rights: string
}

/** Most pictures of one edit. */
export const MOST_PICTURES = 16
