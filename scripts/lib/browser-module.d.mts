export interface Bundle {
  code: string
  /** What the module would load besides; empty where it is whole. */
  imports: string[]
  /** The sources that are in it. */
  moduleIds: string[]
}
export function bundleForBrowsers(options?: { write?: boolean; minify?: boolean }): Promise<Bundle>
