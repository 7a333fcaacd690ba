/** The demo's instances: what they are, and what becomes of their interfaces. */
import { DescribeNetworkInterfacesCommand } from "@aws-sdk/client-ec2";
import type { LocalCloud } from "../../local-cloud/index.js";
import { tagsOf, type Aws, type Launched } from "../../test/support/aws.js";
import { inWords } from "./reasons.js";
import type { Screen } from "./screen.js";

export interface Outputs {
  readonly source_subnets: Readonly<Record<string, string>>;
  readonly vpcs: {
    readonly source: {
      readonly targets: Readonly<Record<string, { target_id: string; availability_zone: string }>>;
    };
  };
  readonly function_names: { readonly reconcile: string; readonly sweep: string };
}

export interface Member extends Launched {
  readonly name: string;
  readonly type: string;
  readonly zone: string;
  /** Whether sessions are promised for it. */
  readonly wanted: boolean;
}

const MARKED = { Mirror: "true" };

/** Zones are 0, 1, 2: the third has no target of its own. */
const PLAN = [
  { name: "web-1", zone: 0, tags: MARKED },
  { name: "web-2", zone: 1, tags: MARKED },
  { name: "firewall", zone: 0, tags: MARKED, type: "c6i.xlarge", interfaces: 2 },
  { name: "database", zone: 1, tags: MARKED, type: "r6g.large", interfaces: 2 },
  { name: "batch", zone: 2, tags: MARKED, type: "m7g.large" },
  { name: "legacy", zone: 0, tags: MARKED, type: "t2.micro", wanted: false },
  { name: "bastion", zone: 1, tags: {}, type: "t3.micro", wanted: false },
] as const;

interface Context {
  readonly cloud: LocalCloud;
  readonly aws: Aws;
  readonly outputs: Outputs;
  readonly screen: Screen;
}

/** When the function said that it made a session on the interface, milliseconds since the epoch. */
const createdAt = async ({ cloud, outputs }: Context, interfaceId: string): Promise<number | undefined> => {
  const lines = await cloud.logs(outputs.function_names.reconcile);
  return lines.find(({ text }) => text.includes('"session create"') && text.includes(interfaceId))?.at;
};

const zoneOfTarget = ({ outputs }: Context, targetId = ""): string =>
  Object.values(outputs.vpcs.source.targets).find((each) => each.target_id === targetId)?.availability_zone ??
  targetId;

/** Launches one after the other, and says of each interface how long after the event its session was there. */
export const launchFleet = async (context: Context): Promise<readonly Member[]> => {
  const { aws, cloud, outputs, screen } = context;
  const zones = Object.keys(outputs.source_subnets).sort();
  const members: Member[] = [];
  const times: number[] = [];
  for (const { name, zone: index, tags, ...rest } of PLAN) {
    const {
      type = "m5.large",
      interfaces = 1,
      wanted = true,
    } = rest as Partial<Member> & { interfaces?: number };
    const zone = zones[index] ?? "";
    const launched = await aws.launch({
      subnetId: outputs.source_subnets[zone] ?? "",
      type,
      interfaces,
      tags: { ...tags, Name: name },
    });
    await cloud.idle();
    members.push({ ...launched, name, type, zone, wanted });
    const sessions = await aws.sessions();
    for (const interfaceId of launched.interfaceIds) {
      const session = sessions.find((each) => each.NetworkInterfaceId === interfaceId);
      const at = await createdAt(context, interfaceId);
      const what = `${name.padEnd(8)}  ${type.padEnd(10)}  ${zone}  ${interfaceId}`;
      if (session === undefined || at === undefined) {
        const reason = (await whyNot(context)).get(interfaceId) ?? "nothing is known of it";
        screen.say(`${what}  no session: ${inWords(reason)}`);
        continue;
      }
      const after = Math.max(0, at - launched.at) / 1000;
      times.push(after);
      const target = zoneOfTarget(context, session.TrafficMirrorTargetId);
      screen.say(`${what}  session ${after.toFixed(2)} s after the event, to the target in ${target}`);
    }
  }
  const wanted = members.filter((member) => member.wanted).flatMap((member) => member.interfaceIds).length;
  screen.promise(`${wanted} interfaces are to be mirrored, ${times.length} are`, times.length === wanted);
  const slowest = Math.max(0, ...times);
  screen.promise(`the slowest session was there ${slowest.toFixed(2)} s after its event`, slowest < 10);
  return members;
};

interface Explained {
  readonly not_mirrored: readonly { readonly interface: string; readonly reason: string }[];
}

/** Interface to reason code, for every interface without a session: the function answers it when asked. */
const whyNot = async ({ aws, outputs }: Context): Promise<ReadonlyMap<string, string>> => {
  const sweep = outputs.function_names.sweep;
  const { not_mirrored: named } = await aws.invoke<Explained>(sweep, { explain: true });
  return new Map(named.map((each) => [each.interface, each.reason]));
};

/** Every interface of the fleet. Why one is not mirrored is what the function answers when it is asked. */
export const showFleet = async (context: Context, members: readonly Member[]): Promise<void> => {
  const { aws, screen } = context;
  const reasons = await whyNot(context);
  const sessions = new Map((await aws.sessions()).map((each) => [each.NetworkInterfaceId ?? "", each]));
  const { NetworkInterfaces = [] } = await aws.ec2.send(new DescribeNetworkInterfacesCommand({}));
  const exists = new Set(NetworkInterfaces.map((each) => each.NetworkInterfaceId));
  const rows = [["INSTANCE", "TYPE", "ZONE", "INTERFACE", "MIRRORED", "WHY"]];
  let unexplained = 0;
  for (const { name, type, zone, interfaceIds } of members) {
    for (const interfaceId of interfaceIds) {
      const session = sessions.get(interfaceId);
      const reason = reasons.get(interfaceId);
      let why = reason === undefined ? "" : inWords(reason);
      if (session !== undefined) {
        const rule = tagsOf(session.Tags)["traffic-mirror:rule"] ?? "";
        why = `rule "${rule}", to the target in ${zoneOfTarget(context, session.TrafficMirrorTargetId)}`;
      } else if (!exists.has(interfaceId)) {
        why = "the interface went with its instance";
      }
      if (why === "") unexplained += 1;
      rows.push([name, type, zone, interfaceId, session === undefined ? "no" : "yes", why]);
    }
  }
  screen.table(rows);
  screen.promise("every interface is mirrored, or the function says why not", unexplained === 0);
};
