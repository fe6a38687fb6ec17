export type { DecodedFacts } from './edit/decoded-facts.ts'
export type { PictureFinish } from './finish/picture-finish.ts'
export type { EditBrief, PictureDamage, PictureFormat, PictureOrder, SourcePicture } from './picture-order.ts'
export { PicturePress, type PicturePressOptions } from './picture-press.ts'
