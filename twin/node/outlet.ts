/** A socket in the file system that leads to a port of this machine's loopback: what a relay hands connections on to. */
import net from "node:net";

export interface Outlet {
  readonly path: string;
  stop(): void;
}

export const openOutlet = async (path: string, url: string): Promise<Outlet> => {
  const { hostname, port } = new URL(url);
  const open = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = net.connect(Number(port), hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
  return {
    path,
    stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
};
