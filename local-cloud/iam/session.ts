/** The ARN of a role's session: `arn:aws:sts::<account>:assumed-role/<role>/<session>`, the role without its path. */
export const sessionArn = (roleArn: string, sessionName: string): string => {
  const [, partition = "aws", , , account = ""] = roleArn.split(":");
  return `arn:${partition}:sts::${account}:assumed-role/${roleArn.split("/").pop() ?? ""}/${sessionName}`;
};
