import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { availableCores } from '../cores.js'
import { SelfsameError } from '../errors.js'
import { watchForNeighbours } from './crowding.js'
import type { Memory } from './system.js'

/** How a kind of device records work to repeat it; what is recorded is not executed. */
export interface Recorder {
  /** @param device its number among those of its kind */
  begin(device: number): void
  /** @returns what `replay` takes; throws where something was asked for that cannot be repeated */
  end(): number
  /** Gives up what was begun. */
  abandon(): void
  /** Starts it all again, in the same memory. */
  replay(recorded: number): void
  release(recorded: number): void
}

/** What the addon exports; see native/README.md for the meaning of ids. */
export interface Native {
  schemas(): string[]
  resolve(name: string, overload: string): [index: number, schema: string] | null
  call(index: number, ...args: unknown[]): unknown
  joinBytes(parts: readonly Uint8Array[]): number
  fromBytes(bytes: Uint8Array, shape: readonly number[], dtype: number): number
  toBytes(id: number): Uint8Array
  describe(id: number): [dtype: number, device: string, requiresGrad: boolean, ...shape: number[]]
  item(id: number): number
  alias(id: number): number
  /** Leaves a tensor to V8's collector, which is told of its storage once; whether it was not before. */
  watch(id: number): boolean
  /** Whether it was watched. */
  release(id: number): boolean
  grad(
    outputs: number[],
    inputs: number[],
    gradients: number[],
    retain: boolean,
    create: boolean,
    allowUnused: boolean,
  ): (number | null)[]
  setGradEnabled(enabled: boolean): boolean
  setRequiresGrad(id: number, requires: boolean): void
  enterAutocast(cuda: boolean, dtype: number, enabled: boolean): void
  leaveAutocast(cuda: boolean, dtype: number, enabledBefore: boolean): void
  setThreads(count: number): void
  threads(): number
  manualSeed(seed: number): void
  memory(): Memory
  releaseCached(): void
  about(): { version: string; cuda: boolean; cudaDevices: number; config: string; parallel: string }
  /** CUDA graphs; absent where the build has none */
  recorder?: Recorder
  /** which libjpeg-turbo plain JPEGs are decoded with; absent, as `decodeJpeg` is, where the build has none */
  jpeg?: string
  decodeJpeg?(
    from: string | Uint8Array,
    channels: number,
    shrinkTo: number,
    mostPixels: number,
  ): Promise<{ data: Uint8Array; width: number; height: number } | undefined>
}

/** Where set-up puts the addon. */
export const ADDON_PATH = fileURLToPath(new URL('../../build/selfsame.node', import.meta.url))

function load(): Native {
  if (!existsSync(ADDON_PATH)) {
    throw new SelfsameError(
      `the libtorch addon is not built (${ADDON_PATH} is missing): run 'npx selfsame setup'`,
    )
  }
  let addon: Native
  try {
    addon = createRequire(import.meta.url)(ADDON_PATH) as Native
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new SelfsameError(
      `the libtorch addon could not be loaded (${cause}): run 'npx selfsame setup' to build it anew, or 'npx selfsame doctor' to see what is wrong`,
    )
  }
  // libtorch as Debian ships it starts with one thread
  addon.setThreads(Number(process.env.SELFSAME_THREADS) || availableCores())
  watchForNeighbours(addon)
  return addon
}

let loaded: Native | undefined

/** The addon, loaded at first use so that `--help` and `doctor` work without it. */
export function native(): Native {
  loaded ??= load()
  return loaded
}
