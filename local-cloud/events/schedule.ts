/** `rate()` and `cron()` of EventBridge rules ("Schedule expressions" in the user guide); times are UTC. */

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const DAYS = "SUN MON TUE WED THU FRI SAT".split(" ");

const numberOf = (text: string, names: readonly string[], first: number): number => {
  const index = names.indexOf(text.toUpperCase());
  return index < 0 ? Number(text) : index + first;
};

const field = (
  expression: string,
  value: number,
  range: readonly [number, number],
  names: readonly string[] = [],
): boolean =>
  expression.split(",").some((part) => {
    if (part === "*" || part === "?") return true;
    const [span = "", step] = part.split("/");
    const [from = "", to] = span.split("-");
    const low = from === "*" ? range[0] : numberOf(from, names, range[0]);
    const high = to === undefined ? (step === undefined ? low : range[1]) : numberOf(to, names, range[0]);
    return value >= low && value <= high && (value - low) % Number(step ?? 1) === 0;
  });

const cronMatches = (fields: readonly string[], at: Date): boolean => {
  const [minutes = "*", hours = "*", days = "*", months = "*", weekdays = "*", years = "*"] = fields;
  return (
    field(minutes, at.getUTCMinutes(), [0, 59]) &&
    field(hours, at.getUTCHours(), [0, 23]) &&
    field(days, at.getUTCDate(), [1, 31]) &&
    field(months, at.getUTCMonth() + 1, [1, 12], MONTHS) &&
    field(weekdays, at.getUTCDay() + 1, [1, 7], DAYS) &&
    field(years, at.getUTCFullYear(), [1970, 2199])
  );
};

/** Milliseconds from `now` to the next firing; undefined when the expression is not understood or never fires. */
export const untilNext = (expression: string, now: number): number | undefined => {
  const [, amount, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * (UNITS[unit] ?? 0);
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields === undefined || fields.length !== 6) return undefined;
  const minute = 60_000;
  let at = Math.floor(now / minute) * minute + minute;
  for (let i = 0; i < 366 * 24 * 60; i++, at += minute) {
    if (cronMatches(fields, new Date(at))) return at - now;
  }
  return undefined;
};
