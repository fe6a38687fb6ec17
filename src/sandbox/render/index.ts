export type { PictureFormat, PictureOrder } from './picture-order.ts'
export { PicturePress, type PicturePressOptions } from './picture-press.ts'
