/** Processors that this process may use: no more than a container's quota of their time gives. At least 1. */
export function availableCores(): number
/** The least quota of the groups named in the text of /proc/self/cgroup, in processors; undefined where there is none. */
export function cpuQuota(groups: string, mount?: string): number | undefined
