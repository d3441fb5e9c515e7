// How many processors this process may use: those it may run on, and no more than a container's quota of their time gives. CommonJS,
// as the command's entry must know it before anything is read asynchronously.
const { readFileSync } = require('node:fs')
const { availableParallelism } = require('node:os')

function textOf(path) {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** How many processors' time a group of processes may use; undefined where its folder names no limit. */
function quotaIn(folder) {
  // version 2 has both numbers in one file
  const both = textOf(`${folder}/cpu.max`)?.split(' ')
  const [quota, period] =
    both ?? ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) => textOf(`${folder}/${name}`))
  const share = Number(quota) / Number(period)
  return share > 0 ? share : undefined
}

/**
 * The least quota of the groups that a process is in, each within the next; undefined where there is none.
 * `groups` is the text of /proc/self/cgroup, `mount` where the groups' folders are.
 */
exports.cpuQuota = (groups, mount = '/sys/fs/cgroup') => {
  const quotas = groups.split('\n').flatMap((line) => {
    // version 1 has a tree for each set of controllers, version 2 a single one, with none named
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (path === undefined || (controllers !== '' && !controllers.split(',').includes('cpu'))) return []
    const trees = controllers === '' ? ['', '/unified'] : ['/cpu', `/${controllers}`]
    const parts = path.split('/').filter((part) => part !== '')
    return trees.flatMap((tree) =>
      [...parts.keys(), parts.length].map((depth) =>
        quotaIn([mount + tree, ...parts.slice(0, depth)].join('/')),
      ),
    )
  })
  const known = quotas.filter((quota) => quota !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

let cores

/** At least 1. Asked once: what a container may use seldom changes while it runs. */
exports.availableCores = () => {
  cores ??= Math.max(
    1,
    Math.min(
      availableParallelism(),
      Math.ceil(exports.cpuQuota(textOf('/proc/self/cgroup') ?? '') ?? Infinity),
    ),
  )
  return cores
}
