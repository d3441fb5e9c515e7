/** Sorts paths by their UTF-8 bytes, which is the same on every system and in every locale. */
export function sortedByBytes(paths: Iterable<string>): string[] {
  return Array.from(paths, (path) => ({ path, bytes: Buffer.from(path) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ path }) => path)
}
