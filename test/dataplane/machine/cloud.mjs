/**
 * What a node asks of AWS, for a node that is alone: metadata, S3's PutObject, the group's hooks, CloudWatch.
 *
 *   node cloud.mjs <folder> <port>
 *
 * In the folder: `target` is the node's target lifecycle state; while `down` is there S3 answers nothing; objects come
 * below `bucket/`, and one line for each call of Auto Scaling to `hooks`.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { dirname, join } from "node:path";

const [, , folder, port] = process.argv;

const metadata = {
  "instance-id": () => "i-0123456789abcdef0",
  "placement/availability-zone-id": () => "euw1-az1",
  "autoscaling/target-lifecycle-state": () => readFileSync(join(folder, "target"), "utf8").trim(),
};

const s3 = (request, body, answer) => {
  const path = join(folder, decodeURIComponent(new URL(request.url, "http://s3").pathname));
  if (existsSync(path)) return answer(412, "<Error><Code>PreconditionFailed</Code></Error>");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
  return answer(200, "");
};

const server = http.createServer((request, response) => {
  const answer = (status, text, headers = {}) => response.writeHead(status, headers).end(text);
  const isS3 = request.url.startsWith("/bucket/");
  if (isS3 && existsSync(join(folder, "down"))) return void request.socket.destroy();
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks = [];
  request.on("error", () => undefined);
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    if (isS3) return s3(request, body, answer);
    if (request.url === "/latest/api/token") return answer(200, "token");
    if (request.url.startsWith("/latest/meta-data/")) {
      const read = metadata[request.url.slice("/latest/meta-data/".length)];
      return read === undefined ? answer(404, "") : answer(200, read());
    }
    const action = new URLSearchParams(body.toString("latin1")).get("Action");
    if (action !== null && action.includes("Lifecycle")) appendFileSync(join(folder, "hooks"), `${body}\n`);
    if (action !== null) {
      return answer(200, `<${action}Response><${action}Result/></${action}Response>`, {
        "content-type": "text/xml",
      });
    }
    // CloudWatch, in whichever protocol the SDK speaks: an empty answer.
    if (request.headers["smithy-protocol"] === "rpc-v2-cbor") {
      return answer(200, Buffer.from([0xa0]), {
        "content-type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
      });
    }
    return answer(200, "{}", { "content-type": "application/x-amz-json-1.0" });
  });
});
// The agent asks for nothing without "Expect: 100-continue" but its largest bodies.
server.on("checkContinue", (request, response) => server.emit("request", request, response));
server.listen(Number(port), "127.0.0.1");
