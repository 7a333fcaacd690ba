/** What a plan makes anew or takes away, but for the run of the function that an apply is. */
export const lost = (plan: readonly string[]): readonly string[] =>
  plan.filter(
    (each) => !/^(create|update|read) /.test(each) && !each.endsWith(".aws_lambda_invocation.apply"),
  );
