/**
 * Makes a folder and those above it that are missing; one that is there is left as it is.
 *
 * In place of Node's recursive `mkdir`, which never ends where the system says ENOENT for a folder that is there (/proc,
 * autofs), hears no signal meanwhile, and elsewhere gives the error of its own later look at the path (ENOENT on a read-only
 * disk).
 * @throws the system's error of the folder that could not be made
 */
export function makeFolder(path: string): void
