import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { Case } from "../case.js";
import { mirrored, unmirrored } from "../ours.js";

export const demand: Case = {
  name: "demand",
  play: async (stage) => {
    const { interfaceId } = await stage.unselected();
    const put = async (DetailType: string): Promise<void> => {
      const Detail = JSON.stringify({
        network_interface_id: interfaceId,
        expires_in_minutes: 60,
        reason: stage.run,
      });
      const { FailedEntryCount } = await stage.clients.events.send(
        new PutEventsCommand({
          Entries: [
            { EventBusName: stage.outputs.event_bus_arn, Source: "traffic-mirror", DetailType, Detail },
          ],
        }),
      );
      if (FailedEntryCount !== 0) throw new Error(`the bus did not take ${DetailType}`);
    };
    await put("Mirror Requested");
    const { seconds } = await mirrored(stage, interfaceId);
    await put("Mirror Withdrawn");
    const gone = await unmirrored(stage, interfaceId);
    return `A mirror that was asked for was there after ${seconds} s, and gone ${gone} s after it was taken back.`;
  },
};
