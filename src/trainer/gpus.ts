import { spawnSync } from 'node:child_process'

/** The GPUs of this machine by name, in their order; none where the driver's own tool does not tell. */
export function gpuNames(): string[] {
  const { stdout } = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
    encoding: 'utf8',
  })
  return (stdout ?? '').split('\n').filter((line) => line !== '')
}
