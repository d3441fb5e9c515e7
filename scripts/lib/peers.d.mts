export const PEERS: string
export function peerFolder(name: string, version: string): string
export function beside(name: string, version: string, other: string): string
export function bringPeer(name: string, version: string): unknown
