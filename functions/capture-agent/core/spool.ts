/** Which files of the spool come first: to be uploaded, and to be deleted when the disk is full. */

export interface SpoolFile {
  /** Below done/, or below open/ for one that the tool has not finished. */
  readonly path: string;
  readonly bytes: number;
  /** Last write, milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** The same file as it was: path, size and time. */
export const identityOf = ({ path, bytes, writtenAt }: SpoolFile): string =>
  `${path}\n${bytes}\n${writtenAt}`;

/** No object was larger for years (Amazon S3, "Multipart upload limits"; today's limit is no smaller). */
export const LARGEST_OBJECT = 5 * 2 ** 40;

export const oldestFirst = (files: readonly SpoolFile[]): readonly SpoolFile[] =>
  [...files].sort((a, b) => a.writtenAt - b.writtenAt || (a.path < b.path ? -1 : 1));

/** What can be sent at all, oldest first. */
export function uploadOrder(files: readonly SpoolFile[]): readonly SpoolFile[] {
  return oldestFirst(files).filter(({ bytes }) => bytes <= LARGEST_OBJECT);
}

export interface Disk {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export function usedPercent({ totalBytes, freeBytes }: Disk): number {
  return totalBytes === 0 ? 100 : (100 * (totalBytes - freeBytes)) / totalBytes;
}

/**
 * Of open/, what no tool writes to any more, so that deleting it frees the disk and loses nothing unseen: a tool that
 * rotates begins a new file with its next packet when a file is this old.
 */
export function abandonedFiles(
  open: readonly SpoolFile[],
  now: number,
  seconds: number,
): readonly SpoolFile[] {
  return open.filter(({ writtenAt }) => now - writtenAt > seconds * 1000);
}

/**
 * Files to delete so that at most `percent` of the disk is used: the oldest, and no more than needed. Also those on
 * their way: when the bucket does not answer they always are, and newer ones would go in their place.
 */
export function evictions(files: readonly SpoolFile[], disk: Disk, percent: number): readonly SpoolFile[] {
  let excess = disk.totalBytes - disk.freeBytes - (disk.totalBytes * percent) / 100;
  const chosen: SpoolFile[] = [];
  for (const file of oldestFirst(files)) {
    if (excess <= 0) break;
    chosen.push(file);
    excess -= file.bytes;
  }
  return chosen;
}

export interface SpoolState {
  readonly files: number;
  readonly bytes: number;
  /** Age of the oldest done file in seconds: how far the upload is behind. 0 when there is none. */
  readonly behindSeconds: number;
}

export function spoolState(files: readonly SpoolFile[], now: number): SpoolState {
  const oldest = oldestFirst(files)[0]?.writtenAt ?? now;
  return {
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    behindSeconds: Math.max(0, (now - oldest) / 1000),
  };
}
