/** root/ in a working copy that outlives this process: its state says what there is to destroy. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LOCAL_PROVIDER, TerraformRoot, type Variables } from "../test/support/terraform.js";
import type { Outputs } from "./outputs.js";

export interface Deployment {
  apply(endpointZones: 1 | 2): Promise<Outputs>;
  /** Addresses that a plan would change. */
  plan(endpointZones: 1 | 2): Promise<readonly string[]>;
  destroy(): Promise<void>;
}

export interface DeploymentOptions {
  /** Of the run, below which the working copy lies. */
  readonly folder: string;
  readonly run: string;
  readonly region: string;
  /** The caller's: credentials and endpoint. */
  readonly env: Readonly<Record<string, string>>;
  readonly local: boolean;
}

const PAUSE_MS = 2000;
const TRIES = 10;

/** Init reads the state without its lock, and a Terraform that has outlived its run may be in the middle of writing it. */
export const initialized = async (
  root: Pick<TerraformRoot, "init">,
  pause: () => Promise<unknown> = () => sleep(PAUSE_MS),
): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await root.init();
      return;
    } catch (error) {
      if (tries === TRIES || !/Unsupported state file format/.test(String(error))) throw error;
      await pause();
    }
  }
};

export const deployment = (options: DeploymentOptions): Deployment => {
  const { folder, run, region, env, local } = options;
  const working = join(folder, "terraform");
  const variables: Variables = { name: run, region };
  let root: TerraformRoot | undefined;
  const ready = async (): Promise<TerraformRoot> => {
    if (root !== undefined) return root;
    const made = new TerraformRoot({
      example: "qualify/root",
      name: "qualify",
      folder: working,
      env,
      overrides: local ? { provider: LOCAL_PROVIDER } : {},
    });
    await initialized(made);
    return (root = made);
  };
  return {
    apply: async (zones) => {
      const terraform = await ready();
      await terraform.apply({ ...variables, endpoint_zones: zones });
      return terraform.outputs<Outputs>();
    },
    plan: async (zones) => (await ready()).plan({ ...variables, endpoint_zones: zones }),
    destroy: async () => {
      // With a lock and no state, a Terraform that has outlived its run is at its first resource; destroy waits for it.
      const begun = ["terraform.tfstate", ".terraform.tfstate.lock.info"];
      if (!begun.some((name) => existsSync(join(working, name)))) return;
      const terraform = await ready();
      await terraform.destroy(variables);
      const rest = await terraform.resources();
      if (rest.length > 0) throw new Error(`terraform destroy left ${rest.join(", ")}`);
    },
  };
};
