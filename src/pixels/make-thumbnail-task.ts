import { openPicture } from './sharp.ts'

/** What goes into a thumbnail. */
export interface ThumbnailOrder {
  path: string
  outPath: string
  /** Most pixels of each edge; a smaller picture keeps its own. */
  width: number
  height: number
}

/** In a child: writes the picture as people see it, as WebP without metadata. */
export async function run({ path, outPath, width, height }: ThumbnailOrder): Promise<{ bytes: number }> {
  const { size } = await openPicture(path)
    .autoOrient()
    .resize({ width, height, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .toFile(outPath)
  return { bytes: size }
}
