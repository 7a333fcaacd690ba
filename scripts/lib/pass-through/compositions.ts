/** Which configurations hand inputs and outputs of modules on, and by which rule of names. */

/** A module that a composition calls. */
export interface Part {
  /** Label of its `module` block. */
  readonly call: string;
  /** Its folder, relative to the repository. */
  readonly folder: string;
  /** Put before the names of its inputs and outputs, such as "capture_"; empty for none. */
  readonly prefix: string;
  /** Inputs that main.tf sets from a variable of the same shape with something added to it. */
  readonly extended?: readonly string[];
  /** Inputs that make no sense in this composition: neither a variable nor an argument. */
  readonly omitted?: readonly string[];
}

export interface Composition {
  /** Relative to the repository. */
  readonly folder: string;
  /** Inputs that every part understands alike: one variable without a prefix. */
  readonly shared: readonly string[];
  /** Where several have a shared input, the last one's description stands. */
  readonly parts: readonly Part[];
}

const shared = [
  "name",
  "tags",
  "kms_key_arn",
  "iam_path",
  "permissions_boundary",
  "alarm_actions",
  "runbook_url",
  "log_retention_days",
  "lambda_package",
] as const;

/** A composition that is a part of another one comes before it. */
export const compositions: readonly Composition[] = [
  {
    folder: "modules/mirror-client",
    shared,
    parts: [
      { call: "mirror_endpoint", folder: "modules/mirror-endpoint", prefix: "" },
      { call: "mirror_controller", folder: "modules/mirror-controller", prefix: "" },
    ],
  },
  {
    folder: ".",
    shared,
    parts: [
      {
        call: "capture_fleet",
        folder: "modules/capture-fleet",
        prefix: "capture_",
        // The root serves the account that it is in. With other accounts, the modules are used one by one.
        omitted: ["organization_id"],
      },
      {
        call: "mirror_client",
        folder: "modules/mirror-client",
        prefix: "",
        extended: ["exclude", "left_out_vpc_ids"],
      },
    ],
  },
];
