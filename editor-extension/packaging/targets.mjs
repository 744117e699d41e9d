/**
 * The platforms that there is a package for, by VS Code's name for each, and Go's names.
 *
 * @type {Readonly<Record<string, { goos: string, goarch: string }>>}
 */
export const targets = {
  "linux-x64": { goos: "linux", goarch: "amd64" },
  "linux-arm64": { goos: "linux", goarch: "arm64" },
  "darwin-x64": { goos: "darwin", goarch: "amd64" },
  "darwin-arm64": { goos: "darwin", goarch: "arm64" },
  "win32-x64": { goos: "windows", goarch: "amd64" },
  "win32-arm64": { goos: "windows", goarch: "arm64" },
};
