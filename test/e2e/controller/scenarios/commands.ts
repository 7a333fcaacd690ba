/** The commands and the policy of docs/demands.md and its reference, as somebody would paste them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_ACCOUNT } from "../../../../local-cloud/index.js";
import { assumeRole, createRole } from "../../../../local-cloud/support/resources.js";
import { root } from "../../../../scripts/lib/run.js";
import { requestMirror, runCommands } from "../../../support/request-mirror.js";
import { CONTROLLER, PATIENTLY, type World } from "../world.js";

/** The blocks of this language in a document, with the names of this deployment. */
const blocksOf = (document: string, language: string, names: Readonly<Record<string, string>> = {}) => {
  const text = readFileSync(join(root, "docs", document), "utf8");
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  const replaced = {
    '"EventBusName": "traffic-mirror"': `"EventBusName": "${CONTROLLER}"`,
    "event-bus/traffic-mirror": `event-bus/${CONTROLLER}`,
    "traffic-mirror-demands": `${CONTROLLER}-demands`,
    ...names,
  };
  return [...text.matchAll(block)].map(([, commands = ""]) =>
    Object.entries(replaced).reduce((done, [from, to]) => done.replaceAll(from, to), commands),
  );
};

export const commands = (world: World): void => {
  afterEach(() => world.forget());

  test("a requester asks and reads by the commands of the reference, an operator sees and ends the claim", async () => {
    const launched = await world.quietly();
    const [eni = ""] = launched.interfaceIds;
    const { accessKeyId, userId } = await world.as("app", launched.instanceId);
    const names = {
      "AROAIOSFODNN7EXAMPLE1:i-0123456789abcdef0": userId,
      "eni-0123456789abcdef0": eni,
    };
    const [ask = "", list = ""] = blocksOf("demands-reference.md", "sh", names);
    const [see = "", end = ""] = blocksOf("demands.md", "sh", names);
    const env = { ...world.cloud.env(), AWS_ACCESS_KEY_ID: accessKeyId };
    const asked = await runCommands(ask, env);
    expect(asked).toMatchObject({ status: 0, said: expect.stringContaining('"FailedEntryCount": 0') });
    await world.cloud.idle();
    const listed = await runCommands(`${ask}\n${list}`, env);
    expect(listed).toMatchObject({ status: 0, said: expect.stringContaining('"mirrored"') });
    // Claims, without the counters that lie beside them.
    expect(listed.said).toContain('"Count": 1,');
    await world.cloud.idle();

    const seen = await runCommands(see, world.cloud.env());
    expect({ status: seen.status, claims: JSON.parse(seen.said) }).toEqual({
      status: 0,
      claims: [[eni, [[userId, "mirrored", expect.stringMatching(/^\d{13}$/)]]]],
    });
    expect(await runCommands(end, world.cloud.env())).toMatchObject({ status: 0 });
    await world.cloud.idle();
    expect(await world.claims.of(eni, userId)).toMatchObject({ status: "ended" });
  });

  test("a role with the reference's policy of a trusted requester may ask for any interface", async () => {
    const [policy = ""] = blocksOf("demands-reference.md", "json");
    const { Statement } = JSON.parse(policy) as { Statement: readonly unknown[] };
    await createRole(world.cloud, DEFAULT_ACCOUNT, "trusted", Statement);
    const { accessKeyId } = await assumeRole(world.cloud, DEFAULT_ACCOUNT, "trusted", "operator");
    const [eni = ""] = (await world.quietly()).interfaceIds;
    const env = { ...world.cloud.env(), AWS_ACCESS_KEY_ID: accessKeyId };
    expect(await requestMirror(["-n", CONTROLLER, "-i", eni, "-a", ...PATIENTLY], env)).toMatchObject({
      status: 0,
    });
    expect(await requestMirror(["-n", CONTROLLER, "-i", eni, "-t", "5"], env)).toMatchObject({ status: 5 });
    await world.cloud.forgive();
  });
};
