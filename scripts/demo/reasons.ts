/** The functions' reason codes in words, for those that the demo's fleet meets. Others are shown as they are. */
const WORDS: Readonly<Record<string, string>> = {
  "no-rule": "no rule selects it",
  "instance-type": "AWS does not mirror this instance type",
  "instance-stopped": "the instance is stopped, and a session would be billed",
  "outside-vpcs": "not in a VPC that is mirrored",
};

export const inWords = (reason: string): string => {
  const words = WORDS[reason];
  return words === undefined ? reason : `${words} (${reason})`;
};
