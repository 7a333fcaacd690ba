// The only file that imports CDKTF, and nothing but its core: what it uses is the same in CDK Terrain, which carries it on.
// Installed under the name `cdktf` (cdktn/package.json), that one takes its place without a change here.
import {
  App,
  S3Backend,
  TerraformHclModule,
  TerraformOutput,
  TerraformProvider,
  TerraformStack,
  type IResolvable,
} from "cdktf";
import type { Construct } from "constructs";

export { App, TerraformOutput };
export type { Construct };

/** A value, or a token for one that Terraform knows at plan or apply. */
export type Value<T> = T | IResolvable;

/** Where the modules come from: `<before><module><after>`. */
export interface Release {
  readonly before: string;
  readonly after: string;
}

/** A release of the product, or the folder of a checkout. */
export const releaseOf = (environment: NodeJS.ProcessEnv): Release => {
  const folder = environment["TRAFFIC_MIRRORING"];
  return folder === undefined
    ? {
        before: "git::https://example.com/terraform-aws-traffic-mirroring.git//modules/",
        after: "?ref=v0.1.0",
      }
    : { before: `${folder}//modules/`, after: "" };
};

/** A module with typed inputs and named outputs; modules.ts has one construct for each. */
export class Module<Inputs extends object, Output extends string> {
  readonly #module: TerraformHclModule;

  constructor(folder: string, scope: Construct, id: string, release: Release, inputs: Inputs) {
    this.#module = new TerraformHclModule(scope, id, {
      source: `${release.before}${folder}${release.after}`,
      variables: { ...inputs },
      // A copy of one folder would lack the bundles beside it, which the modules refer to.
      skipAssetCreationFromLocalModules: true,
    });
  }

  /** An output that is a text. */
  text(output: Output): string {
    return this.#module.getString(output);
  }

  /** An output of any kind, to be passed on. */
  value(output: Output): IResolvable {
    return this.#module.interpolationForOutput(output);
  }
}

export interface Place {
  readonly account: string;
  readonly region: string;
  /** Name of the role to assume in the account. */
  readonly role: string;
}

/** The provider that the modules want, in one account and region. Its generated bindings are 400 MB, for three arguments. */
class AwsProvider extends TerraformProvider {
  readonly #arguments: Readonly<Record<string, unknown>>;

  constructor(scope: Construct, { account, region }: Place, roleArn: string) {
    super(scope, "aws", {
      terraformResourceType: "aws",
      terraformProviderSource: "hashicorp/aws",
      terraformGeneratorMetadata: { providerName: "aws", providerVersionConstraint: ">= 5.100, < 7" },
    });
    this.#arguments = {
      region,
      allowed_account_ids: [account],
      assume_role: [{ role_arn: roleArn, session_name: "cdktf" }],
    };
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return this.#arguments;
  }
}

/** A stack in one account and region: provider, and a state in a bucket of that account. */
export class AccountStack extends TerraformStack {
  constructor(scope: Construct, id: string, place: Place) {
    super(scope, id);
    const { account, region, role } = place;
    const roleArn = `arn:aws:iam::${account}:role/${role}`;
    new AwsProvider(this, place, roleArn);
    const backend = new S3Backend(this, {
      bucket: `traffic-mirroring-state-${account}-${region}`,
      key: `cdktf/${id}.tfstate`,
      region,
      encrypt: true,
      assumeRole: { roleArn, sessionName: "cdktf" },
    });
    // Newer than CDKTF's types: Terraform 1.11.
    backend.addOverride("use_lockfile", true);
  }
}
