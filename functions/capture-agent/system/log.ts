/** One JSON line per event, for the systemd journal. The number before it is the priority (sd-daemon(3)). */
export interface Log {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

export function createLog(write: (line: string) => void): Log {
  const at =
    (priority: number, level: string) =>
    (message: string, fields: object = {}): void =>
      write(`<${priority}>${JSON.stringify({ level, message, ...fields })}\n`);
  return { info: at(6, "INFO"), warn: at(4, "WARN"), error: at(3, "ERROR") };
}

/** One line of printable characters, for what knows no JSON: tools, captures and AWS put in what they like. */
export function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 500);
}

/** An error's name and message, short enough for a line. */
export function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500);
}

/** The code of an error of the operating system, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
