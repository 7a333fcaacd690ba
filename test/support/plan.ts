/** What a plan makes anew or takes away, but for the run of the function that an apply is. */
export const lost = (plan: readonly string[]): readonly string[] =>
  plan.filter(
    (each) =>
      !/^(create|update|read|move) /.test(each) && !/\.aws_lambda_invocation\.apply(\[.*\])?$/.test(each),
  );
