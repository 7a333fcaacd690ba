/**
 * What a node reaches of AWS: a process in its namespace hands connections on to sockets of the twin's, since the local
 * cloud listens on this machine's loopback alone. relay.ts <address>:<port>=<path of a socket> …
 */
import net from "node:net";

for (const argument of process.argv.slice(2)) {
  const [, address = "", port = "", path = ""] = /^([\d.]+):(\d+)=(.+)$/.exec(argument) ?? [];
  const server = net.createServer((near) => {
    const far = net.connect(path);
    near.pipe(far).pipe(near);
    const close = (): void => {
      near.destroy();
      far.destroy();
    };
    near.on("error", close).on("close", close);
    far.on("error", close).on("close", close);
  });
  server.listen(Number(port), address);
}
