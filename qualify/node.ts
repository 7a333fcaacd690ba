/** The run's capture nodes, and what a command says on one: by Systems Manager's agent, which every node has. */
import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
} from "@aws-sdk/client-ssm";
import { refusal } from "./clients.js";
import type { Stage } from "./stage.js";

/** Its name on the node, for commands: that of the default route. */
export const OUTER = `dev=$(ip -o route show default | awk '{ print $5; exit }')`;
/** GENEVE (RFC 8926), by which the load balancer sends mirrored packets. */
const GENEVE_PORT = 6081;

/** Ids of the nodes in service. */
export const nodesOf = async ({ clients, outputs }: Stage): Promise<readonly string[]> => {
  const { AutoScalingGroups: [group] = [] } = await clients.autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [outputs.capture.group] }),
  );
  return (group?.Instances ?? []).flatMap(({ InstanceId = "", LifecycleState }) =>
    LifecycleState === "InService" ? [InstanceId] : [],
  );
};

export const oneNode = async (stage: Stage, besides = ""): Promise<string> => {
  const others = async () => (await nodesOf(stage)).filter((id) => id !== besides);
  const { answer } = await stage.until("a capture node in service", 900, others, (all) => all.length > 0);
  return answer[0] ?? "";
};

const ENDED = ["Success", "Failed", "Cancelled", "TimedOut"];

/** What a script prints on an instance, up to 24,000 characters ("GetCommandInvocation", Systems Manager API reference). */
export const onNode = async (stage: Stage, instanceId: string, script: string): Promise<string> => {
  const { ssm } = stage.clients;
  const listed = async () => {
    const Filters = [{ Key: "InstanceIds", Values: [instanceId] }];
    const { InstanceInformationList: [found] = [] } = await ssm.send(
      new DescribeInstanceInformationCommand({ Filters }),
    );
    return found?.PingStatus;
  };
  await stage.until(`${instanceId} to be managed`, 600, listed, (status) => status === "Online");
  const { Command } = await ssm.send(
    new SendCommandCommand({
      InstanceIds: [instanceId],
      DocumentName: "AWS-RunShellScript",
      Parameters: { commands: [script], executionTimeout: ["300"] },
      TimeoutSeconds: 120,
      Comment: stage.run,
    }),
  );
  const ask = async () => {
    const call = ssm.send(
      new GetCommandInvocationCommand({ CommandId: Command?.CommandId, InstanceId: instanceId }),
    );
    // For a moment it does not exist.
    return (await refusal(call)) === "InvocationDoesNotExist" ? undefined : await call;
  };
  const { answer } = await stage.until(`a command on ${instanceId}`, 480, ask, (each) =>
    ENDED.includes(each?.Status ?? ""),
  );
  const { Status, StandardOutputContent = "", StandardErrorContent = "" } = answer ?? {};
  if (Status !== "Success") {
    throw new Error(`the command on ${instanceId} ended as ${Status ?? "nothing"}: ${StandardErrorContent}`);
  }
  return StandardOutputContent;
};

/** For a node: the first bytes of some mirrored packets, as a capture file in base64. */
export const captured = (packets: number): string =>
  `${OUTER}
timeout 60 tcpdump -i "$dev" -nn -c ${packets} -s 256 -w - udp port ${GENEVE_PORT} 2>/dev/null | base64 -w 0`;

/** For a node: how often each word stands in the mirrored packets of twenty seconds. */
export const counting = (words: readonly string[]): string =>
  `${OUTER}
timeout 20 tcpdump -i "$dev" -nn -l -A -s 300 udp port ${GENEVE_PORT} 2>/dev/null |
  grep -o -E '${words.join("|")}' | sort | uniq -c || true`;

export const countsIn = (said: string): ReadonlyMap<string, number> =>
  new Map([...said.matchAll(/^ *(\d+) (\S+)$/gm)].map(([, found, word = ""]) => [word, Number(found)]));
