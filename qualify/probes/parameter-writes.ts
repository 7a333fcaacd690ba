import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { atOnce, type Through } from "../at-once.js";
import { seen, type Finding } from "../model.js";
import { probe } from "../probe.js";

const WRITES = 20;

export const judge = ({ sent, throttled }: Through): Finding => {
  const said = `Of ${sent} writes of parameters at once ${throttled} were throttled.`;
  return seen(throttled === 0 ? "unlimited" : "three-a-second", said);
};

export const parameterWrites = probe("parameter-writes", async (stage) => {
  const { credentials, region } = stage.clients.ssm.config;
  const { endpoint } = stage.clients.where;
  const ssm = new SSMClient({
    region,
    credentials,
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const names = Array.from({ length: WRITES }, (_, index) =>
    stage.made("parameter", `/${stage.run}/${index}`),
  );
  const through = await atOnce(
    names.map((Name) => () => ssm.send(new PutParameterCommand({ Name, Value: stage.run, Type: "String" }))),
  );
  for (const name of names) await stage.undo("parameter", name);
  return judge(through);
});
