/** What is on this machine, and what is wrong with it. Works when nothing else does. */
import { cpus, totalmem } from 'node:os'
import { availableCores } from '../cores.js'
import { addon } from './addon.js'
import { libtorch, stamp } from './build.js'
import type { Finding } from './finding.js'

export type { Finding }

/** Looks at all that training needs; nothing is changed. */
export async function examine(): Promise<Finding[]> {
  const { cpuFeatures } = await import('../trainer/machine.js')
  return [
    node(),
    {
      what: 'processor',
      value: `${cpus()[0]?.model ?? 'unknown'}, ${availableCores()} cores, ${cpuFeatures().join(' ') || 'features unknown'}`,
    },
    { what: 'memory', value: `${(totalmem() / 2 ** 30).toFixed(1)} GiB` },
    await libtorch(),
    stamp(),
    ...(await addon()),
    await jpeg(),
    await pictures(),
  ]
}

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  const problem =
    major < 20 ? `Node ${process.versions.node} is too old: install Node 20 or newer.` : undefined
  return { what: 'node', value: process.version, ...(problem && { problem }) }
}

async function jpeg(): Promise<Finding> {
  const { jpegDecoder } = await import('../images/decode/jpeg.js')
  const decoder = jpegDecoder()
  return {
    what: 'JPEG',
    value:
      decoder === 'sharp'
        ? 'sharp (install libjpeg-turbo to read photographs several times faster)'
        : decoder,
  }
}

async function pictures(): Promise<Finding> {
  try {
    const { openData } = await import('../images/index.js')
    const { train } = await openData('fashion-mnist', { download: false })
    return { what: 'fashion-mnist', value: `${train.size.toLocaleString('en')} pictures` }
  } catch (error) {
    return {
      what: 'fashion-mnist',
      value: `not there (npm start fetches it; your own pictures work without): ${(error as Error).message}`,
    }
  }
}
