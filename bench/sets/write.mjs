// A set is a list of pictures { side, class, name, make }; make() gives the bytes of its PNG.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Writes all pictures of a set below `folder`, in the place of what was there; a set that is there is whole. */
export async function writeSet(folder, pictures, report = () => {}) {
  const part = `${folder}.part`
  await rm(part, { recursive: true, force: true })
  let [next, done] = [0, 0]
  const work = async () => {
    while (next < pictures.length) {
      const { side, class: of, name, make } = pictures[next++]
      const path = join(part, side, of, `${name}.png`)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, await make())
      report(`${++done} of ${pictures.length} pictures`)
    }
  }
  await Promise.all(Array.from({ length: 4 }, work))
  await rm(folder, { recursive: true, force: true })
  await rename(part, folder)
}
