/** Two instances that talk by UDP, one of them mirrored: a flow that never pauses, and many beside it. */
import { MIRRORED, mirrored } from "./ours.js";
import type { Launched, Stage } from "./stage.js";

/** Discard (RFC 863), which the security group of root/ lets through; here it is answered. */
const PORT = 9;
const LASTING = 40_000;
const FLOWS = 64;

/** What the packets of a flow hold. */
export const word = (run: string, flow: "lasting" | "many" | "fresh"): string => `${run}-${flow}`;

/** Python is what cloud-init itself runs on; the instances have no way out to install anything. */
export const answering = (port = PORT): string => `#!/usr/bin/python3
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.bind(("", ${port}))
while True:
    content, peer = listener.recvfrom(2048)
    listener.sendto(content, peer)
`;

/** `flows`: content, packets a second, and how many of them at once, each from a port of its own. */
export const talking = (
  address: string,
  flows: readonly { readonly content: string; readonly number: number; readonly from?: number }[],
  port = PORT,
): string => `#!/usr/bin/python3
import socket
import time


def opened(port):
    each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    each.bind(("", port))
    return each


flows = [(opened(port), content) for content, number, port in ${JSON.stringify(
  flows.map(({ content, number, from = 0 }) => [content, number, from]),
)} for _ in range(number)]
while True:
    for each, content in flows:
        try:
            each.sendto(content.encode(), ("${address}", ${port}))
        except ConnectionRefusedError:
            pass
    time.sleep(0.5)
`;

export interface Talk {
  readonly address: string;
  readonly talker: Launched;
  readonly answerer: Launched;
}

/** Goes on until `quiet`, or the end of the run. */
export const talk = (stage: Stage): Promise<Talk> =>
  stage.shared("talk", async () => {
    const answerer = await stage.launch("t3.nano", {}, answering());
    const address = (await stage.instance(answerer.instanceId))?.PrivateIpAddress ?? "";
    const flows = [
      { content: word(stage.run, "lasting"), number: 1, from: LASTING },
      { content: word(stage.run, "many"), number: FLOWS },
    ];
    const talker = await stage.launch("t3.nano", { [MIRRORED]: stage.run }, talking(address, flows));
    await mirrored(stage, talker.interfaceId);
    return { address, talker, answerer };
  });
