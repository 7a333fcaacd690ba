/** Judgements that several probes share: what an answer of AWS means. Pure. */
import { seen, unknown, type Finding } from "./model.js";

/** Codes that say nothing about the question: the caller may not, or not so fast, or not so many. */
const BESIDE =
  /^(UnauthorizedOperation|AccessDenied.*|.*Throttl.*|RequestLimitExceeded|.*LimitExceeded|MissingParameter)$/;

/** `code`: of the refusal; undefined where the call went through. */
export const acceptedOrRefused = (what: string, code: string | undefined): Finding => {
  if (code === undefined) return seen("accepted", `${what} was accepted.`);
  if (BESIDE.test(code)) return unknown(`${what} got ${code}, which does not answer the question.`);
  return seen("refused", `${what} was refused with ${code}.`);
};

/** The one of the values that the pattern of which fits. */
export const byPattern = (
  what: string,
  answer: string | undefined,
  values: Readonly<Record<string, RegExp>>,
): Finding => {
  const found = Object.entries(values).find(([, pattern]) => answer !== undefined && pattern.test(answer));
  return found === undefined
    ? unknown(`${what} got ${answer ?? "no error"}, which nobody expected.`)
    : seen(found[0], `${what} got ${answer ?? ""}.`);
};
