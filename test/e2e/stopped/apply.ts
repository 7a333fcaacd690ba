/** A test that is at work with Terraform, its provider and moto when it is stopped. */
import { test } from "@jest/globals";
import { startLocalCloud } from "../../../local-cloud/index.js";
import { LOCAL_PROVIDER, TerraformRoot } from "../../support/terraform.js";

export const applies = (name: string): void => {
  test("applies", async () => {
    const cloud = await startLocalCloud();
    const terraform = new TerraformRoot({
      example: "test/e2e/stopped",
      name,
      env: cloud.env(),
      overrides: { local: LOCAL_PROVIDER },
    });
    await terraform.init();
    await terraform.apply();
    await cloud.stop();
  });
};
