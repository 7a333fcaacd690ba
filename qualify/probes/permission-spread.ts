import {
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
} from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { seen, type Finding } from "../model.js";
import { probe } from "../probe.js";
import { assume, makeOwnRole, permit } from "../roles.js";

export const judge = (seconds: readonly number[]): Finding =>
  seen(
    Math.max(...seconds).toFixed(1),
    `Of ${seconds.length} permissions the slowest counted after ${Math.max(...seconds).toFixed(1)} s (${seconds.join(", ")}).`,
  );

export const permissionSpread = probe("permission-spread", async (stage) => {
  const role = `${stage.run}-spread`;
  const { ec2 } = await assume(stage, await makeOwnRole(stage, role));
  const calls = {
    DescribeTrafficMirrorSessions: () => ec2.send(new DescribeTrafficMirrorSessionsCommand({})),
    DescribeTrafficMirrorFilters: () => ec2.send(new DescribeTrafficMirrorFiltersCommand({})),
    DescribeTrafficMirrorTargets: () => ec2.send(new DescribeTrafficMirrorTargetsCommand({})),
  };
  const took: number[] = [];
  for (const [action, call] of Object.entries(calls)) {
    await permit(stage, role, action, [{ Effect: "Allow", Action: `ec2:${action}`, Resource: "*" }]);
    const ask = () => refusal(call());
    const { seconds } = await stage.until(`permission of ${action}`, 300, ask, (code) => code === undefined);
    took.push(seconds);
  }
  await stage.undo("role", role);
  return judge(took);
});
