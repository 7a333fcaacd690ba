/** Packets that the run knows, from a source to a capture node and into the capture bucket. */
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { NotRun, type Case } from "../case.js";
import { counting, countsIn, oneNode, onNode } from "../node.js";
import { MIRRORED, mirrored } from "../ours.js";
import type { Stage } from "../stage.js";

/** What each packet holds. Files are not compressed (root/main.tf), so that they hold it as it is. */
export const marker = (run: string): string => `${run}-packet`;

/** Ten a second to the other's discard port (RFC 863), by bash alone: the instance has no way out to install anything. */
export const sending = (run: string, address: string): string => `#!/bin/bash
while :; do echo ${marker(run)} > /dev/udp/${address}/9; sleep 0.1; done
`;

export const count = (file: Buffer, words: string): number => {
  let found = 0;
  for (let at = file.indexOf(words); at >= 0; at = file.indexOf(words, at + words.length)) found += 1;
  return found;
};

/** The first object below captures/ that holds the packets, and how many. */
const inBucket = async (stage: Stage, seen: Set<string>): Promise<readonly [string, number] | undefined> => {
  const Bucket = stage.outputs.capture.bucket;
  const { Contents = [] } = await stage.clients.s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: "captures/" }),
  );
  for (const { Key = "" } of Contents.filter((each) => !seen.has(each.Key ?? ""))) {
    seen.add(Key);
    const { Body } = await stage.clients.s3.send(new GetObjectCommand({ Bucket, Key }));
    const found = count(Buffer.from((await Body?.transformToByteArray()) ?? []), marker(stage.run));
    if (found > 0) return [Key, found];
  }
  return undefined;
};

export const packets: Case = {
  name: "packets",
  play: async (stage) => {
    if (stage.cloud === "local") throw new NotRun("No packets flow in the local cloud.");
    const receiver = await stage.unselected();
    const address = (await stage.instance(receiver.instanceId))?.PrivateIpAddress ?? "";
    const source = await stage.launch("t3.nano", { [MIRRORED]: stage.run }, sending(stage.run, address));
    await mirrored(stage, source.interfaceId);
    const node = await oneNode(stage);
    const words = marker(stage.run);
    const count = async () => countsIn(await onNode(stage, node, counting([words]))).get(words) ?? 0;
    const onTheNode = await stage.until("the run's packets on a node", 600, count, (all) => all > 0);
    const seen = new Set<string>();
    const { answer, seconds } = await stage.until(
      "a file with the run's packets in the capture bucket",
      1200,
      () => inBucket(stage, seen),
      (found) => found !== undefined,
    );
    await stage.undo("instance", source.instanceId);
    const [key = "", packetCount = 0] = answer ?? [];
    return `${onTheNode.answer} of the run's packets came to ${node} in 20 s, and ${packetCount} were in ${key} ${seconds} s later.`;
  },
};
