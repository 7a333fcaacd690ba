/** One account that makes and deletes endpoints must not take the room of everybody's entries in the data path. */
import { emptyMap, nextMap, type EndpointMap } from "../../../functions/core/endpoint-map.js";
import { parseEndpoints } from "../../../functions/capture-agent/config.js";
import { entriesOf, nextTags } from "../../../functions/capture-agent/core/tags.js";

/** tm_tags_1 of modules/capture-fleet/node/bpf/decap.bpf.c. */
const ROOM = 65536;

test("250 endpoints that are replaced each hour for a week leave room for the others", () => {
  const churning = "111122223333";
  let map: EndpointMap = emptyMap;
  const start = Date.parse("2026-11-29T00:00:00Z");
  let id = 0;
  for (let hour = 0; hour < 160; hour += 20) {
    const connections = Array.from({ length: 250 * 20 }, () => ({
      endpointId: `vpce-0${(id++).toString(16).padStart(16, "0")}`,
      account: churning,
    }));
    map = nextMap(map, connections, start + hour * 3600_000); // twenty hours at once: it takes a minute else
  }
  const endpoints = parseEndpoints(JSON.stringify(map));
  const register = { churn: { account_id: churning, vnis: { main: 1 } } };
  const { tags } = nextTags([], {
    register,
    endpoints,
    unmapped: [],
    now: start,
    oldestFrame: start,
    remembered: 0,
    inForce: true,
  });
  expect(entriesOf(tags, endpoints).length).toBeLessThan(ROOM);
});
