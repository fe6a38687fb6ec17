import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SlabFile } from './slab-file.ts'
import { SLAB_BYTES, SlabPool } from './slab-pool.ts'

/** A slab of the pool with these bytes at its front; the rest is what a former use left. */
function slabWith(bytes: Buffer): Buffer {
  const slab = new SlabPool().take().fill(0xff)
  bytes.copy(slab)
  return slab
}

/** Memory as malloc gives it at worst: beginning at an odd address, which no direct write takes. */
function oddSlabWith(bytes: Buffer): Buffer {
  const slab = Buffer.allocUnsafeSlow(SLAB_BYTES + 1).subarray(1)
  bytes.copy(slab)
  return slab
}

describe('SlabFile', () => {
  let folder: string
  let path: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-slabs-'))
    path = join(folder, 'image.part')
  })

  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function write(slabs: Iterable<[slab: Buffer, length: number]>): Promise<void> {
    const file = await SlabFile.create(path)
    for (const [slab, length] of slabs) await file.append(slab, length)
    await file.flush()
    await file.close()
  }

  it.each([0, 1, 4095, 4096, 4097, SLAB_BYTES - 1, SLAB_BYTES, SLAB_BYTES + 1, 2 * SLAB_BYTES, 2 * SLAB_BYTES + 12_345])(
    'keeps exactly the %i bytes it was given, and nothing of what else stood in the slab',
    async (length) => {
      const bytes = randomBytes(length)
      await write(
        Array.from({ length: Math.ceil(length / SLAB_BYTES) }, (_, index) => {
          const piece = bytes.subarray(index * SLAB_BYTES, (index + 1) * SLAB_BYTES)
          return [slabWith(piece), piece.length]
        }),
      )
      expect(bytes.equals(await readFile(path))).toBe(true)
    },
  )

  it('empties a file that is there', async () => {
    await writeFile(path, randomBytes(SLAB_BYTES))
    await write([[slabWith(Buffer.from('new')), 3]])
    expect(await readFile(path, 'utf8')).toBe('new')
  })

  it('goes on through the cache when the system refuses a direct write in the middle', async () => {
    const [first, second, third] = [randomBytes(SLAB_BYTES), randomBytes(SLAB_BYTES), randomBytes(777)]
    await write([
      [slabWith(first), SLAB_BYTES],
      [oddSlabWith(second), SLAB_BYTES],
      [slabWith(third), third.length],
    ])
    expect(Buffer.concat([first, second, third]).equals(await readFile(path))).toBe(true)
  })

  it('says what the file system says when there is no folder', async () => {
    await expect(SlabFile.create(join(folder, 'none', 'image.part'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('SlabPool', () => {
  it('gives the same memory again', () => {
    const pool = new SlabPool()
    const slab = pool.take()
    pool.give(slab)
    expect(pool.take()).toBe(slab)
  })

  it.runIf(process.platform === 'linux')('gives memory that direct writes take', async ({ skip }) => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-slabs-'))
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_DIRECT
      const handle = await open(join(folder, 'direct'), flags).catch(() => skip('this file system knows no direct writes'))
      const slabs = Array.from({ length: 20 }, () => new SlabPool().take())
      for (const slab of slabs) expect(await handle.write(slab, 0, SLAB_BYTES, 0)).toMatchObject({ bytesWritten: SLAB_BYTES })
      await handle.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
